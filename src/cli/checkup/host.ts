import {existsSync, readdirSync, statfsSync} from 'node:fs';
import {availableParallelism, freemem, totalmem} from 'node:os';
import path from 'node:path';
import {cacheFolder, projectRoot} from '../../../envs/index.ts';
import {type Finding, gib, ok, problem, warning} from './finding.ts';

/** What the machine offers, Python apart. */
export function checkHost(): Finding[] {
  return [
    checkNode(),
    checkPackages(),
    checkMemory(),
    checkSharedMemory(),
    ...checkDisks(),
    checkData(),
    checkTerminal(),
  ];
}

function checkNode(): Finding {
  return ok('Node', `${process.versions.node} at ${process.execPath}`);
}

function checkPackages(): Finding {
  const folder = path.join(projectRoot(), 'node_modules');
  if (!existsSync(folder)) return ok('npm packages', 'installed beside imu');
  const number = readdirSync(folder).filter((name) => !name.startsWith('.')).length;
  return ok('npm packages', `${number} in ${folder}, as package-lock.json says`);
}

function checkMemory(): Finding {
  const found = `${gib(freemem())} free of ${gib(totalmem())}, ${availableParallelism()} cores`;
  if (totalmem() >= 4 * 2 ** 30) return ok('memory', found);
  return warning('memory', found, 'Training may be killed below 4 GiB: use fewer lanes (--lanes 1).');
}

const SHARED_MEMORY = '/dev/shm';
/** Docker's default, and too little for large arrays. */
const SMALL_SHARED_MEMORY = 64 * 2 ** 20;

function checkSharedMemory(): Finding {
  if (!existsSync(SHARED_MEMORY))
    return ok('shared memory', `no ${SHARED_MEMORY} here; arrays cross through the run's folder`);
  const bytes = freeBytes(SHARED_MEMORY);
  if (bytes > SMALL_SHARED_MEMORY) return ok('shared memory', `${gib(bytes)} free at ${SHARED_MEMORY}`);
  return warning(
    'shared memory',
    `${gib(bytes)} free at ${SHARED_MEMORY}`,
    'In a container: docker run --shm-size=1g.',
  );
}

/** Room for results and checkpoints. */
const LITTLE_DISK = 2 * 2 ** 30;

function checkDisks(): Finding[] {
  const folders = {results: process.cwd(), cache: nearestExisting(cacheFolder())};
  return Object.entries(folders).map(([name, folder]) => {
    const bytes = freeBytes(folder);
    const found = `${gib(bytes)} free at ${folder}`;
    if (bytes >= LITTLE_DISK) return ok(`disk, ${name}`, found);
    const other = name === 'cache' ? 'set IMU_CACHE to another disk' : 'choose another folder with --out';
    return warning(`disk, ${name}`, found, `Free some space, or ${other}.`);
  });
}

function checkData(): Finding {
  const given = process.env.IMU_DATA;
  if (!given) return ok('data', 'IMU_DATA is not set; generated data sets need none');
  const folder = path.resolve(given);
  if (!existsSync(folder))
    return problem('data', `IMU_DATA names ${folder}, which is not there`, 'Mend or unset IMU_DATA.');
  return ok('data', `${folder} with ${readdirSync(folder).join(', ') || 'nothing in it'}`);
}

function checkTerminal(): Finding {
  const {stdout, env} = process;
  if (!stdout.isTTY) return ok('terminal', 'stdout is no terminal: runs print lines');
  const colour = stdout.hasColors() && !env.NO_COLOR ? `${2 ** stdout.getColorDepth()} colours` : 'no colours';
  const found = `${stdout.columns}×${stdout.rows}, ${colour}`;
  if (stdout.columns >= 60 && stdout.rows >= 16) return ok('terminal', found);
  return warning('terminal', found, 'The view needs 60×16; make the window larger, or use --no-tui.');
}

function freeBytes(folder: string): number {
  const {bavail, bsize} = statfsSync(folder);
  return bavail * bsize;
}

function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(path.dirname(folder));
}
