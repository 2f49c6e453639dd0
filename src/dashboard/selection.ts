import {type Projection, type TaskView, taskByKey} from '../store/projection.ts';
import type {ScreenState} from './screenState.ts';

/** The task the user chose; else the one that started last, running ones first; else the first. */
export function selectedTask(projection: Projection, {selected}: ScreenState): TaskView | null {
  const chosen = selected === null ? null : taskByKey(projection, selected);
  if (chosen !== null) return chosen;
  let latest: TaskView | null = null;
  for (const task of projection.tasks) if (latest === null || rank(task) > rank(latest)) latest = task;
  return latest;
}

const rank = ({state, startedAt}: TaskView): number => (state === 'running' ? 1e15 : 0) + (startedAt ?? 0);

/** The task whose curves and weights tell of this one: itself, else, for an evaluation, the one that made its model. */
export function taskWithCurves(projection: Projection, task: TaskView | null): TaskView | null {
  if (task === null || task.series.length > 0 || task.plan.kind !== 'evaluate') return task;
  const inputs = task.plan.inputs
    .flatMap((key) => taskByKey(projection, key) ?? [])
    .filter(({series}) => series.length > 0);
  return inputs.find(({plan}) => plan.row === task.plan.row) ?? inputs[0] ?? task;
}
