import {join} from 'node:path';
import {openObjects} from './objects.ts';
import type {StoredObject, TaskResult} from './result.ts';
import {openResults} from './results.ts';

/**
 * A store as somebody sees it who must not touch it: nothing is made, swept or set aside, and what is damaged counts as absent. For viewers of a
 * run that another process works on.
 */
export function lookIntoStore(root: string): {
  findResult(key: string): TaskResult | null;
  objectPath(object: StoredObject): string;
} {
  const results = openResults(root, () => {
    throw new Error('a store that is only looked into stages nothing');
  });
  return {
    findResult: (key) => {
      const result = results.read(key);
      return result === 'damaged' ? null : result;
    },
    objectPath: openObjects(join(root, 'objects'), join(root, 'tmp')).pathOf,
  };
}
