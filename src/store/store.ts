import {randomUUID} from 'node:crypto';
import {existsSync, readdirSync, realpathSync, renameSync, rmSync} from 'node:fs';
import {basename, join, resolve} from 'node:path';
import type {PastResults} from '../plan/decide.ts';
import type {KeyParts} from '../plan/task.ts';
import {ImuError} from '../protocol/index.ts';
import {makeFolders} from './durableFiles.ts';
import type {OpenAppendFile} from './journal.ts';
import type {JournalEntry} from './journalLine.ts';
import type {Holder, Lease} from './lease.ts';
import {acquireLease, sweepLeases} from './lease.ts';
import type {Manifest} from './manifest.ts';
import {openObjects} from './objects.ts';
import {identityTag, isTagProvablyDead, ownIdentity} from './processIdentity.ts';
import type {StoredObject, TaskResult} from './result.ts';
import {openResults} from './results.ts';
import {STORE_FOLDERS} from './runName.ts';
import type {OpenRun, RunRecord, RunSummary} from './runs.ts';
import {listRuns, openRun, readRun} from './runs.ts';
import {storageFailure} from './storageFailure.ts';

/** Something in the store that is not what was written, and was moved to `damaged/`. */
export interface Damage {
  readonly what: string;
  readonly key: string;
  readonly id: string | null;
}

/**
 * One folder for all suites: `objects/` (files by hash), `results/` (by content key), `leases/`, `tmp/`, and a directory per run.
 * Whatever is acknowledged is on the disk; whatever cannot be believed counts as absent, is set aside and reported.
 */
export interface Store extends PastResults {
  readonly root: string;
  /** A path on the store's file system that does not exist yet, without the dot in `extension`. Swept when this process is dead. */
  stagePath(extension: string): string;
  commitObject(stagedPath: string): Promise<StoredObject>;
  objectPath(object: StoredObject): string;
  /** Whether the object's bytes are those of its hash; reads them once per process. */
  verifyObject(object: StoredObject): Promise<boolean>;
  /** Null also when the result or one of its artefacts is damaged; it is then set aside. */
  findResult(key: string): TaskResult | null;
  /** Durable when resolved; the result of another process that was first is kept and returned. */
  commitResult(result: TaskResult): Promise<TaskResult>;
  /** The right to run a task, or who has it. */
  leaseTask(key: string): Lease | Holder;
  openRun(runId: string, manifest: Manifest, onWritten?: (entry: JournalEntry) => void): Promise<OpenRun>;
  readRun(runId: string): RunRecord;
  listRuns(): RunSummary[];
  /** What was set aside since the store was opened. */
  readonly damages: readonly Damage[];
}

export interface StoreOptions {
  /** Where journals go; for tests of full and broken disks. */
  readonly openAppendFile?: OpenAppendFile;
}

/** Opens a store, making it where there is none, and sweeps what dead processes left. Throws a storage failure. */
export function openStore(root: string, options: StoreOptions = {}): Store {
  const place = makePlace(root);
  const at = (folder: (typeof STORE_FOLDERS)[number]): string => join(place, folder);
  const tag = identityTag(ownIdentity());
  const stagePath = (extension: string): string => join(at('tmp'), `${tag}.${randomUUID()}.${extension}`);
  const objects = openObjects(at('objects'), at('tmp'));
  const results = openResults(place, stagePath);
  const damages: Damage[] = [];
  sweep(at('tmp'));
  sweepLeases(at('leases'), stagePath);

  function setAside(path: string, damage: Damage): void {
    if (!existsSync(path)) return;
    renameSync(path, join(at('damaged'), `${basename(path)}.${randomUUID().slice(0, 8)}`));
    damages.push(damage);
  }

  function read(key: string): TaskResult | 'damaged' | null {
    const result = results.read(key);
    if (result === null) return null;
    if (result === 'damaged') {
      setAside(results.pathOf(key), {what: `result ${key}`, key, id: null});
      return 'damaged';
    }
    const bad = Object.entries(result.artefacts).find(([, object]) => !objects.isPresent(object));
    if (bad === undefined) return result;
    disown(result, ...bad);
    return 'damaged';
  }

  /** A result whose artefact is gone or rotten is no result. */
  function disown(result: TaskResult, role: string, object: StoredObject): void {
    const damage = {what: `${role} of ${result.id} (object ${object.sha256})`, key: result.key, id: result.id};
    setAside(objects.pathOf(object), damage);
    setAside(results.pathOf(result.key), {what: `result of ${result.id}`, key: result.key, id: result.id});
  }

  async function verifyArtefacts(key: string): Promise<boolean> {
    const result = read(key);
    if (result === null || result === 'damaged') return false;
    for (const [role, object] of Object.entries(result.artefacts)) {
      if (await objects.verify(object)) continue;
      disown(result, role, object);
      return false;
    }
    return true;
  }

  const runPlace = {root: place, stagePath, openFile: options.openAppendFile};
  return {
    root: place,
    stagePath,
    commitObject: objects.commit,
    objectPath: objects.pathOf,
    verifyObject: objects.verify,
    findResult: (key) => {
      const result = read(key);
      return result === 'damaged' ? null : result;
    },
    commitResult: async (result) => {
      const missing = Object.entries(result.artefacts).find(([, object]) => !objects.isPresent(object));
      if (missing !== undefined)
        throw new ImuError('INTERNAL', `${missing[0]} of ${result.id} was never stored: object ${missing[1].sha256}`);
      read(result.key); // One that is damaged makes room.
      return results.commit(result);
    },
    lookUp: (key) => {
      const result = read(key);
      return result === null ? 'absent' : result === 'damaged' ? 'damaged' : 'present';
    },
    verifyArtefacts,
    latest: (id) => {
      const key = results.latestKey(id);
      const result = key === null ? null : results.read(key);
      if (result === null || result === 'damaged') return null;
      return {keyParts: (result.provenance.keyParts as KeyParts | undefined) ?? null, seconds: result.seconds};
    },
    leaseTask: (key) => acquireLease(at('leases'), `task-${key}`, stagePath),
    openRun: (runId, manifest, onWritten) => openRun(runPlace, runId, manifest, onWritten),
    readRun: (runId) => readRun(place, runId),
    listRuns: () => listRuns(place),
    damages,
  };
}

function makePlace(root: string): string {
  try {
    for (const folder of STORE_FOLDERS) makeFolders(join(resolve(root), folder));
    return realpathSync(resolve(root));
  } catch (thrown) {
    throw storageFailure(`open the store ${root}`, thrown);
  }
}

/** Staged files, and whatever a sidecar put beside them, begin with their owner's tag. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (isTagProvablyDead(name.split('.')[0] ?? '')) rmSync(join(folder, name), {recursive: true, force: true});
  }
}
