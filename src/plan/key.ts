import {createHash} from 'node:crypto';
import {canonicalJson} from './canonical.ts';
import type {KeyParts} from './task.ts';

/** Content key of a task, 64 hex digits: equal parts, equal key, so that a finished task is found by any suite. */
export function taskKey(parts: KeyParts): string {
  return createHash('sha256').update(canonicalJson(parts)).digest('hex');
}
