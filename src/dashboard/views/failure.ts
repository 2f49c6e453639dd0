import type {Projection, TaskView} from '../../store/projection.ts';
import {type Line, span} from '../parts/line.ts';
import {glyphOf, TASK_LOOKS, type Theme} from '../theme.ts';

/** One line on the selected task's failure, else on the latest one: who, what, and what to try. */
export function failureView(projection: Projection, selected: TaskView | null, theme: Theme): readonly Line[] {
  const task = selected?.failure != null ? selected : latestFailed(projection);
  if (task?.failure == null) return [];
  const {code, message, hint} = task.failure;
  const glyph = glyphOf(TASK_LOOKS.failed, theme);
  return [
    [
      span(`${glyph} ${task.plan.id} `, {colour: 'yellow', bold: true}),
      span(`${code}: ${message}${hint === '' ? '' : ` → ${hint}`}`, {colour: 'yellow'}),
    ],
  ];
}

function latestFailed({tasks}: Projection): TaskView | null {
  let latest: TaskView | null = null;
  for (const task of tasks) {
    if (task.state === 'failed' && (latest === null || (task.startedAt ?? 0) >= (latest.startedAt ?? 0))) latest = task;
  }
  return latest;
}
