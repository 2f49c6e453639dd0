import {basename, join} from 'node:path';
import {foldAll} from './fold.ts';
import type {JournalEntry} from './journalLine.ts';
import {newerFormatOf} from './manifestFile.ts';
import {newerManifest, refuseNewerJournal} from './newerFormat.ts';
import {type EventRecord, empty, type Projection, recordOf} from './projection.ts';
import {type Folded, readCache} from './projectionCache.ts';
import type {JournalCondition, JournalPosition} from './readJournal.ts';
import {readJournalBehind, readJournalBytes, START_OF_JOURNAL, scanJournal} from './readJournal.ts';

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
  /** Where the cache ends; the start of the journal where it was not used. */
  readonly from: JournalPosition;
  /** All that stands behind `from`. */
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
  const path = join(runDirectory, 'journal.jsonl');
  const behind = cached === null ? null : readJournalBehind(path, cached.position);
  const start = behind === null ? null : cached;
  const bytes = behind ?? readJournalBytes(path);
  refuseNewerJournal(runId, bytes);
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
  const from = start?.position ?? START_OF_JOURNAL;
  return {projection, reading, usedCache: start !== null, from, bytes, lastSeq};
}

/** Events that are in memory at once: few, since a journal may hold millions. */
const NUM_RECORDS_PER_LOT = 5_000;

const readBefore = ({position, numLines, damagedLines}: Folded) => ({
  numLines,
  damagedLines,
  numGoodBytes: position.numBytes,
});
