import {closeSync, constants, openSync, readFileSync} from 'node:fs';
import type {JournalEntry} from './journalLine.ts';
import {readLine} from './journalLine.ts';

export interface JournalReading {
  readonly entries: JournalEntry[];
  /** Lines in the middle that are not what was written; they are skipped. */
  readonly numDamaged: number;
  /** Bytes up to the end of the last good line. What follows is torn: a write that was cut off, or damage that nothing good stands behind. */
  readonly numGoodBytes: number;
  readonly numTornBytes: number;
}

/** Reads a journal as far as it can be believed. A journal that does not exist is empty. Follows no symbolic link. */
export function readJournal(path: string): JournalReading {
  return parseJournal(readBytes(path));
}

export function parseJournal(bytes: Buffer): JournalReading {
  const entries: JournalEntry[] = [];
  let numGoodBytes = 0;
  let numDamaged = 0;
  let numDamagedSinceGood = 0;
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start);
    if (end === -1) break;
    const entry = readLine(bytes.subarray(start, end));
    start = end + 1;
    if (entry === null) {
      numDamagedSinceGood += 1;
      continue;
    }
    entries.push(entry);
    numDamaged += numDamagedSinceGood;
    numDamagedSinceGood = 0;
    numGoodBytes = start;
  }
  return {entries, numDamaged, numGoodBytes, numTornBytes: bytes.length - numGoodBytes};
}

function readBytes(path: string): Buffer {
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
