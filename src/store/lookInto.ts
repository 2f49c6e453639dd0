import {join} from 'node:path';
import {type Objects, openObjects} from './objects.ts';
import type {StoredObject, TaskResult} from './result.ts';
import {openResults} from './results.ts';

/** A store as somebody sees it who must not touch it: nothing is made, swept or set aside, and what is damaged stays where it lies. */
export interface StoreLook {
  /** As written, null where there is none. */
  readResult(key: string): TaskResult | 'damaged' | null;
  /** One that can be believed, else null. */
  findResult(key: string): TaskResult | null;
  objectPath(object: StoredObject): string;
  readonly objects: Pick<Objects, 'isPresent' | 'verify' | 'pathOf'>;
}

/** For viewers of a run that another process works on, and for whoever asks where a number comes from. */
export function lookIntoStore(root: string): StoreLook {
  const results = openResults(root, () => {
    throw new Error('a store that is only looked into stages nothing');
  });
  const objects = openObjects(join(root, 'objects'), join(root, 'tmp'));
  return {
    readResult: results.read,
    findResult: (key) => {
      const result = results.read(key);
      return result === 'damaged' ? null : result;
    },
    objectPath: objects.pathOf,
    objects,
  };
}
