import {remainingOfTask, remainingSeconds} from '../../store/eta.ts';
import type {TaskView} from '../../store/projection.ts';
import type {Matrix, MatrixRow} from '../matrix.ts';
import {bar} from '../parts/bar.ts';
import {clock, duration} from '../parts/durations.ts';
import {heading} from '../parts/layout.ts';
import {dim, fitEnd, fitLeft, fitMiddle, fitSpans, type Line, span} from '../parts/line.ts';
import {isDone} from '../taskCurves.ts';
import type {ViewContext} from './view.ts';

export interface RowState {
  readonly numDone: number;
  readonly numTasks: number;
  /** Until its work is done, by all lanes; null while nothing is known of a kind, 0 where nobody goes on. */
  readonly leftSeconds: number | null;
  readonly spentSeconds: number;
}

export interface SummaryColumn {
  readonly header: string;
  readonly width: number;
  readonly text: (state: RowState) => string;
}

/** The first ones go last. */
export const SUMMARY: readonly SummaryColumn[] = [
  {header: 'done', width: 9, text: ({numDone, numTasks}) => `${numDone}/${numTasks}`},
  {
    header: 'left',
    width: 8,
    text: ({numDone, numTasks, leftSeconds}) => (numDone === numTasks || leftSeconds === 0 ? '' : clock(leftSeconds)),
  },
  {header: 'spent', width: 9, text: ({spentSeconds}) => duration(spentSeconds)},
];

export const widthOf = (summary: readonly SummaryColumn[]): number => summary.reduce((sum, {width}) => sum + width, 0);

/** Work left in a row is shared by the lanes as the run's is. */
export function rowState({projection, now}: ViewContext, row: MatrixRow): RowState {
  const lanes = Math.max(1, projection.run?.numLanes ?? 1);
  let [numDone, spent, left] = [0, 0, 0];
  const isOver = projection.run?.seconds != null;
  let isKnown = true;
  for (const index of row.tasks) {
    const task = projection.tasks[index];
    if (task === undefined) continue;
    if (isDone(task)) numDone++;
    spent += spentOn(task, now);
    if (isOver || (task.state !== 'waiting' && task.state !== 'running')) continue;
    const seconds = remainingOfTask(projection, task, now);
    if (seconds === null) isKnown = false;
    else left += seconds;
  }
  return {numDone, numTasks: row.tasks.length, leftSeconds: isKnown ? left / lanes : null, spentSeconds: spent};
}

/** Seconds of this run: what was found cost it nothing. */
function spentOn({state, seconds, startedAt}: TaskView, now: number): number {
  if (state === 'running') return startedAt === null ? 0 : Math.max(0, (now - startedAt) / 1_000);
  return state === 'found' ? 0 : (seconds ?? 0);
}

export function totalsLine({projection, now}: ViewContext, {rows}: Matrix, width: number): Line {
  const {counts, tasks, run} = projection;
  const numCells = rows.reduce((sum, {cells}) => sum + cells.filter(({length}) => length > 0).length, 0);
  const spent = tasks.reduce((sum, task) => sum + spentOn(task, now), 0);
  const left = remainingSeconds(projection, now);
  return fitSpans(
    [
      span(`${counts.finished + counts.found}/${tasks.length} tasks`, {bold: true}),
      dim(` in ${numCells} cells`),
      dim(`   spent ${duration(spent)}`),
      ...(run?.state === 'running' ? [dim(`   left ${clock(left)}`)] : []),
      ...(counts.found > 0 ? [dim(`   ${counts.found} found`)] : []),
    ],
    width,
  );
}

const LEAST_RUNNING_ROWS = 3;

/** What runs now, where the matrix leaves room. */
export function runningLines({projection, now, theme}: ViewContext, width: number, rows: number): readonly Line[] {
  const {tasks, lanes, indexByKey} = projection;
  const running = lanes.flatMap(({lane, task}) => {
    const found = task === null ? undefined : tasks[indexByKey.get(task) ?? -1];
    return found?.state === 'running' ? [{lane, task: found}] : [];
  });
  if (running.length === 0 || rows < LEAST_RUNNING_ROWS) return [];
  const lines = running.slice(0, rows - 2).map(({lane, task}): Line => {
    const {plan, progress, phase} = task;
    const end = ` ${fitLeft(clock(remainingOfTask(projection, task, now)), 7)}  ${fitEnd(phase ?? '', 12)}`;
    const shown = bar(progress ?? 0, 10, theme);
    const room = width - 9 - shown.length - [...end].length;
    return [
      dim(fitEnd(`lane ${lane}`, 8)),
      span(fitMiddle(plan.id, Math.max(8, Math.min(48, room)))),
      span(` ${shown}`, {colour: 'cyan'}),
      dim(end),
    ];
  });
  return [[], heading('running', width, theme), ...lines];
}
