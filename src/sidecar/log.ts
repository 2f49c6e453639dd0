import {closeSync, fstatSync, openSync, readSync, statSync} from 'node:fs';

/** How much of a log is read for its last lines. */
const TAIL_BYTES = 16 * 1024;

/** A log file from where it ends now: several sidecars may have written to it before. */
export function openLogTail(path: string): LogTail {
  const start = sizeOf(path);
  return {lastLines: (count) => readTail(path, start).slice(-count)};
}

export interface LogTail {
  lastLines(count: number): string[];
}

function readTail(path: string, start: number): string[] {
  try {
    const file = openSync(path, 'r');
    try {
      const {size} = fstatSync(file);
      const from = Math.max(start, size - TAIL_BYTES);
      const buffer = Buffer.alloc(size - from);
      readSync(file, buffer, 0, buffer.length, from);
      return buffer.toString().split('\n').filter(Boolean);
    } finally {
      closeSync(file);
    }
  } catch {
    return [];
  }
}

function sizeOf(path: string): number {
  return statSync(path, {throwIfNoEntry: false})?.size ?? 0;
}
