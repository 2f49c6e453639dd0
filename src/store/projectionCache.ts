import {constants} from 'node:fs';
import {open, rename, rm, statfs} from 'node:fs/promises';
import {join} from 'node:path';
import {crc32} from 'node:zlib';
import {JOURNAL_FORMAT} from '../protocol/index.ts';
import {foldAll} from './fold.ts';
import type {JournalEntry} from './journalLine.ts';
import {type EventRecord, type Projection, recordOf} from './projection.ts';
import type {JournalCondition, JournalPosition} from './readJournal.ts';
import {readJournalBytes} from './readJournal.ts';
import {decodeLines, snapshotLines} from './snapshot.ts';

/** The projection of a journal up to a position in it. */
export interface Folded extends Pick<JournalCondition, 'numLines' | 'damagedLines'> {
  readonly projection: Projection;
  readonly position: JournalPosition;
}

/** Keeps `projection.jsonl` beside a journal that grows: what readers begin from, in place of the first line. Only a cache. */
export interface ProjectionCache {
  /** An event that was written to the journal, and where its line ends. */
  note(entry: JournalEntry, position: JournalPosition): void;
  /** Resolves when the last projection is written, or was given up; never rejects. */
  close(): Promise<void>;
}

/** Events that readers fold in a few hundredths of a second: fewer are not worth a file. */
const SAVE_EVERY_EVENTS = 5_000;
const SAVE_EVERY_MS = 10_000;
/** Events are folded in small lots, so that no other work waits long. */
const FOLD_EVERY_EVENTS = 1_000;
/** The last bytes of a disk belong to the journal. */
const FREE_BYTES = 256 * 2 ** 20;
const CHUNK_CHARACTERS = 2 ** 18;

export function projectionCache(directory: string, from: Folded, stagePath: () => string): ProjectionCache {
  let {projection, position, numLines} = from;
  let waiting: EventRecord[] = [];
  let numUnsaved = 0;
  let savedAt = performance.now();
  let saving: Promise<void> | null = null;
  /** What failed once is left alone: the run goes on, and readers read the journal. */
  let isGivenUp = false;

  function foldWaiting(): void {
    projection = foldAll(waiting, projection);
    waiting = [];
  }

  async function save(): Promise<void> {
    foldWaiting();
    numUnsaved = 0;
    savedAt = performance.now();
    const folded = {projection, position, numLines, damagedLines: from.damagedLines};
    isGivenUp = !(await writeCache(directory, folded, stagePath()));
  }

  return {
    note(entry, end) {
      if (isGivenUp) return;
      waiting.push(recordOf(entry));
      position = end;
      numLines += 1;
      numUnsaved += 1;
      if (waiting.length >= FOLD_EVERY_EVENTS) foldWaiting();
      if (saving !== null || numUnsaved < SAVE_EVERY_EVENTS || performance.now() - savedAt < SAVE_EVERY_MS) return;
      saving = save().finally(() => {
        saving = null;
      });
    },
    async close() {
      await saving;
      if (numUnsaved > 0 && !isGivenUp) await save();
    },
  };
}

const cachePath = (directory: string): string => join(directory, 'projection.jsonl');

interface Head extends Pick<JournalCondition, 'numLines' | 'damagedLines'> {
  /** The highest that its writer reads: no event it folded has a higher one. */
  readonly journalFormat: number;
  readonly seq: number;
  /** Of the journal, as far as it is folded. */
  readonly journal: JournalPosition;
}

/** What the cache holds, when all of it is as it was written by a version that folds as this one does; else null. */
export function readCache(directory: string): Folded | null {
  try {
    const bytes = readJournalBytes(cachePath(directory));
    const endOfBody = bytes.lastIndexOf('\n', bytes.length - 2);
    const sum = bytes.toString('latin1', endOfBody + 1);
    if (endOfBody === -1 || sum !== sumLine(crc32(bytes.subarray(0, endOfBody + 1)))) return null;
    const endOfHead = bytes.indexOf('\n');
    const head = JSON.parse(bytes.toString('utf8', 0, endOfHead)) as Head;
    const {journalFormat, seq, journal, numLines, damagedLines} = head;
    if (journalFormat > JOURNAL_FORMAT) return null;
    const projection = decodeLines(bytes.toString('utf8', endOfHead + 1, endOfBody));
    return projection.seq === seq ? {projection, position: journal, numLines, damagedLines} : null;
  } catch {
    // Of another version, or unreadable: the journal has it all.
    return null;
  }
}

/** Staged and renamed: readers see the whole of it or the one before. False when it could not be written. */
async function writeCache(directory: string, folded: Folded, staged: string): Promise<boolean> {
  try {
    const {bavail, bsize} = await statfs(directory);
    if (bavail * bsize < FREE_BYTES) return false;
    await writeChunks(staged, cacheChunks(folded));
    await rename(staged, cachePath(directory));
    return true;
  } catch {
    await rm(staged, {force: true}).catch(() => undefined);
    return false;
  }
}

async function writeChunks(path: string, chunks: Iterable<Buffer>): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o666);
  try {
    for (const chunk of chunks) await file.appendFile(chunk);
  } finally {
    await file.close();
  }
}

function* cacheChunks(folded: Folded): Generator<Buffer> {
  let sum = 0;
  let text = '';
  for (const line of cacheLines(folded)) {
    text += `${line}\n`;
    if (text.length < CHUNK_CHARACTERS) continue;
    const chunk = Buffer.from(text);
    sum = crc32(chunk, sum);
    text = '';
    yield chunk;
  }
  yield Buffer.from(`${text}${sumLine(crc32(text, sum))}`);
}

function* cacheLines({projection, position, numLines, damagedLines}: Folded): Generator<string> {
  const head: Head = {
    journalFormat: JOURNAL_FORMAT,
    seq: projection.seq,
    journal: position,
    numLines,
    damagedLines,
  };
  yield JSON.stringify(head);
  yield* snapshotLines(projection);
}

const sumLine = (sum: number): string => `{"sum":${sum}}\n`;
