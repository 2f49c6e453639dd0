import {linkSync, lstatSync, readdirSync, unlinkSync} from 'node:fs';
import {basename, join} from 'node:path';
import {ImuError} from '../protocol/index.ts';
import {makeFolder, syncFolder, writeNewFile} from './durableFiles.ts';
import type {Journal, OnWritten, OpenAppendFile} from './journal.ts';
import {openJournal} from './journal.ts';
import type {JournalEntry} from './journalLine.ts';
import type {Holder, Lease} from './lease.ts';
import {acquireLease, isLease} from './lease.ts';
import type {Manifest} from './manifest.ts';
import {manifestText, readManifestFile} from './manifestFile.ts';
import {newerManifest, refuseNewerJournal} from './newerFormat.ts';
import {type ProjectionCache, projectionCache} from './projectionCache.ts';
import type {JournalReading} from './readJournal.ts';
import {parseJournal, positionOf, readJournalBytes} from './readJournal.ts';
import {type RestoredRun, restoreRun} from './readProjection.ts';
import {checkRunId, isRunId} from './runName.ts';
import {storageFailure} from './storageFailure.ts';

/** A run directory held by this process. */
export interface OpenRun {
  readonly runId: string;
  readonly directory: string;
  /** As written when the run was first started. */
  readonly manifest: Manifest;
  readonly journal: Journal;
  /** Closes the journal and gives the run back; rejects when not all that was appended is on the disk. */
  close(): Promise<void>;
}

export interface RunRecord {
  readonly runId: string;
  readonly directory: string;
  readonly manifest: Manifest;
  /** Read when it is first asked for; what is written later is not in it. */
  readonly journal: JournalReading;
}

export interface RunSummary {
  readonly runId: string;
  readonly directory: string;
  readonly suiteId: string;
  readonly title: string;
  readonly createdAt: string;
  /** Of its manifest. A run of a higher one than MANIFEST_FORMAT is listed as far as it can be read, and cannot be opened. */
  readonly formatVersion: number;
}

interface Place {
  readonly root: string;
  readonly stagePath: (extension: string) => string;
  readonly openFile: OpenAppendFile | undefined;
}

/** Opens a run for writing, new or again. Throws INVALID_REQUEST when another orchestrator that lives has it, or a newer imu wrote it. */
export async function openRun(
  place: Place,
  runId: string,
  manifest: Manifest,
  onWritten?: (entry: JournalEntry) => void,
): Promise<OpenRun> {
  checkRunId(runId);
  const lease = holdRun(place, runId);
  try {
    const directory = join(place.root, runId);
    const restored = restoreRun(directory);
    const kept = await writeManifestOnce(place, directory, manifest);
    const {journal, cache} = await openCachedJournal(place, directory, restored, onWritten);
    return {
      runId,
      directory,
      manifest: kept,
      journal,
      close: () =>
        journal
          .close()
          .finally(() => cache.close())
          .finally(() => lease.release()),
    };
  } catch (thrown) {
    lease.release();
    throw storageFailure(`open the run ${runId}`, thrown);
  }
}

/** Throws ASSET_MISSING when there is no such run, INVALID_REQUEST when a newer imu wrote it. */
export function readRun(root: string, runId: string): RunRecord {
  checkRunId(runId);
  const directory = join(root, runId);
  const manifest = readManifest(directory);
  if (manifest === null) {
    throw new ImuError('ASSET_MISSING', `there is no run ${runId} in ${root}`, {
      hint: `Runs there: ${
        listRuns(root)
          .map((run) => run.runId)
          .join(', ') || 'none'
      }.`,
    });
  }
  const bytes = readJournalBytes(journalPath(directory));
  refuseNewerJournal(runId, bytes);
  let journal: JournalReading | null = null;
  return {
    runId,
    directory,
    manifest,
    get journal() {
      journal ??= parseJournal(bytes);
      return journal;
    },
  };
}

/** Null when the folder is no run; throws INVALID_REQUEST when a newer imu wrote it. */
export function readManifest(directory: string): Manifest | null {
  const reading = readManifestFile(directory);
  if (reading.kind === 'newer') throw newerManifest(basename(directory), reading.formatVersion);
  return reading.kind === 'read' ? reading.manifest : null;
}

/** Newest first. Folders without a readable manifest are no runs. */
export function listRuns(root: string): RunSummary[] {
  const names = readdirSync(root, {withFileTypes: true}).filter((entry) => entry.isDirectory() && isRunId(entry.name));
  const runs = names.flatMap(({name}) => summaryOf(join(root, name)));
  return runs.sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0));
}

function summaryOf(directory: string): RunSummary[] {
  const reading = readManifestFile(directory);
  const run = {runId: basename(directory), directory};
  switch (reading.kind) {
    case 'read': {
      const {suite, plan, createdAt, formatVersion} = reading.manifest;
      return [{...run, suiteId: suite.id, title: plan.title, createdAt, formatVersion}];
    }
    case 'newer': {
      const {createdAt} = reading.content;
      const title = `written by a newer imu (format ${reading.formatVersion})`;
      const known = typeof createdAt === 'string' ? createdAt : '';
      return [{...run, suiteId: '', title, createdAt: known, formatVersion: reading.formatVersion}];
    }
    case 'none':
      return [];
  }
}

const journalPath = (directory: string): string => join(directory, 'journal.jsonl');

/** A journal that keeps the cache of its projection up to date. */
async function openCachedJournal(
  {openFile, stagePath}: Place,
  directory: string,
  {projection, reading, from, bytes, lastSeq}: RestoredRun,
  onWritten: (entry: JournalEntry) => void = () => {},
): Promise<{journal: Journal; cache: ProjectionCache}> {
  const {numLines, damagedLines, numTornBytes} = reading;
  const position = positionOf(bytes, reading, from);
  const cache = projectionCache(directory, {projection, position, numLines, damagedLines}, () => stagePath('jsonl'));
  const note: OnWritten = (entry, end) => {
    cache.note(entry, end);
    onWritten(entry);
  };
  const journal = await openJournal(journalPath(directory), note, openFile, {lastSeq, position, numTornBytes});
  return {journal, cache};
}

function holdRun({root, stagePath}: Place, runId: string): Lease {
  const held = leaseRun(join(root, 'leases'), runId, stagePath);
  if (isLease(held)) return held;
  throw new ImuError('INVALID_REQUEST', `run ${runId} is being worked on by process ${held.pid} on ${held.host}`, {
    hint: `Watch that one, or end it (kill ${held.pid}) and run the same command again: it goes on where the other stopped.`,
  });
}

function leaseRun(folder: string, runId: string, stagePath: Place['stagePath']): Lease | Holder {
  try {
    return acquireLease(folder, `run-${runId}`, stagePath);
  } catch (thrown) {
    throw storageFailure(`lease the run ${runId}`, thrown);
  }
}

/** Linked into place with its content, so that no reader and no crash sees half of it. */
async function writeManifestOnce({root, stagePath}: Place, directory: string, manifest: Manifest): Promise<Manifest> {
  await makeFolder(directory);
  if (!lstatSync(directory).isDirectory())
    throw new ImuError('INVALID_REQUEST', `${directory} is a link, not a folder`, {hint: `Remove it from ${root}.`});
  const written = readManifest(directory);
  if (written !== null) return written;
  const staged = stagePath('json');
  writeNewFile(staged, manifestText(manifest));
  const path = join(directory, 'manifest.json');
  // One that cannot be read is lost; the journal beside it still tells the run.
  if (lstatSync(path, {throwIfNoEntry: false}) !== undefined) unlinkSync(path);
  linkSync(staged, path);
  unlinkSync(staged);
  await syncFolder(directory);
  return manifest;
}
