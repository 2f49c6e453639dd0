import {closeSync, constants, fstatSync, openSync, readFileSync, readSync} from 'node:fs';
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

/** The lines of a journal; where some was read before, `bytes` are those behind it. The condition is that of the whole. */
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
  for (let start = 0; start < bytes.length; ) {
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
    numGoodBytes = before.numGoodBytes + start;
  }
  const numTornBytes = before.numGoodBytes + bytes.length - numGoodBytes;
  return {numLines, damagedLines, numDamaged: damagedLines.length, numGoodBytes, numTornBytes};
}

export const START_OF_JOURNAL: JournalPosition = {numBytes: 0, sum: 0};

/** Where a journal ends as far as it is good; `bytes` are those behind `before`. */
export function positionOf(
  bytes: Buffer,
  {numGoodBytes}: JournalCondition,
  before: JournalPosition = START_OF_JOURNAL,
): JournalPosition {
  const sum = crc32(bytes.subarray(0, numGoodBytes - before.numBytes), before.sum);
  return {numBytes: numGoodBytes, sum};
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
  return withFile(path, (file) => readFileSync(file)) ?? Buffer.alloc(0);
}

/** Bytes of a journal behind a position. Null where it does not begin with those up to there: it may have been cut, replaced or harmed since. */
export function readJournalBehind(path: string, {numBytes, sum}: JournalPosition): Buffer | null {
  return withFile(path, (file) => {
    if (sumOfNext(file, numBytes) !== sum) return null;
    const rest = Buffer.alloc(Math.max(0, fstatSync(file).size - numBytes));
    return rest.subarray(0, readNext(file, rest));
  });
}

/** So much of a long journal is in memory at once: room that was used before is there at once, room for all of it is not. */
const CHUNK_BYTES = 2 ** 18;

/** Null where there are fewer. */
function sumOfNext(file: number, numBytes: number): number | null {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let sum = 0;
  for (let left = numBytes; left > 0; ) {
    const wanted = chunk.subarray(0, Math.min(left, CHUNK_BYTES));
    if (readNext(file, wanted) < wanted.length) return null;
    sum = crc32(wanted, sum);
    left -= wanted.length;
  }
  return sum;
}

/** Fills a buffer as far as the file goes; returns how far. */
function readNext(file: number, into: Buffer): number {
  let at = 0;
  for (let numRead = -1; numRead !== 0 && at < into.length; at += numRead)
    numRead = readSync(file, into, at, into.length - at, null);
  return at;
}

/** Null where there is no such file. */
function withFile<T>(path: string, read: (file: number) => T): T | null {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw thrown;
  }
  try {
    return read(file);
  } finally {
    closeSync(file);
  }
}
