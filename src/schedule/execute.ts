import type {Task} from '../plan/task.ts';
import type {RunEvent} from '../protocol/index.ts';
import type {Sidecar} from '../sidecar/sidecar.ts';
import type {StoredObject, TaskResult} from '../store/result.ts';

/** What a running task may touch. */
export interface TaskContext {
  readonly sidecar: Sidecar;
  /** Results of the inputs, by role. */
  readonly inputs: Readonly<Record<string, TaskResult>>;
  readonly signal: AbortSignal;
  /** Absolute path of a committed object. */
  objectPath(object: StoredObject): string;
  /** A path on the store's file system that does not exist yet; whatever is written there becomes an object by `commitObject`. */
  stagePath(extension: string): string;
  commitObject(stagedPath: string): Promise<StoredObject>;
  /** Task events; the scheduler adds nothing and journals them. */
  emit(event: Extract<RunEvent, {key: string}>): void;
}

export interface TaskOutcome {
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly artefacts: Readonly<Record<string, StoredObject>>;
  /** Numbers shown when the task is done: metric id → value. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Does one task on one lane. Throws ImuError; never commits a result itself. */
export type Execute = (task: Task, context: TaskContext) => Promise<TaskOutcome>;
