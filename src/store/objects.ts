import {createHash} from 'node:crypto';
import {constants, lstatSync, renameSync, statSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {dirname, join, resolve, sep} from 'node:path';
import {ImuError} from '../protocol/index.ts';
import {makeFolder, syncFolder} from './durableFiles.ts';
import type {StoredObject} from './result.ts';
import {storageFailure} from './storageFailure.ts';

/** Committed files: `<2 digits>/<sha256>`, named by their bytes, never changed. */
export interface Objects {
  pathOf(object: StoredObject): string;
  /** Hash, fsync, rename, fsync of the folder. The staged file is gone afterwards. */
  commit(stagedPath: string): Promise<StoredObject>;
  /** Whether a file of that size lies there: a stat, no reading. */
  isPresent(object: StoredObject): boolean;
  /** Compares size and bytes with the name; bytes only once per process. */
  verify(object: StoredObject): Promise<boolean>;
}

export function openObjects(folder: string, stageFolder: string): Objects {
  const verified = new Set<string>();
  const pathOf = ({sha256}: StoredObject): string => join(folder, sha256.slice(0, 2), sha256);

  const isPresent = (object: StoredObject): boolean => {
    const found = statSync(pathOf(object), {throwIfNoEntry: false});
    return found?.isFile() === true && found.size === object.sizeBytes;
  };

  return {
    pathOf,
    isPresent,
    commit: async (stagedPath) => {
      checkStaged(stagedPath, stageFolder);
      try {
        const object = await hashFile(stagedPath, true);
        const path = pathOf(object);
        await makeFolder(dirname(path));
        // Over an object of the same name: the bytes are the same, and should those there have rotted, these are good.
        renameSync(stagedPath, path);
        await syncFolder(dirname(path));
        verified.add(object.sha256);
        return object;
      } catch (thrown) {
        throw storageFailure(`store ${stagedPath}`, thrown);
      }
    },
    verify: async (object) => {
      if (!isPresent(object)) return false;
      if (verified.has(object.sha256)) return true;
      if ((await hashFile(pathOf(object), false)).sha256 !== object.sha256) return false;
      verified.add(object.sha256);
      return true;
    },
  };
}

function checkStaged(stagedPath: string, stageFolder: string): void {
  const isInside = resolve(stagedPath).startsWith(stageFolder + sep);
  if (isInside && lstatSync(stagedPath, {throwIfNoEntry: false})?.isFile() === true) return;
  throw new ImuError('INTERNAL', `${stagedPath} cannot be stored: not a file at a path from stagePath()`);
}

async function hashFile(path: string, sync: boolean): Promise<StoredObject> {
  const file = await open(path, (sync ? constants.O_RDWR : constants.O_RDONLY) | constants.O_NOFOLLOW);
  try {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for await (const chunk of file.createReadStream({autoClose: false, highWaterMark: 1 << 20})) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
    if (sync) await file.sync();
    return {sha256: hash.digest('hex'), sizeBytes};
  } finally {
    await file.close();
  }
}
