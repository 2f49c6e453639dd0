import {tableOfProjection} from '../report/aggregate.ts';
import type {Manifest} from '../store/manifest.ts';
import {empty, type Projection, type TaskView} from '../store/projection.ts';
import {SECONDS} from './screenState.ts';

/** Numbers of a task that lists sort and filter by, beside the columns of the table. */
export const TASK_NUMBERS = [SECONDS, 'progress', 'attempt', 'gap'] as const;

/** A number of one task by its name; null where it has none. */
export function taskNumber(manifest: Manifest, projection: Projection, task: TaskView, name: string): number | null {
  switch (name) {
    case SECONDS:
      return task.seconds;
    case 'progress':
      return task.progress;
    case 'attempt':
      return task.attempt;
    case 'gap':
      return gapToRetrain(manifest, projection, task);
    default:
      return metricOf(task, name);
  }
}

/** As measured at the end, else on the way. */
export const metricOf = ({metrics, series}: TaskView, id: string): number | null =>
  metrics?.[id] ?? series.find(({label}) => label === id)?.last.value ?? null;

/** Mean of |value − retrained model's of the same train seed| over the table's columns; null where one is missing, or units differ, and for all but evaluations: on their way, models are measured on other samples. */
export function gapToRetrain(manifest: Manifest, projection: Projection, {plan, metrics}: TaskView): number | null {
  const {columns} = manifest.suite;
  const retrained = retrainedBySeed(manifest, projection).get(plan.trainSeed);
  if (
    plan.kind !== 'evaluate' ||
    metrics === null ||
    retrained === undefined ||
    new Set(columns.map(({unit}) => unit)).size !== 1
  )
    return null;
  const gaps = columns.map(({id}) => Math.abs((metrics[id] ?? Number.NaN) - (retrained[id] ?? Number.NaN)));
  const sum = gaps.reduce((total, gap) => total + gap, 0);
  return Number.isNaN(sum) ? null : sum / gaps.length;
}

type Metrics = Readonly<Record<string, number>>;
const retrainedRows = new WeakMap<Manifest, string | null>();
const retrained = new WeakMap<readonly TaskView[], ReadonlyMap<number | null, Metrics>>();

function retrainedBySeed(manifest: Manifest, {tasks}: Projection): ReadonlyMap<number | null, Metrics> {
  const known = retrained.get(tasks);
  if (known !== undefined) return known;
  const row = retrainedRow(manifest);
  const found = new Map<number | null, Metrics>();
  for (const {plan, metrics} of tasks) {
    if (plan.row !== row || plan.kind !== 'evaluate' || metrics === null) continue;
    if (!found.has(plan.trainSeed)) found.set(plan.trainSeed, metrics);
  }
  retrained.set(tasks, found);
  return found;
}

/** Row of the table whose model was retrained; null where the suite has none. */
function retrainedRow(manifest: Manifest): string | null {
  const known = retrainedRows.get(manifest);
  if (known !== undefined) return known;
  const {rows} = tableOfProjection(manifest, empty());
  const found = rows.find(({model}) => model === 'retrainedModel')?.id ?? null;
  retrainedRows.set(manifest, found);
  return found;
}
