import {ImuError} from '../../protocol/index.ts';
import type {FakeDataset} from './dataset.ts';
import type {FakeModel} from './model.ts';
import type {FakeDescent} from './operations.ts';

interface Kinds {
  model: FakeModel;
  dataset: FakeDataset;
  descent: FakeDescent;
}

/** Objects that live in one fake and are known outside by name. */
export class Handles {
  readonly #objects = new Map<string, {kind: keyof Kinds; value: unknown}>();
  #count = 0;

  put<K extends keyof Kinds>(kind: K, value: Kinds[K]): string {
    this.#count += 1;
    const handle = `${kind}-${this.#count}`;
    this.#objects.set(handle, {kind, value});
    return handle;
  }

  get<K extends keyof Kinds>(kind: K, handle: string): Kinds[K] {
    const found = this.#objects.get(handle);
    if (found === undefined) throw new ImuError('INVALID_REQUEST', `No ${kind} is called '${handle}' in this sidecar.`);
    if (found.kind !== kind)
      throw new ImuError('INVALID_REQUEST', `'${handle}' is a ${found.kind}, where a ${kind} is needed.`);
    return found.value as Kinds[K];
  }

  drop(handle: string): void {
    this.#objects.delete(handle);
  }
}
