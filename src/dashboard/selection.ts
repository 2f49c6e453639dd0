import type {Manifest} from '../store/manifest.ts';
import {type Projection, type TaskView, taskByKey} from '../store/projection.ts';
import {type CellPlace, matrixOf, placeOf} from './matrix.ts';
import type {ScreenState} from './screenState.ts';

/** The task the user chose; else the one that started last, running ones first; else the first. */
export function selectedTask(projection: Projection, {selected}: ScreenState): TaskView | null {
  const chosen = selected === null ? null : taskByKey(projection, selected);
  return chosen ?? latestTask(projection.tasks);
}

const latest = new WeakMap<readonly TaskView[], TaskView | null>();

function latestTask(tasks: readonly TaskView[]): TaskView | null {
  const known = latest.get(tasks);
  if (known !== undefined) return known;
  let found: TaskView | null = null;
  for (const task of tasks) if (found === null || rank(task) > rank(found)) found = task;
  latest.set(tasks, found);
  return found;
}

const rank = ({state, startedAt}: TaskView): number => (state === 'running' ? 1e15 : 0) + (startedAt ?? 0);

/** The cell that the matrix's cursor stands on: the one it was moved to, as long as the selected task is in it or it has none; else the selected task's. */
export function selectedCell(manifest: Manifest, projection: Projection, screen: ScreenState): CellPlace | null {
  const matrix = matrixOf(manifest, projection);
  const moved = screen.cursors.suite;
  const task = selectedTask(projection, screen);
  const index = task === null ? undefined : projection.indexByKey.get(task.plan.key);
  const cell = moved === undefined ? undefined : matrix.rows[moved.row]?.cells[moved.column];
  if (moved !== undefined && cell !== undefined && (cell.length === 0 || index === undefined || cell.includes(index)))
    return moved;
  return index === undefined ? null : placeOf(matrix, index);
}
