import {createHash} from 'node:crypto';
import {mkdirSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {BadInput} from '../src/protocol/badInput.ts';
import {ImuError} from '../src/protocol/failures.ts';
import {directVersions, type EnvironmentName} from './environments.ts';
import {isExecutable} from './findPython.ts';
import {cacheFolder} from './folders.ts';
import {type Installed, installedPackages} from './installedPackages.ts';
import {findComplete, interpreterOf} from './record.ts';

export interface ResolvedInterpreter {
  readonly interpreter: string;
  /** Versions of the packages that the environment asks for by name, e.g. `torch` → `2.13.0+cpu`: what decides a digit. */
  readonly packages: Readonly<Record<string, string>>;
  readonly pythonVersion: string;
  readonly source: 'IMU_PYTHON' | 'environment';
}

/**
 * The Python that will compute, and what it has; nothing is made or imported, and it answers at once. Throws BadInput for an IMU_PYTHON
 * that is no interpreter, ASSET_MISSING where the environment is not made yet.
 */
export async function resolveInterpreter({environment}: {environment: EnvironmentName}): Promise<ResolvedInterpreter> {
  const given = process.env.IMU_PYTHON;
  if (given) {
    const {interpreter, packages, pythonVersion} = await interpreterGiven(given);
    return {interpreter, packages: directVersions(environment, packages), pythonVersion, source: 'IMU_PYTHON'};
  }
  const found = findComplete(environment);
  if (found === null) {
    throw new ImuError('ASSET_MISSING', `the Python environment ${environment} is not made yet`, {
      hint: `imu env make ${environment} makes it; or set IMU_PYTHON to an interpreter that has the packages.`,
    });
  }
  const {folder, record} = found;
  const packages = directVersions(environment, record.packages);
  const {pythonVersion} = record;
  return {interpreter: interpreterOf(folder, record), packages, pythonVersion, source: 'environment'};
}

/** All that the interpreter in IMU_PYTHON has. Throws BadInput where it is none. */
export async function interpreterGiven(given: string): Promise<Installed & {readonly interpreter: string}> {
  const interpreter = locate(given);
  return {...(await cachedInstalled(interpreter)), interpreter};
}

/** A path as it is, a bare name from PATH. Symbolic links stay: in a virtual environment the link is what makes it one. */
function locate(given: string): string {
  const folders = given.includes('/') ? ['.'] : (process.env.PATH ?? '').split(path.delimiter);
  const found = folders.map((folder) => path.resolve(folder, given)).find(isExecutable);
  if (found === undefined) throw notPython(given, 'cannot be run');
  return found;
}

const notPython = (given: string, problem: string): BadInput =>
  new BadInput({who: '', field: 'IMU_PYTHON', value: given, problem, allowed: 'the path of a Python interpreter'});

interface CachedAnswer extends Installed {
  readonly times: readonly number[];
}

/** Asking costs a start of Python; the answer holds as long as the interpreter and the folders of its packages are the same. */
async function cachedInstalled(interpreter: string): Promise<Installed> {
  const name = createHash('sha256').update(interpreter).digest('hex').slice(0, 16);
  const file = path.join(cacheFolder(), 'interpreters', `${name}.json`);
  const known = readAnswer(file);
  if (known !== null && String(timesOf(interpreter, known.folders)) === String(known.times)) return known;
  const installed = await installedPackages(interpreter).catch(() => {
    throw notPython(interpreter, 'is not a Python that runs');
  });
  keepAnswer(file, {...installed, times: timesOf(interpreter, installed.folders)});
  return installed;
}

function readAnswer(file: string): CachedAnswer | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

const timesOf = (interpreter: string, folders: readonly string[]): number[] =>
  [realpathSync(interpreter), ...folders].map((file) => statSync(file, {throwIfNoEntry: false})?.mtimeMs ?? 0);

/** The answer is only a convenience: where the cache cannot be written, Python is asked again. */
function keepAnswer(file: string, answer: CachedAnswer): void {
  try {
    mkdirSync(path.dirname(file), {recursive: true});
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(answer));
    renameSync(`${file}.${process.pid}`, file);
  } catch {}
}
