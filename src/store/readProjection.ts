import {basename, join} from 'node:path';
import {crc32} from 'node:zlib';
import type {JournalEntry} from './journalLine.ts';
import {readLine} from './journalLine.ts';
import {newerFormatOf} from './manifestFile.ts';
import {newerManifest, refuseNewerJournal} from './newerFormat.ts';
import {type EventRecord, empty, foldAll, type Projection, recordOf} from './projection.ts';
import {type Folded, readCache} from './projectionCache.ts';
import type {JournalCondition} from './readJournal.ts';
import {readJournalBytes, scanJournal} from './readJournal.ts';

export interface ProjectionReading {
  readonly projection: Projection;
  /** Of the whole journal; `describeReading` puts it into words. */
  readonly reading: JournalCondition;
  /** Whether the journal was read from where the cache ends; the projection is the same either way. */
  readonly usedCache: boolean;
}

/**
 * The projection of a run as its journal stands, by way of the cache beside it where that fits. Changes nothing.
 * Throws INVALID_REQUEST on a run of a newer imu.
 */
export function readProjection(runDirectory: string): ProjectionReading {
  const {projection, reading, usedCache} = restoreRun(runDirectory);
  return {projection, reading, usedCache};
}

export interface RestoredRun extends ProjectionReading {
  readonly bytes: Buffer;
  /** Of the last good line; 0 where there is none. */
  readonly lastSeq: number;
}

/** As `readProjection`, with what somebody who goes on writing the journal needs. */
export function restoreRun(runDirectory: string): RestoredRun {
  const runId = basename(runDirectory);
  const newer = newerFormatOf(runDirectory);
  if (newer !== null) throw newerManifest(runId, newer);
  // The cache first: a journal that grows meanwhile still begins with what the cache holds.
  const cached = readCache(runDirectory);
  const bytes = readJournalBytes(join(runDirectory, 'journal.jsonl'));
  const start = cached !== null && fits(cached, bytes) ? cached : null;
  refuseNewerJournal(runId, bytes, start?.position.numBytes);
  let projection = start?.projection ?? empty();
  let lastSeq = Math.max(0, projection.seq);
  let lot: EventRecord[] = [];
  const foldLot = (): void => {
    projection = foldAll(lot, projection);
    lot = [];
  };
  const onEntry = (entry: JournalEntry): void => {
    lastSeq = entry.seq;
    if (lot.push(recordOf(entry)) === NUM_RECORDS_PER_LOT) foldLot();
  };
  const reading = scanJournal(bytes, onEntry, start === null ? undefined : readBefore(start));
  foldLot();
  return {projection, reading, usedCache: start !== null, bytes, lastSeq};
}

/** Events that are in memory at once: few, since a journal may hold millions. */
const NUM_RECORDS_PER_LOT = 5_000;

const readBefore = ({position, numLines, damagedLines}: Folded) => ({
  numLines,
  damagedLines,
  numGoodBytes: position.numBytes,
});

/** Whether a journal still begins with the very bytes that were folded: it may have been cut, replaced or harmed since. */
function fits({position: {numBytes, sum}, projection}: Folded, bytes: Buffer): boolean {
  if (numBytes === 0 || numBytes > bytes.length || crc32(bytes.subarray(0, numBytes)) !== sum) return false;
  const startOfLine = bytes.lastIndexOf(0x0a, numBytes - 2) + 1;
  return readLine(bytes.subarray(startOfLine, numBytes - 1))?.seq === projection.seq;
}
