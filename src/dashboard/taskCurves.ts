import type {Task} from '../plan/task.ts';
import type {TableModel} from '../report/aggregate.ts';
import type {Evidence} from '../report/evidence.ts';
import type {Trajectory} from '../report/nearest.ts';
import type {Manifest} from '../store/manifest.ts';
import {type Projection, STEP_LOSS, type TaskView, taskByKey} from '../store/projection.ts';
import {type Series, seriesPoints} from '../store/series.ts';
import type {Curve, Reference} from './parts/curveChart.ts';
import {byIdentity} from './parts/memo.ts';

/** What the curves of a task are made from. */
export interface CurveSources {
  readonly manifest: Manifest;
  readonly projection: Projection;
  readonly evidence: Evidence;
}

/** As the plan has it, with what a task is told to do; null for a task of another plan. */
export const planned = (manifest: Manifest, key: string): Task | null =>
  tasksByKey(manifest, manifest.plan).get(key) ?? null;

const tasksByKey = byIdentity(
  (_: Manifest, plan: Manifest['plan']): ReadonlyMap<string, Task> =>
    new Map(plan.tasks.map((task) => [task.key, task])),
);

/** Whose curves and weights tell of a task: of an evaluation the task that made its model, else itself. */
export function makerOf({manifest, projection}: Omit<CurveSources, 'evidence'>, task: TaskView): TaskView {
  if (task.plan.kind !== 'evaluate') return task;
  // What is held against a model was trained. The plan of a big suite takes long to read, and is asked last.
  const inputs = task.plan.inputs.flatMap((key) => taskByKey(projection, key) ?? []);
  const unlearned = inputs.filter(({plan}) => plan.kind === 'unlearn');
  if (unlearned.length === 1 && unlearned[0] !== undefined) return unlearned[0];
  const model = planned(manifest, task.plan.key)?.inputs.model;
  return (model === undefined ? null : taskByKey(projection, model)) ?? task;
}

export const isDone = ({state}: TaskView): boolean => state === 'finished' || state === 'found';

/**
 * Every curve of a task: metrics in the order of the table, others behind them, the loss of its steps last. Of a task that is done the trajectory
 * as it was stored, at full length; else, and for what that lacks, as far as the journal tells.
 */
export function curvesOf({manifest, evidence}: CurveSources, task: TaskView): readonly Curve[] {
  const trajectory = isDone(task) ? storedTrajectory(evidence, task) : null;
  const stored = trajectory === null ? [] : curvesOfTrajectory(trajectory, manifest);
  const told = task.series.filter(({label}) => !stored.some((curve) => curve.label === label)).map(curveOfSeries);
  const order = manifest.suite.columns.map(({id}) => id);
  const rank = ({label}: Curve): number =>
    order.includes(label) ? order.indexOf(label) : label === STEP_LOSS ? 1_000 : 999;
  return [...stored, ...told].sort((a, b) => rank(a) - rank(b));
}

/** What a done task left never changes, and asking for what is not there reads the disk. */
const storedTrajectory = byIdentity((evidence: Evidence, task: TaskView) => evidence.trajectory(task.plan.key));

const curvesOfTrajectory = byIdentity(({labels, steps, values}: Trajectory, _: Manifest): readonly Curve[] =>
  labels.map((label, index) => ({
    label,
    points: steps.map((step, k) => ({step, value: values[k]?.[index] ?? Number.NaN})),
  })),
);

const curves = new WeakMap<Series, Curve>();

function curveOfSeries(series: Series): Curve {
  const known = curves.get(series);
  if (known !== undefined) return known;
  const curve = {label: series.label, points: seriesPoints(series)};
  curves.set(series, curve);
  return curve;
}

/** What curves and the values behind them are measured on, in words; null where it is every sample. */
export function traceNote({suite}: Manifest, {plan}: TaskView): string | null {
  const {limit} = suite.scenario.trace;
  return limit === null || plan.kind !== 'unlearn' ? null : `on the first ${limit} samples of each set`;
}

/** What a metric of a task is read against: Retrain and Original of its train seed as they ended, and the paper's number for its row. */
export function referencesOf(
  {manifest, projection, table}: {manifest: Manifest; projection: Projection; table: TableModel},
  {plan}: TaskView,
  label: string,
): readonly Reference[] {
  const ended = (model: TableModel['rows'][number]['model'], name: string): Reference[] => {
    const row = table.rows.find((known) => known.model === model);
    if (row === undefined) return [];
    const evaluation = manifest.plan.tasks.find(
      (task) => task.spec.kind === 'evaluate' && task.row === row.id && task.trainSeed === plan.trainSeed,
    );
    const value = evaluation === undefined ? undefined : taskByKey(projection, evaluation.key)?.metrics?.[label];
    return value === undefined ? [] : [{name, value}];
  };
  const paper = table.rows.find(({id}) => id === plan.row)?.cells[label]?.paper ?? null;
  return [
    ...ended('retrainedModel', 'Retrain'),
    ...ended('originalModel', 'Original'),
    ...(paper === null ? [] : [{name: 'paper', value: paper.mean}]),
  ];
}
