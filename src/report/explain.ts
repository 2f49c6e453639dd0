import type {MetricCard} from '../metrics/index.ts';
import type {TaskSpec} from '../plan/task.ts';
import type {Measurement} from '../protocol/index.ts';
import type {Manifest} from '../store/manifest.ts';
import type {StoredObject} from '../store/result.ts';
import type {TableCell, TableColumn, TableModel} from './aggregate.ts';
import type {Evidence} from './evidence.ts';

/** Where a number of a table comes from, down to seeds, tasks and files. */
export interface CellExplanation {
  readonly run: string;
  readonly row: {readonly id: string; readonly label: string; readonly profile: string; readonly note: string};
  readonly column: TableColumn;
  readonly cell: TableCell;
  /** Definition of the metric; null for a column that is no measurement. */
  readonly metric: {readonly card: MetricCard; readonly measurement: Measurement} | null;
  /** One per value, by train and unlearn seed. */
  readonly values: readonly ValueExplanation[];
  /** Reproduces this cell and nothing else that is not needed for it. */
  readonly command: string;
}

export interface ValueExplanation {
  readonly value: number;
  readonly trainSeed: number | null;
  readonly unlearnSeed: number | null;
  /** Samples it is the mean of; null where that is not known. */
  readonly numSamples: number | null;
  /** The evaluation, then what made its model, then what that was made from: down to the data. */
  readonly tasks: readonly TaskExplanation[];
  readonly command: string;
}

export interface TaskExplanation {
  readonly key: string;
  readonly id: string;
  readonly kind: TaskSpec['kind'];
  /** Parameters after defaults; `isDefault` compares with the method's own. Empty for a task without a method. */
  readonly params: readonly {readonly name: string; readonly value: unknown; readonly isDefault: boolean}[];
  /** Role → key of the task it takes it from. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly artefacts: Readonly<Record<string, StoredObject>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly seconds: number | null;
  readonly finishedAt: string | null;
  /** Run, version, commit, device and packages of the process that computed it: it may be another run than this one. */
  readonly provenance: Readonly<Record<string, unknown>>;
  readonly command: string;
}

/** null for a row or column that the table does not have. */
export function explainCell(
  _manifest: Manifest,
  _table: TableModel,
  _rowId: string,
  _columnId: string,
  _evidence: Evidence,
): CellExplanation | null {
  return null;
}

/** null for a key that the run's plan does not have. */
export function explainTask(_manifest: Manifest, _key: string, _evidence: Evidence): TaskExplanation | null {
  return null;
}
