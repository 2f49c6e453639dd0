import type {Architecture, DatasetSpec, Measurement, Optimiser, PlannedTask, Selection} from '../protocol/index.ts';

/** What a task does, after defaults: plain data, hashed into its key. */
export type TaskSpec =
  | {readonly kind: 'data'; readonly dataset: DatasetSpec}
  | {
      readonly kind: 'train';
      readonly architecture: Architecture;
      readonly selection: Selection;
      readonly optimiser: Optimiser;
      readonly batchSize: number;
      readonly numEpochs: number;
      readonly seed: number;
    }
  | {
      readonly kind: 'unlearn';
      readonly architecture: Architecture;
      /** Method id; its parameters after profile and defaults. */
      readonly method: string;
      readonly params: Readonly<Record<string, unknown>>;
      readonly forgetSet: Selection;
      readonly trace: readonly Measurement[];
      readonly traceEvery: number;
      readonly evaluationBatchSize: number;
      readonly seed: number;
    }
  | {
      readonly kind: 'evaluate';
      readonly architecture: Architecture;
      readonly measurements: readonly Measurement[];
      readonly batchSize: number;
    };

export type TaskKind = TaskSpec['kind'];

/** A node of the task graph. `inputs`: role (dataset, model, reference) → key of the task whose result it takes. */
export interface Task {
  readonly key: string;
  /** Unique in the suite and readable, e.g. `unlearn/imu-official/t42/u1`. */
  readonly id: string;
  readonly label: string;
  readonly spec: TaskSpec;
  readonly inputs: Readonly<Record<string, string>>;
  /** Table row it belongs to; null where it is shared by rows. */
  readonly row: string | null;
  readonly trainSeed: number | null;
  readonly unlearnSeed: number | null;
  /** What was hashed into the key, part by part, so that a changed key can say which part changed. */
  readonly keyParts: KeyParts;
}

export interface KeyParts {
  readonly kind: TaskKind;
  readonly spec: TaskSpec;
  readonly inputs: Readonly<Record<string, string>>;
  /** Files whose content decides the result: path from the project's root → sha256. */
  readonly code: Readonly<Record<string, string>>;
  readonly environment: Environment;
}

/** Where results are computed, as far as it may move a digit. */
export interface Environment {
  readonly python: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly deviceClass: string;
  readonly numThreads: number;
  readonly deterministic: boolean;
}

/** Tasks in an order in which every task stands behind its inputs. */
export interface Plan {
  readonly suiteId: string;
  readonly title: string;
  readonly planHash: string;
  readonly tasks: readonly Task[];
}

export const toPlannedTask = (task: Task): PlannedTask => ({
  key: task.key,
  id: task.id,
  kind: task.spec.kind,
  label: task.label,
  row: task.row,
  trainSeed: task.trainSeed,
  unlearnSeed: task.unlearnSeed,
  inputs: Object.values(task.inputs),
  expectedSeconds: null,
});
