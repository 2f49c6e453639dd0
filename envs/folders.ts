import {createHash} from 'node:crypto';
import {homedir} from 'node:os';
import path from 'node:path';
import {type EnvironmentName, lockHashOf} from './environments.ts';

/** Python versions (3.x) that the lock is made for, the preferred one first. */
export const PYTHON_MINORS = [13, 12, 11, 10] as const;

/** Where all is kept that can be made again: the folder `imu` in IMU_CACHE, else in XDG_CACHE_HOME, else in ~/.cache. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const folder = env.IMU_CACHE || env.XDG_CACHE_HOME || path.join(homedir(), '.cache');
  return path.join(path.resolve(folder), 'imu');
}

export const environmentsFolder = (): string => path.join(cacheFolder(), 'envs');

/** One folder per lock and Python version: another lock is another environment, and neither disturbs the other. */
export function environmentFolder(name: EnvironmentName, pythonMinor: number): string {
  const hash = createHash('sha256')
    .update(`${lockHashOf(name)} python 3.${pythonMinor}`)
    .digest('hex');
  return path.join(environmentsFolder(), `${name}-${hash.slice(0, 16)}`);
}
