import type {Architecture} from '../../protocol/index.ts';
import {ImuError} from '../../protocol/index.ts';
import type {Sidecar} from '../../sidecar/sidecar.ts';
import type {StoredObject} from '../../store/result.ts';
import type {TaskContext} from '../execute.ts';

/** Milliseconds without a sign of life before a kernel counts as hung; kernels speak at least once a step. */
export const SILENCE_MS = 300_000;

export interface LoadedDataset {
  readonly dataset: string;
  readonly groups: readonly string[];
}

/** The data set of a task, loaded once per sidecar process: later tasks of the lane reuse the handle. */
export function loadDataset(context: TaskContext): Promise<LoadedDataset> {
  const object = artefactOf(context, 'dataset', 'dataset');
  return once(context.sidecar, `dataset/${object.sha256}`, async () => {
    const {output} = await context.sidecar.call(
      'loadDataset',
      {path: context.objectPath(object), sha256: object.sha256},
      {signal: context.signal, silenceMs: SILENCE_MS},
    );
    return {dataset: output.dataset, groups: output.groups};
  });
}

/** A model that many tasks read and none changes, loaded once per sidecar process. */
export function loadSharedModel(context: TaskContext, role: string, architecture: Architecture): Promise<string> {
  const object = artefactOf(context, role, 'model');
  return once(context.sidecar, `model/${object.sha256}`, () => loadModel(context, role, architecture));
}

/** A copy of a model for this task alone, which releases it. */
export async function loadModel(context: TaskContext, role: string, architecture: Architecture): Promise<string> {
  const object = artefactOf(context, role, 'model');
  const {output} = await context.sidecar.call(
    'loadModel',
    {architecture, path: context.objectPath(object), sha256: object.sha256},
    {signal: context.signal, silenceMs: SILENCE_MS},
  );
  return output.model;
}

export async function saveModel(
  {sidecar, signal, stagePath, commitObject}: TaskContext,
  model: string,
): Promise<StoredObject> {
  const path = stagePath('safetensors');
  await sidecar.call('saveModel', {model, path}, {signal, silenceMs: SILENCE_MS});
  return commitObject(path);
}

export async function release({sidecar}: TaskContext, handles: readonly string[]): Promise<void> {
  await sidecar.call('release', {handles: [...handles]});
}

function artefactOf(context: TaskContext, role: string, name: string): StoredObject {
  const object = context.inputs[role]?.artefacts[name];
  if (object === undefined) {
    throw new ImuError('ASSET_MISSING', `the input ${role} has no ${name}`, {
      hint: 'Its result is incomplete: remove it from the store, and it is made again.',
    });
  }
  return object;
}

/** Handles live and die with their process, so the memory of them hangs on the sidecar object. */
const loaded = new WeakMap<Sidecar, Map<string, Promise<unknown>>>();

function once<T>(sidecar: Sidecar, name: string, load: () => Promise<T>): Promise<T> {
  const known = loaded.get(sidecar) ?? new Map<string, Promise<unknown>>();
  loaded.set(sidecar, known);
  const existing = known.get(name) as Promise<T> | undefined;
  if (existing !== undefined) return existing;
  const promise = load();
  known.set(name, promise);
  promise.catch(() => known.delete(name));
  return promise;
}
