import type {RunEvent} from '../protocol/index.ts';
import {ImuError} from '../protocol/index.ts';
import type {Sidecar} from '../sidecar/sidecar.ts';
import type {Store, TaskResult} from '../store/index.ts';
import type {Execute, TaskOutcome} from './execute.ts';
import type {Node} from './taskGraph.ts';

export interface AttemptRequest {
  readonly node: Node;
  readonly sidecar: Sidecar;
  readonly store: Store;
  readonly execute: Execute;
  readonly provenance: Readonly<Record<string, unknown>>;
  readonly emit: (event: RunEvent) => void;
  /** Aborts when nothing more may be waited for. */
  readonly force: AbortSignal;
}

/** Runs a task once and commits its result: durable when resolved. Rejects as `execute` does, and at once when the sidecar ends. */
export async function attempt(request: AttemptRequest): Promise<TaskResult> {
  const {node, sidecar, store} = request;
  const started = performance.now();
  const outcome = await executeWhileAlive(request, await readInputs(node, store));
  const {key, id, spec, keyParts} = node.task;
  const {device, deviceName, pythonVersion, packages} = sidecar.info;
  return store.commitResult({
    key,
    id,
    kind: spec.kind,
    ...outcome,
    provenance: {...request.provenance, device, deviceName, pythonVersion, packages, keyParts},
    seconds: (performance.now() - started) / 1000,
    finishedAt: new Date().toISOString(),
  });
}

/** Results of the inputs by role, their artefacts' bytes compared with their hashes. */
async function readInputs({task}: Node, store: Store): Promise<Record<string, TaskResult>> {
  const inputs: Record<string, TaskResult> = {};
  for (const [role, key] of Object.entries(task.inputs)) {
    const result = (await store.verifyArtefacts(key)) ? store.findResult(key) : null;
    if (result === null) {
      throw new ImuError('ASSET_MISSING', `${task.id} cannot read its ${role}: the result ${key} is gone or damaged`, {
        hint: 'Run the same command again: what is missing is computed anew.',
      });
    }
    inputs[role] = result;
  }
  return inputs;
}

async function executeWhileAlive(
  {node, sidecar, store, execute, emit, force}: AttemptRequest,
  inputs: Readonly<Record<string, TaskResult>>,
): Promise<TaskOutcome> {
  let isOver = false;
  const context = {
    sidecar,
    inputs,
    signal: node.abort.signal,
    objectPath: store.objectPath,
    stagePath: store.stagePath,
    commitObject: store.commitObject,
    emit: (event: RunEvent) => {
      if (!isOver) emit(event);
    },
  };
  const forced = onAbort(force);
  try {
    return await Promise.race([execute(node.task, context), whenEnded(sidecar), forced.promise]);
  } finally {
    isOver = true;
    forced.forget();
  }
}

async function whenEnded(sidecar: Sidecar): Promise<never> {
  const failure = await sidecar.ended;
  if (failure !== null) throw ImuError.from(failure);
  throw new ImuError('CANCELLED', 'the sidecar was closed while a task ran on it');
}

function onAbort(signal: AbortSignal): {promise: Promise<never>; forget: () => void} {
  const {promise, reject} = Promise.withResolvers<never>();
  promise.catch(() => undefined); // Nobody may be waiting any more.
  const stop = (): void => reject(new ImuError('CANCELLED', 'stopped by force'));
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, {once: true});
  return {promise, forget: () => signal.removeEventListener('abort', stop)};
}
