import {execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {promisify} from 'node:util';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {ensureEnvironment} from './ensureEnvironment.ts';
import {
  directPackages,
  ENVIRONMENTS,
  type EnvironmentName,
  extraPath,
  pinnedVersions,
  requirementsPath,
} from './environments.ts';
import {findPython} from './findPython.ts';
import {environmentsFolder, PYTHON_MINORS} from './folders.ts';
import {findComplete} from './record.ts';
import {resolveInterpreter} from './resolveInterpreter.ts';

let cache: string;

beforeEach(() => {
  cache = mkdtempSync(path.join(tmpdir(), 'imu-envs-'));
  vi.stubEnv('IMU_CACHE', cache);
  vi.stubEnv('IMU_PYTHON', undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, {recursive: true, force: true});
});

describe('the lock', () => {
  const files = [
    ...Object.keys(ENVIRONMENTS).map((name) => requirementsPath(name as EnvironmentName)),
    extraPath('test'),
  ];

  it.each(PYTHON_MINORS)('pins all that is asked for by name, on Python 3.%i', (minor) => {
    const pins = pinnedVersions(minor);
    expect(files.flatMap(directPackages).filter((name) => !pins.has(name))).toEqual([]);
  });

  it('gives Python 3.10 the last versions that support it', () => {
    expect([pinnedVersions(10).get('numpy'), pinnedVersions(11).get('numpy')]).toEqual(['2.2.6', '2.4.6']);
  });
});

describe('IMU_PYTHON', () => {
  it('is used as it is, and asked only once', async () => {
    const {python} = await findPython();
    const counted = path.join(cache, 'python');
    writeFileSync(counted, `#!/bin/sh\necho asked >> ${cache}/asked\nexec ${python.path} "$@"\n`);
    chmodSync(counted, 0o755);
    vi.stubEnv('IMU_PYTHON', counted);
    const expected = {interpreter: counted, pythonVersion: python.version, source: 'IMU_PYTHON'};
    expect(await resolveInterpreter({environment: 'cpu'})).toMatchObject(expected);
    expect(await resolveInterpreter({environment: 'cpu'})).toMatchObject(expected);
    const {stdout} = await promisify(execFile)('cat', [path.join(cache, 'asked')]);
    expect(stdout).toBe('asked\n');
  });

  it.each(['/nowhere/python', '/bin/true', 'no-such-python'])('is refused where it is no Python: %s', async (given) => {
    vi.stubEnv('IMU_PYTHON', given);
    await expect(resolveInterpreter({environment: 'cpu'})).rejects.toMatchObject({field: 'IMU_PYTHON'});
  });

  it('is refused where it lacks a package, which is named', async () => {
    const {python} = await findPython();
    vi.stubEnv('IMU_PYTHON', await emptyEnvironment(python.path));
    await expect(ensureEnvironment('cpu')).rejects.toThrow(/has no .*torch/);
  });
});

describe('an environment that could not be finished', () => {
  beforeEach(() => {
    vi.stubEnv('IMU_PIP_ARGS', '--no-index');
    vi.stubEnv('PIP_FIND_LINKS', undefined);
    vi.stubEnv('PIP_CONFIG_FILE', '/dev/null');
  });

  it('is not believed, and the reason is said in plain words', async () => {
    await expect(ensureEnvironment('cpu')).rejects.toThrow(/^pip finds no/);
    expect(findComplete('cpu')).toBeNull();
    expect(await resolveInterpreter({environment: 'cpu'}).catch(String)).toContain('is not made yet');
    expect(leftovers()).toEqual([]);
  }, 180_000);

  it('is made again after kill -9, whose lease is broken', async () => {
    const bin = path.resolve(import.meta.dirname, '../bin/imu.js');
    const child = spawn(process.execPath, [bin, 'env', 'make', 'cpu'], {detached: true, stdio: 'ignore'});
    while (leftovers().length === 0) await sleep(20);
    process.kill(-Number(child.pid), 'SIGKILL');
    await once(child, 'exit');
    expect(findComplete('cpu')).toBeNull();
    await expect(ensureEnvironment('cpu')).rejects.toThrow(/^pip finds no/);
    expect(leftovers()).toEqual([]);
  }, 180_000);
});

/** Half-made environments. */
function leftovers(): string[] {
  if (!existsSync(environmentsFolder())) return [];
  const all = readdirSync(environmentsFolder(), {recursive: true, encoding: 'utf8'});
  return all.filter((name) => path.basename(name).startsWith('venv-'));
}

async function emptyEnvironment(python: string): Promise<string> {
  const folder = path.join(cache, 'empty');
  await promisify(execFile)(python, ['-m', 'venv', '--without-pip', folder]);
  return path.join(folder, 'bin', 'python');
}
