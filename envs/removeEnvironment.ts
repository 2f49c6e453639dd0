import {existsSync, readdirSync, rmSync} from 'node:fs';
import path from 'node:path';
import type {EnvironmentName} from './environments.ts';
import {environmentsFolder} from './folders.ts';
import {recordPath} from './record.ts';
import {withLease} from './withLease.ts';

/** Removes every environment of that name, of older locks too; returns their folders. Waits for one that is being made. */
export async function removeEnvironment(name: EnvironmentName): Promise<string[]> {
  const root = environmentsFolder();
  const entries = existsSync(root) ? readdirSync(root) : [];
  const folders = entries.filter((entry) => /^[a-z]+-[0-9a-f]{16}$/.test(entry) && entry.startsWith(`${name}-`));
  for (const entry of folders) {
    const folder = path.join(root, entry);
    await withLease(folder, async () => removeFolder(folder), {onProgress: () => {}, signal: undefined});
  }
  return folders.map((entry) => path.join(root, entry));
}

/** The record goes first: what is half gone is not believed. */
function removeFolder(folder: string): void {
  rmSync(recordPath(folder), {force: true});
  rmSync(folder, {recursive: true, force: true, maxRetries: 3});
}
