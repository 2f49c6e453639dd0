import {crc32} from 'node:zlib';
import type {RunEvent} from '../protocol/index.ts';
import {parse, stringify} from '../protocol/index.ts';

/** One line of a journal: the run's `seq`-th event, counted over all its sessions from 1; `at` is ISO 8601, UTC. */
export interface JournalEntry {
  readonly seq: number;
  readonly at: string;
  readonly event: RunEvent;
}

/** `,"sum":"xxxxxxxx"}` */
const NUM_SUM_BYTES = 18;

/** `{"seq":…,"at":…,"event":{…},"sum":"<crc32, hex>"}` and a newline; the sum is of all that stands before it. */
export function writeLine({seq, at, event}: JournalEntry): string {
  const body = `{"seq":${seq},"at":"${at}","event":${stringify(event)}`;
  return `${body},"sum":"${hex(crc32(body))}"}\n`;
}

/** Null when the bytes (one line without its newline) are not what was written. */
export function readLine(line: Buffer): JournalEntry | null {
  const numBodyBytes = Math.max(0, line.length - NUM_SUM_BYTES);
  const sum = crc32(line.subarray(0, numBodyBytes));
  if (line.toString('latin1', numBodyBytes) !== `,"sum":"${hex(sum)}"}`) return null;
  try {
    const {seq, at, event} = parse(line.toString('utf8')) as JournalEntry;
    return {seq, at, event};
  } catch {
    return null;
  }
}

const hex = (sum: number): string => sum.toString(16).padStart(8, '0');
