import type {Column} from '../../plan/suite.ts';
import {formatNumber} from '../../report/formats/numbers.ts';
import {remainingOfTask} from '../../store/eta.ts';
import type {Projection, TaskView} from '../../store/projection.ts';
import {bar} from '../parts/bar.ts';
import {clock, duration} from '../parts/durations.ts';
import {dim, fitLeft, fitMiddle, type Line, type Span, span} from '../parts/line.ts';
import {glyphOf, TASK_LOOKS, type Theme} from '../theme.ts';

export interface TaskListOptions {
  readonly now: number;
  readonly width: number;
  readonly height: number;
  /** Metrics shown where there is room for them. */
  readonly columns: readonly Column[];
  readonly theme: Theme;
}

const BAR_WIDTH = 8;
const METRIC_WIDTH = 10;
const STATE_WIDTH = 15;
/** Narrower than this, an id says nothing any more. */
const LEAST_NAME = 24;

/** The tasks around the selected one, as many as fit. */
export function taskListView(
  projection: Projection,
  selected: TaskView | null,
  options: TaskListOptions,
): readonly Line[] {
  const {tasks} = projection;
  if (tasks.length === 0) return [[dim(' nothing planned yet')]];
  const index = selected === null ? 0 : tasks.indexOf(selected);
  const first = firstVisible(index, tasks.length, options.height);
  return tasks
    .slice(first, first + options.height)
    .map((task) => taskLine(projection, task, task === selected, options));
}

export function listTitle({tasks, counts}: Projection): string {
  return `tasks ${counts.finished + counts.found}/${tasks.length}`;
}

/** The selected row stands a third down, so that what comes next is in sight. */
function firstVisible(index: number, numTasks: number, height: number): number {
  return Math.max(0, Math.min(index - Math.floor(height / 3), numTasks - height));
}

function taskLine(projection: Projection, task: TaskView, isSelected: boolean, options: TaskListOptions): Line {
  const {theme, width, now, columns} = options;
  const look = TASK_LOOKS[task.state];
  const pointer = isSelected ? (theme.ascii ? '>' : '▸') : ' ';
  const head = `${pointer}${glyphOf(look, theme)} ${look.word.padEnd(6)}`;
  const numMetrics = Math.max(
    0,
    Math.min(2, Math.floor((width - head.length - LEAST_NAME - STATE_WIDTH) / METRIC_WIDTH)),
  );
  const state = stateSpans(projection, task, now, theme, numMetrics > 0 ? STATE_WIDTH : 0);
  const metrics = columns.slice(0, numMetrics).map((column) => dim(fitLeft(metricText(task, column), METRIC_WIDTH)));
  const taken = head.length + [...metrics, ...state].reduce((sum, {text}) => sum + [...text].length, 0);
  const quiet = task.state === 'waiting' || task.state === 'blocked';
  return [
    span(head, {colour: look.colour, bold: isSelected}),
    span(fitMiddle(task.plan.id, Math.max(6, width - taken)), {bold: isSelected, dim: quiet && !isSelected}),
    ...metrics,
    ...state,
  ];
}

/** Progress and time left while it runs, else what it took; at least `width` characters, so that metrics stand in columns. */
function stateSpans(projection: Projection, task: TaskView, now: number, theme: Theme, width: number): readonly Span[] {
  const {state, progress, failure, attempt} = task;
  if (state === 'running') {
    const left = fitLeft(clock(remainingOfTask(projection, task, now)), STATE_WIDTH - BAR_WIDTH - 1);
    return progress === null
      ? [dim(fitLeft(left.trim(), Math.max(width, 7)))]
      : [span(` ${bar(progress, BAR_WIDTH, theme)}`, {colour: 'cyan'}), span(left)];
  }
  const retries = state === 'waiting' && attempt > 0;
  const text = retries
    ? ` retry ${attempt}`
    : state === 'failed'
      ? ` ${shorten(failure?.code ?? '')}`
      : state === 'finished'
        ? ` ${duration(task.seconds)}`
        : '';
  return [
    span(fitLeft(text, Math.max(width, [...text].length)), state === 'finished' ? {dim: true} : {colour: 'yellow'}),
  ];
}

const shorten = (code: string): string => code.toLowerCase().replaceAll('_', ' ');

function metricText({metrics, series}: TaskView, {id, header}: Column): string {
  const value = metrics?.[id] ?? series.find((known) => known.label === id)?.last.value;
  return value === undefined ? '' : `${header} ${formatNumber(value)}`;
}
