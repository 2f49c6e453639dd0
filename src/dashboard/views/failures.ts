import type {Projection, TaskView} from '../../store/projection.ts';
import {cut, dim, type Line, span} from '../parts/line.ts';
import {glyphOf, TASK_LOOKS} from '../theme.ts';
import type {ViewContext} from './view.ts';

/** The latest failures, one to a line: who, what, and what to try. The last line counts the others. */
export function failureLines({projection, theme}: ViewContext, width: number, most: number): readonly Line[] {
  const failed = failedTasks(projection);
  if (failed.length === 0 || most < 1) return [];
  const shown = failed.slice(0, failed.length > most ? Math.max(1, most - 1) : most);
  const glyph = glyphOf(TASK_LOOKS.failed, theme);
  const lines = shown.map(({plan, failure}): Line => {
    const {code = 'unknown', message = '', hint = ''} = failure ?? {};
    return [
      span(`${glyph} ${plan.id} `, {colour: 'yellow', bold: true}),
      span(`${code}: ${message}${hint === '' ? '' : ` → ${hint}`}`, {colour: 'yellow'}),
    ];
  });
  const others = failed.length - shown.length;
  const more: Line[] = others > 0 && most > 1 ? [[dim(`  and ${others} more: 2, then /status:failed`)]] : [];
  return [...lines, ...more].map((line) => cut(line, width));
}

const known = new WeakMap<readonly TaskView[], readonly TaskView[]>();

/** Latest first. */
function failedTasks({tasks, counts}: Projection): readonly TaskView[] {
  if (counts.failed === 0) return [];
  const found =
    known.get(tasks) ??
    tasks.filter(({state}) => state === 'failed').sort((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0));
  known.set(tasks, found);
  return found;
}
