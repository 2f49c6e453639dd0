import {execFile} from 'node:child_process';
import {accessSync, constants} from 'node:fs';
import path from 'node:path';
import {promisify} from 'node:util';
import {ImuError} from '../src/protocol/failures.ts';
import {PYTHON_MINORS} from './folders.ts';

export interface BasePython {
  readonly path: string;
  readonly version: string;
  readonly minor: number;
}

export interface Rejected {
  readonly path: string;
  readonly why: string;
}

/**
 * A Python on PATH that can make environments: 3.13 down to 3.10, then whatever `python3` is. `rejected` says why others were passed over.
 * Throws ASSET_MISSING with what to install.
 */
export async function findPython(): Promise<{python: BasePython; rejected: readonly Rejected[]}> {
  const rejected: Rejected[] = [];
  for (const candidate of candidates()) {
    const found = await probe(candidate);
    if ('version' in found) return {python: found, rejected};
    rejected.push(found);
  }
  throw noPython(rejected);
}

function* candidates(): Generator<string> {
  const names = [...PYTHON_MINORS.map((minor) => `python3.${minor}`), 'python3', 'python'];
  const folders = new Set((process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== ''));
  for (const name of names) {
    for (const folder of folders) {
      const candidate = path.join(folder, name);
      if (isExecutable(candidate)) yield candidate;
    }
  }
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const PROBE = `
import importlib.util, json, sys
missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
print(json.dumps({"version": "%d.%d.%d" % sys.version_info[:3], "path": sys.executable, "missing": missing}))
`;

async function probe(candidate: string): Promise<BasePython | Rejected> {
  let answer: {version: string; path: string; missing: string[]};
  try {
    const {stdout} = await promisify(execFile)(candidate, ['-I', '-c', PROBE], {timeout: 20_000});
    answer = JSON.parse(stdout);
  } catch {
    // A version manager's shim answers so for a version that is not installed.
    return {path: candidate, why: 'does not run'};
  }
  const [major, minor = 0] = answer.version.split('.').map(Number);
  const isSupported = major === 3 && (PYTHON_MINORS as readonly number[]).includes(minor);
  if (!isSupported) return {path: answer.path, why: `is Python ${answer.version}`};
  if (answer.missing.length > 0) {
    return {path: answer.path, why: `is Python ${answer.version} without ${answer.missing.join(' and ')}`};
  }
  return {path: answer.path, version: answer.version, minor};
}

function noPython(rejected: readonly Rejected[]): ImuError {
  const lacking = rejected.map(({why}) => /^is Python (3\.1\d)\.\d+ without/.exec(why)?.[1]).find(Boolean);
  const install =
    lacking === undefined
      ? 'On Debian or Ubuntu: sudo apt install python3 python3-venv. Elsewhere: brew install python@3.13, or uv python install 3.13.'
      : `On Debian or Ubuntu: sudo apt install python${lacking}-venv.`;
  const seen = rejected.map(({path: file, why}) => `${file} ${why}`);
  return new ImuError('ASSET_MISSING', 'no Python from 3.10 to 3.13 that can make environments is on PATH', {
    hint: [...seen, install, 'Or set IMU_PYTHON to an interpreter that has all packages already.'].join('\n'),
  });
}
