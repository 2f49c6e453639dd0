import {closeSync, constants, openSync, readFileSync} from 'node:fs';
import {crc32} from 'node:zlib';
import type {JournalEntry} from './journalLine.ts';
import {readLine} from './journalLine.ts';

/** How a journal stands, without its events. */
export interface JournalCondition {
  /** Up to the last good one. */
  readonly numLines: number;
  /** Numbers, from 1, of lines in the middle that are not what was written; they are passed over. */
  readonly damagedLines: readonly number[];
  readonly numDamaged: number;
  /** Bytes up to the end of the last good line. What follows is torn: a write that was cut off, or damage that nothing good stands behind. */
  readonly numGoodBytes: number;
  readonly numTornBytes: number;
}

export interface JournalReading extends JournalCondition {
  readonly entries: JournalEntry[];
}

/** The end of a line of a journal: bytes up to there, and their crc32. */
export interface JournalPosition {
  readonly numBytes: number;
  readonly sum: number;
}

/** What was read of a journal before; its first line is line 1. */
export type ReadBefore = Pick<JournalCondition, 'numLines' | 'damagedLines' | 'numGoodBytes'>;

const NOTHING: ReadBefore = {numLines: 0, damagedLines: [], numGoodBytes: 0};

/** Reads a journal as far as it can be believed, and changes nothing in it. A journal that does not exist is empty. Follows no symbolic link. */
export function readJournal(path: string): JournalReading {
  return parseJournal(readJournalBytes(path));
}

/** The lines of a journal behind what was read before; the condition is that of the whole. */
export function parseJournal(bytes: Buffer, before: ReadBefore = NOTHING): JournalReading {
  const entries: JournalEntry[] = [];
  const condition = scanJournal(bytes, (entry) => entries.push(entry), before);
  return {entries, ...condition};
}

/** As `parseJournal`, for whoever needs each event but once. */
export function scanJournal(
  bytes: Buffer,
  onEntry: (entry: JournalEntry) => void,
  before: ReadBefore = NOTHING,
): JournalCondition {
  const damagedLines = [...before.damagedLines];
  let {numGoodBytes, numLines} = before;
  let line = numLines;
  let damagedSinceGood: number[] = [];
  for (let start = numGoodBytes; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start);
    if (end === -1) break;
    line += 1;
    const entry = readLine(bytes.subarray(start, end));
    start = end + 1;
    if (entry === null) {
      damagedSinceGood.push(line);
      continue;
    }
    onEntry(entry);
    for (const damaged of damagedSinceGood) damagedLines.push(damaged);
    damagedSinceGood = [];
    numLines = line;
    numGoodBytes = start;
  }
  const numTornBytes = bytes.length - numGoodBytes;
  return {numLines, damagedLines, numDamaged: damagedLines.length, numGoodBytes, numTornBytes};
}

/** Where a journal ends as far as it is good. */
export function positionOf(bytes: Buffer, {numGoodBytes}: JournalCondition): JournalPosition {
  return {numBytes: numGoodBytes, sum: crc32(bytes.subarray(0, numGoodBytes))};
}

/** One plain sentence about what could not be read, or null where all could. */
export function describeReading({damagedLines, numTornBytes}: JournalCondition): string | null {
  const parts = [...describeDamage(damagedLines), ...describeTorn(numTornBytes)];
  return parts.length === 0 ? null : `${parts.join('; ')}.`;
}

function describeDamage([first, ...others]: readonly number[]): string[] {
  if (first === undefined) return [];
  const more = others.length === 0 ? [] : [`${others.length} ${others.length === 1 ? 'other' : 'others'} too`];
  return [`line ${first} of journal.jsonl is damaged and was passed over`, ...more];
}

function describeTorn(numBytes: number): string[] {
  if (numBytes === 0) return [];
  const last = numBytes === 1 ? 'the last byte of journal.jsonl is' : `the last ${numBytes} bytes of journal.jsonl are`;
  return [`${last} no whole line: still being written, or torn when the run was cut off`];
}

/** Empty where there is none. */
export function readJournalBytes(path: string): Buffer {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw thrown;
  }
  try {
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}
