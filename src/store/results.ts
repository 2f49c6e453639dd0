import {createHash} from 'node:crypto';
import {linkSync, readFileSync, renameSync, unlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {parse, stringify} from '../protocol/index.ts';
import {makeFolder, syncFolder, writeNewFile} from './durableFiles.ts';
import type {TaskResult} from './result.ts';
import {storageFailure} from './storageFailure.ts';

/** Results by key, `<2 digits>/<key>.json`, written once; and `latest`, a cache: task id → key of its last result. */
export interface Results {
  /** The result as written, null when there is none, `damaged` when the file is not what was written. */
  read(key: string): TaskResult | 'damaged' | null;
  pathOf(key: string): string;
  /** Durable when resolved. A result that is there already stays, and is what is returned. */
  commit(result: TaskResult): Promise<TaskResult>;
  latestKey(id: string): string | null;
}

export function openResults(root: string, stagePath: (extension: string) => string): Results {
  const pathOf = (key: string): string => join(root, 'results', checkKey(key).slice(0, 2), `${key}.json`);
  const latestPath = (id: string): string => {
    const name = createHash('sha256').update(id).digest('hex');
    return join(root, 'latest', name.slice(0, 2), `${name}.json`);
  };

  function read(key: string): TaskResult | 'damaged' | null {
    const text = readIfThere(pathOf(key));
    return text === null ? null : (decode(text, key) ?? 'damaged');
  }

  async function commit(result: TaskResult): Promise<TaskResult> {
    const path = pathOf(result.key);
    const staged = stagePath('json');
    await makeFolder(dirname(path));
    writeNewFile(staged, encode(result));
    const isNew = linkIfNew(staged, path);
    unlinkSync(staged);
    await syncFolder(dirname(path));
    const kept = isNew ? result : read(result.key);
    if (kept === null || kept === 'damaged') throw new Error(`${path} was damaged while it was being written`);
    await pointToLatest(result);
    return kept;
  }

  /** Only a cache: not synced, and its loss costs a reason in `imu plan`. */
  async function pointToLatest({id, key}: TaskResult): Promise<void> {
    const path = latestPath(id);
    await makeFolder(dirname(path));
    const staged = stagePath('json');
    writeFileSync(staged, JSON.stringify({id, key}), {flag: 'wx'});
    renameSync(staged, path);
  }

  return {
    read,
    pathOf,
    commit: async (result) => {
      try {
        return await commit(result);
      } catch (thrown) {
        throw storageFailure(`store the result of ${result.id}`, thrown);
      }
    },
    latestKey: (id) => {
      try {
        const pointer = JSON.parse(readIfThere(latestPath(id)) ?? 'null');
        return pointer?.id === id && isKey(pointer.key) ? pointer.key : null;
      } catch {
        return null;
      }
    },
  };
}

const isKey = (key: unknown): key is string => typeof key === 'string' && /^[0-9a-f]{64}$/.test(key);

/** A key becomes a path: it must be a hash and nothing else. */
function checkKey(key: string): string {
  if (!isKey(key)) throw new TypeError(`${JSON.stringify(key)} is not a content key`);
  return key;
}

/** `{"result":…,"sum":"<sha256 of the result's text>"}` and a newline. */
function encode(result: TaskResult): string {
  const body = stringify(result);
  return `{"result":${body},"sum":"${sha256(body)}"}\n`;
}

function decode(text: string, key: string): TaskResult | null {
  const [, body, sum] = /^\{"result":(.*),"sum":"([0-9a-f]{64})"\}\n$/s.exec(text) ?? [];
  if (body === undefined || sha256(body) !== sum) return null;
  const result = parse(body) as TaskResult;
  return result.key === key ? result : null;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function linkIfNew(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw thrown;
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw thrown;
  }
}
