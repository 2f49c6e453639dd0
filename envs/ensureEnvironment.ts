import {randomUUID} from 'node:crypto';
import {readdirSync, rmSync, statfsSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {ImuError} from '../src/protocol/failures.ts';
import {makeFolder} from '../src/store/durableFiles.ts';
import {differences} from './differences.ts';
import {
  directPackages,
  directVersions,
  ENVIRONMENTS,
  type EnvironmentName,
  type Extra,
  extraPath,
  lockHashOf,
  requirementsPath,
} from './environments.ts';
import {type BasePython, findPython} from './findPython.ts';
import {environmentFolder} from './folders.ts';
import {installedPackages} from './installedPackages.ts';
import {type EnvironmentRecord, findComplete, interpreterOf, readRecord, writeRecord} from './record.ts';
import {interpreterGiven} from './resolveInterpreter.ts';
import {withLease} from './withLease.ts';

export interface EnsureOptions {
  /** What else it must hold; default nothing. */
  readonly extras?: readonly Extra[];
  /** One short line at a time, only when there is something to do. */
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface ReadyEnvironment {
  readonly name: EnvironmentName;
  readonly interpreter: string;
  readonly pythonVersion: string;
  /** Versions of the packages that the environment asks for by name: what decides a digit, and nothing that extras add. */
  readonly packages: Readonly<Record<string, string>>;
  /** Null for IMU_PYTHON, which follows no lock. */
  readonly lockHash: string | null;
}

/**
 * The environment of that name, made where it is missing; at once where it is there. IMU_PYTHON is taken as it is, if it has what is asked for.
 * Safe to interrupt or kill at any moment, and for two at once. Throws ASSET_MISSING (no Python, disk, network, package) or CANCELLED.
 */
export async function ensureEnvironment(name: EnvironmentName, options: EnsureOptions = {}): Promise<ReadyEnvironment> {
  const {extras = [], onProgress = () => {}, signal} = options;
  if (process.env.IMU_PYTHON) return checkGiven(process.env.IMU_PYTHON, name, extras);
  const found = findComplete(name);
  if (found !== null && hasAll(found.record, extras)) return ready(found.folder, found.record);
  const python = found === null ? (await findPython()).python : null;
  const folder = found?.folder ?? environmentFolder(name, python?.minor ?? 0);
  await makeFolder(folder);
  const work: Work = {name, folder, extras, onProgress, signal};
  return withLease(folder, () => finish(work, python), {onProgress, signal});
}

interface Work {
  readonly name: EnvironmentName;
  readonly folder: string;
  readonly extras: readonly Extra[];
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal | undefined;
}

/** Under the lease: what another process has done in the meantime is not done again. */
async function finish(work: Work, python: BasePython | null): Promise<ReadyEnvironment> {
  const record = readRecord(work.folder);
  if (record !== null && hasAll(record, work.extras)) return ready(work.folder, record);
  if (record !== null) return addExtras(work, record);
  return make(work, python ?? (await findPython()).python);
}

/** A virtual environment cannot be moved, so it is made where it stays, under a name of its own that only the record makes valid. */
async function make(work: Work, python: BasePython): Promise<ReadyEnvironment> {
  const {name, folder, extras, onProgress, signal} = work;
  removeLeftovers(folder);
  requireSpace(name, folder);
  const venv = `venv-${randomUUID().slice(0, 8)}`;
  const target = path.join(folder, venv);
  const {pipInstall, runPython} = await import('./pip.ts');
  try {
    onProgress(`making the Python environment ${name} with ${python.path} (Python ${python.version})`);
    await runPython(python.path, ['-m', 'venv', target], {onLine: () => {}, signal});
    const interpreter = interpreterOf(folder, {venv});
    const requirements = [requirementsPath(name), ...extras.map(extraPath)];
    await pipInstall({interpreter, requirements, logPath: freshLog(folder), onProgress, signal});
    return await believe(work, venv);
  } catch (thrown) {
    rmSync(target, {recursive: true, force: true});
    throw thrown;
  }
}

/** Extras only add packages: the lock keeps those that are there, so that whoever uses the environment now is not disturbed. */
async function addExtras(work: Work, record: EnvironmentRecord): Promise<ReadyEnvironment> {
  const {folder, onProgress, signal} = work;
  const extras = [...new Set([...record.extras, ...work.extras])];
  const {pipInstall} = await import('./pip.ts');
  onProgress(`adding to the Python environment ${work.name}: ${work.extras.join(', ')}`);
  const requirements = [requirementsPath(work.name), ...extras.map(extraPath)];
  await pipInstall({
    interpreter: interpreterOf(folder, record),
    requirements,
    logPath: freshLog(folder),
    onProgress,
    signal,
  });
  return believe({...work, extras}, record.venv);
}

/** Looks at what was installed, and only then writes the record. */
async function believe({name, folder, extras}: Work, venv: string): Promise<ReadyEnvironment> {
  const {packages, pythonVersion} = await installedPackages(interpreterOf(folder, {venv}));
  const wrong = differences(name, extras, {packages, pythonVersion});
  if (wrong.length > 0) {
    throw new ImuError('ASSET_MISSING', `pip installed something else than the lock says: ${wrong.join(', ')}`, {
      hint: 'Does IMU_PIP_ARGS, or the configuration of pip, ask for other versions?',
    });
  }
  const {syncDisk} = await import('./syncDisk.ts');
  await syncDisk(folder);
  const lockHash = lockHashOf(name);
  const madeAt = new Date().toISOString();
  const record: EnvironmentRecord = {formatVersion: 1, name, lockHash, pythonVersion, venv, extras, packages, madeAt};
  await writeRecord(folder, record);
  return ready(folder, record);
}

const hasAll = (record: EnvironmentRecord, extras: readonly Extra[]): boolean =>
  extras.every((extra) => record.extras.includes(extra));

const ready = (folder: string, record: EnvironmentRecord): ReadyEnvironment => ({
  name: record.name,
  interpreter: interpreterOf(folder, record),
  pythonVersion: record.pythonVersion,
  packages: directVersions(record.name, record.packages),
  lockHash: record.lockHash,
});

/** What an interrupted attempt left. Nothing else: others who wait have files here. */
function removeLeftovers(folder: string): void {
  const leftovers = readdirSync(folder).filter((entry) => entry.startsWith('venv-'));
  for (const entry of leftovers) rmSync(path.join(folder, entry), {recursive: true, force: true, maxRetries: 3});
}

function requireSpace(name: EnvironmentName, folder: string): void {
  const {bavail, bsize} = statfsSync(folder);
  const needed = ENVIRONMENTS[name].diskBytes;
  if (bavail * bsize >= needed) return;
  const gib = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
  throw new ImuError(
    'ASSET_MISSING',
    `the environment ${name} takes about ${gib(needed)} GiB; ${gib(bavail * bsize)} GiB are free`,
    {
      hint: `Free some space at ${folder}, or set IMU_CACHE to a folder on another disk.`,
    },
  );
}

function freshLog(folder: string): string {
  const log = path.join(folder, 'pip.log');
  writeFileSync(log, '');
  return log;
}

async function checkGiven(given: string, name: EnvironmentName, extras: readonly Extra[]): Promise<ReadyEnvironment> {
  const {interpreter, packages, pythonVersion} = await interpreterGiven(given);
  const wanted = [requirementsPath(name), ...extras.map(extraPath)].flatMap(directPackages);
  const lacking = wanted.filter((wantedName) => packages[wantedName] === undefined);
  if (lacking.length > 0) {
    throw new ImuError(
      'ASSET_MISSING',
      `IMU_PYTHON (${interpreter}, Python ${pythonVersion}) has no ${lacking.join(', ')}`,
      {
        hint: `Install with: ${interpreter} -m pip install ${lacking.join(' ')}\nOr unset IMU_PYTHON: imu then makes an environment of its own.`,
      },
    );
  }
  return {name, interpreter, pythonVersion, packages: directVersions(name, packages), lockHash: null};
}
