import {closeSync, constants, fsyncSync, mkdirSync, openSync, statSync, writeSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {dirname} from 'node:path';

/** Creates a file that must not exist, and has its bytes on the disk before it returns; the name is durable only after `syncFolder`. */
export function writeNewFile(path: string, content: string | Buffer): void {
  const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o666);
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes names created in, renamed into or removed from a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } catch (thrown) {
    // Some network and FUSE file systems cannot sync a folder; they have nothing better to offer.
    if ((thrown as NodeJS.ErrnoException).code !== 'EINVAL') throw thrown;
  } finally {
    await folder.close();
  }
}

/** Makes a folder and its parents, each durable in its parent. */
export async function makeFolder(path: string): Promise<void> {
  for (const made of makeFolders(path)) await syncFolder(dirname(made));
}

/** Makes the folders of a path that are missing; returns them, outermost first. Node's own recursive mkdir never ends on a path such as /proc/x. */
export function makeFolders(path: string): string[] {
  if (statSync(path, {throwIfNoEntry: false})?.isDirectory()) return [];
  const parents = dirname(path) === path ? [] : makeFolders(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have been quicker.
    if (!statSync(path, {throwIfNoEntry: false})?.isDirectory()) throw error;
  }
  return [...parents, path];
}
