import {linkSync, lstatSync, readdirSync, readFileSync, unlinkSync} from 'node:fs';
import {join} from 'node:path';
import {ImuError, parse, stringify} from '../protocol/index.ts';
import {makeFolder, syncFolder, writeNewFile} from './durableFiles.ts';
import type {Journal, OpenAppendFile} from './journal.ts';
import {openJournal} from './journal.ts';
import type {JournalEntry} from './journalLine.ts';
import type {Holder, Lease} from './lease.ts';
import {acquireLease, isLease} from './lease.ts';
import type {Manifest} from './manifest.ts';
import type {JournalReading} from './readJournal.ts';
import {readJournal} from './readJournal.ts';
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
  readonly journal: JournalReading;
}

export interface RunSummary {
  readonly runId: string;
  readonly directory: string;
  readonly suiteId: string;
  readonly title: string;
  readonly createdAt: string;
}

interface Place {
  readonly root: string;
  readonly stagePath: (extension: string) => string;
  readonly openFile: OpenAppendFile | undefined;
}

/** Opens a run for writing, new or again. Throws INVALID_REQUEST when another orchestrator that lives has it. */
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
    const kept = await writeManifestOnce(place, directory, manifest);
    const journal = await openJournal(join(directory, 'journal.jsonl'), onWritten, place.openFile);
    return {
      runId,
      directory,
      manifest: kept,
      journal,
      close: () => journal.close().finally(() => lease.release()),
    };
  } catch (thrown) {
    lease.release();
    throw storageFailure(`open the run ${runId}`, thrown);
  }
}

/** Throws ASSET_MISSING when there is no such run. */
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
  return {runId, directory, manifest, journal: readJournal(join(directory, 'journal.jsonl'))};
}

/** Newest first. Folders without a readable manifest are no runs. */
export function listRuns(root: string): RunSummary[] {
  const names = readdirSync(root, {withFileTypes: true}).filter((entry) => entry.isDirectory() && isRunId(entry.name));
  const runs = names.flatMap(({name}) => {
    const manifest = readManifest(join(root, name));
    if (manifest === null) return [];
    const {suite, plan, createdAt} = manifest;
    return [{runId: name, directory: join(root, name), suiteId: suite.id, title: plan.title, createdAt}];
  });
  return runs.sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0));
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
  writeNewFile(staged, `${stringify(manifest)}\n`);
  const path = join(directory, 'manifest.json');
  // One that cannot be read is lost; the journal beside it still tells the run.
  if (lstatSync(path, {throwIfNoEntry: false}) !== undefined) unlinkSync(path);
  linkSync(staged, path);
  unlinkSync(staged);
  await syncFolder(directory);
  return manifest;
}

/** Null when there is none that this version can read. */
export function readManifest(directory: string): Manifest | null {
  const path = join(directory, 'manifest.json');
  if (lstatSync(path, {throwIfNoEntry: false})?.isFile() !== true) return null;
  try {
    const manifest = parse(readFileSync(path, 'utf8')) as Manifest;
    return manifest.formatVersion === 1 ? manifest : null;
  } catch {
    return null;
  }
}
