import {accessSync, constants, readFileSync, renameSync} from 'node:fs';
import path from 'node:path';
import {syncFolder, writeNewFile} from '../src/store/durableFiles.ts';
import {type EnvironmentName, type Extra, lockHashOf} from './environments.ts';
import {environmentFolder, PYTHON_MINORS} from './folders.ts';

/** What `imu-environment.json` says. It is written last: an environment without one is not believed. */
export interface EnvironmentRecord {
  readonly formatVersion: 1;
  readonly name: EnvironmentName;
  readonly lockHash: string;
  readonly pythonVersion: string;
  /** Folder of the virtual environment, beside this record. */
  readonly venv: string;
  readonly extras: readonly Extra[];
  /** Every installed package, in its normalised name, with its version. */
  readonly packages: Readonly<Record<string, string>>;
  readonly madeAt: string;
}

const RECORD = 'imu-environment.json';

/** The environment of that name that is whole, for the preferred Python that has one; null where none is. */
export function findComplete(name: EnvironmentName): {folder: string; record: EnvironmentRecord} | null {
  for (const minor of PYTHON_MINORS) {
    const folder = environmentFolder(name, minor);
    const record = readRecord(folder);
    if (record !== null && record.lockHash === lockHashOf(name)) return {folder, record};
  }
  return null;
}

/** Null where the environment was never finished, or its Python has gone since. */
export function readRecord(folder: string): EnvironmentRecord | null {
  try {
    const record: EnvironmentRecord = JSON.parse(readFileSync(path.join(folder, RECORD), 'utf8'));
    if (record.formatVersion !== 1) return null;
    accessSync(interpreterOf(folder, record), constants.X_OK);
    return record;
  } catch {
    return null;
  }
}

export const interpreterOf = (folder: string, {venv}: Pick<EnvironmentRecord, 'venv'>): string =>
  path.join(folder, venv, 'bin', 'python');

/** Replaces the record in one step that survives a power cut. */
export async function writeRecord(folder: string, record: EnvironmentRecord): Promise<void> {
  const staged = path.join(folder, `.record-${process.pid}-${Date.now()}`);
  writeNewFile(staged, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(staged, path.join(folder, RECORD));
  await syncFolder(folder);
}

export const recordPath = (folder: string): string => path.join(folder, RECORD);
