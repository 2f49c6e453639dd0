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
  if (!endsWithSum(line, numBodyBytes, crc32(line.subarray(0, numBodyBytes)))) return null;
  try {
    const {seq, at, event} = parse(line.toString('utf8')) as JournalEntry;
    return {seq, at, event};
  } catch {
    return null;
  }
}

const BEFORE_SUM = Buffer.from(',"sum":"');
const AFTER_SUM = Buffer.from('"}');
const HEX_DIGITS = Buffer.from('0123456789abcdef');
const NUM_DIGITS = 8;

/** Byte by byte: a text to compare with would cost more than all else that is checked of a line. */
function endsWithSum(line: Buffer, at: number, sum: number): boolean {
  const digitsAt = at + BEFORE_SUM.length;
  if (line.length !== at + NUM_SUM_BYTES) return false;
  if (!holds(line, at, BEFORE_SUM) || !holds(line, digitsAt + NUM_DIGITS, AFTER_SUM)) return false;
  for (let digit = 0; digit < NUM_DIGITS; digit += 1)
    if (line[digitsAt + digit] !== HEX_DIGITS[(sum >>> (4 * (NUM_DIGITS - 1 - digit))) & 15]) return false;
  return true;
}

function holds(line: Buffer, at: number, part: Buffer): boolean {
  for (let index = 0; index < part.length; index += 1) if (line[at + index] !== part[index]) return false;
  return true;
}

const hex = (sum: number): string => sum.toString(16).padStart(8, '0');
