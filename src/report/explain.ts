import {methods} from '../methods/index.ts';
import {paramsOf} from '../methods/params.ts';
import {type MetricCard, metricOf} from '../metrics/index.ts';
import {canonicalJson} from '../plan/canonical.ts';
import type {Plan, Task, TaskSpec} from '../plan/task.ts';
import type {Measurement} from '../protocol/index.ts';
import type {Manifest} from '../store/manifest.ts';
import type {StoredObject} from '../store/result.ts';
import type {CellValue, TableCell, TableColumn, TableModel} from './aggregate.ts';
import {narrowedCommand, seedsOf} from './command.ts';
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
  /** Reproduces this cell and nothing else that is not needed for it, but Original and Retrain, which it is read against. */
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
  readonly params: readonly ParameterExplanation[];
  /** Role → key of the task it takes it from. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly artefacts: Readonly<Record<string, StoredObject>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly seconds: number | null;
  readonly finishedAt: string | null;
  /** Run, version, commit, device and packages of the process that computed it: it may be another run than this one. */
  readonly provenance: Readonly<Record<string, unknown>>;
  /** Run that computed it; null while it has no result. */
  readonly computedBy: string | null;
  /** Files whose content is part of the key: path → sha256. */
  readonly code: Readonly<Record<string, string>>;
  readonly command: string;
}

export interface ParameterExplanation {
  readonly name: string;
  readonly value: unknown;
  readonly isDefault: boolean;
  /** null also for a parameter that the method does not have in this version. */
  readonly defaultValue: unknown;
}

/** null for a row or column that the table does not have. */
export function explainCell(
  manifest: Manifest,
  table: TableModel,
  rowId: string,
  columnId: string,
  evidence: Evidence,
): CellExplanation | null {
  const row = table.rows.find(({id}) => id === rowId);
  const column = table.columns.find(({id}) => id === columnId);
  const cell = row?.cells[columnId];
  if (row === undefined || column === undefined || cell === undefined) return null;
  const values = cell.values.toSorted(bySeeds);
  return {
    run: manifest.runId,
    row: {id: row.id, label: row.label, profile: row.profile, note: row.note},
    column,
    cell,
    metric: metricIn(manifest, columnId, values),
    values: values.map((value) => explainValue(manifest, columnId, value, evidence)),
    command: commandFor(manifest, rowId, values),
  };
}

/** null for a key that the run's plan does not have. */
export function explainTask(manifest: Manifest, key: string, evidence: Evidence): TaskExplanation | null {
  const task = taskOf(manifest.plan, key);
  if (task === undefined) return null;
  const result = evidence.result(key);
  const {runId} = result?.provenance ?? {};
  return {
    key,
    id: task.id,
    kind: task.spec.kind,
    params: paramsIn(task.spec),
    inputs: task.inputs,
    artefacts: result?.artefacts ?? {},
    metrics: result?.metrics ?? {},
    seconds: result?.seconds ?? null,
    finishedAt: result?.finishedAt ?? null,
    provenance: result?.provenance ?? {},
    computedBy: typeof runId === 'string' ? runId : null,
    code: task.keyParts.code,
    command: commandOf(manifest, task),
  };
}

function explainValue(manifest: Manifest, column: string, value: CellValue, evidence: Evidence): ValueExplanation {
  const {trainSeed, unlearnSeed, taskKey} = value;
  const row = taskOf(manifest.plan, taskKey)?.row ?? null;
  return {
    value: value.value,
    trainSeed,
    unlearnSeed,
    numSamples: numSamplesIn(evidence, taskKey, column),
    tasks: chain(manifest.plan, taskKey).flatMap((key) => explainTask(manifest, key, evidence) ?? []),
    command: commandFor(manifest, row, [value]),
  };
}

const bySeeds = (a: CellValue, b: CellValue): number =>
  (a.trainSeed ?? -1) - (b.trainSeed ?? -1) || (a.unlearnSeed ?? -1) - (b.unlearnSeed ?? -1);

/** A plan never changes: its index is made once, for a report asks for every cell. */
const indexes = new WeakMap<Plan, ReadonlyMap<string, Task>>();

function taskOf(plan: Plan, key: string): Task | undefined {
  const index = indexes.get(plan) ?? new Map(plan.tasks.map((task) => [task.key, task]));
  indexes.set(plan, index);
  return index.get(key);
}

/** A task and all that it stands on, each once: along the model before the reference, and what stands on nothing, the data, last. */
function chain(plan: Plan, key: string): readonly string[] {
  const found = new Map<string, Task>();
  const visit = (needed: string): void => {
    const task = taskOf(plan, needed);
    if (task === undefined || found.has(needed)) return;
    found.set(needed, task);
    const {model, ...others} = task.inputs;
    for (const input of [...(model === undefined ? [] : [model]), ...Object.values(others)]) visit(input);
  };
  visit(key);
  const isSource = ({inputs}: Task): boolean => Object.keys(inputs).length === 0;
  const tasks = [...found.values()];
  return [...tasks.filter((task) => !isSource(task)), ...tasks.filter(isSource)].map((task) => task.key);
}

/** The measurement as the tasks behind the cell made it: of a trajectory it is on fewer samples than at the end. */
function metricIn({plan, suite}: Manifest, column: string, values: readonly CellValue[]): CellExplanation['metric'] {
  const spec = taskOf(plan, values[0]?.taskKey ?? '')?.spec;
  const made = spec?.kind === 'unlearn' ? spec.trace : suite.scenario.measurements;
  const measurement = made.find(({label}) => label === column);
  const card = measurement === undefined ? null : metricOf(measurement.primitive);
  return measurement === undefined || card === null ? null : {card, measurement};
}

/** `outputs.values` as the evaluate task writes it. */
function numSamplesIn(evidence: Evidence, key: string, column: string): number | null {
  const values = evidence.result(key)?.outputs.values;
  if (!Array.isArray(values)) return null;
  const measured = values.find(({label}: {label: string}) => label === column);
  return measured?.numSamples ?? null;
}

function paramsIn(spec: TaskSpec): TaskExplanation['params'] {
  if (spec.kind !== 'unlearn') return [];
  const defaults = defaultsOf(spec.method);
  return Object.entries(spec.params).map(([name, value]) => ({
    name,
    value,
    isDefault: name in defaults && canonicalJson(defaults[name]) === canonicalJson(value),
    defaultValue: defaults[name] ?? null,
  }));
}

/** A run of another version may name a method that is no more. */
const defaultsOf = (method: string): Readonly<Record<string, unknown>> =>
  methods[method] === undefined ? {} : paramsOf({method, profile: 'sound', params: {}}, method);

function commandFor({command, suite}: Manifest, row: string | null, values: readonly CellValue[]): string {
  return narrowedCommand(command, {
    rows: row === null ? null : [row],
    trainSeeds: seedsOf(
      suite,
      'train',
      values.map(({trainSeed}) => trainSeed),
    ),
    unlearnSeeds: seedsOf(
      suite,
      'unlearn',
      values.map(({unlearnSeed}) => unlearnSeed),
    ),
  });
}

/** A task without a row is part of every row: the first one brings it, at one seed. */
function commandOf({command, suite}: Manifest, {row, trainSeed, unlearnSeed}: Task): string {
  return narrowedCommand(command, {
    rows: [row ?? suite.rows[0]?.id ?? ''],
    trainSeeds: [trainSeed ?? suite.seeds.train[0] ?? 0],
    unlearnSeeds: [unlearnSeed ?? suite.seeds.unlearn[0] ?? 0],
  });
}
