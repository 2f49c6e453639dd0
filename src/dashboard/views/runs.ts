import {formatNumber} from '../../report/formats/numbers.ts';
import {remainingOfTask} from '../../store/eta.ts';
import type {TaskView} from '../../store/projection.ts';
import {bar} from '../parts/bar.ts';
import {clock, duration} from '../parts/durations.ts';
import {cut, dim, fitEnd, fitLeft, fitMiddle, fitSpans, type Line, type Span, span} from '../parts/line.ts';
import {PLAN_ORDER} from '../screenState.ts';
import {selectedTask} from '../selection.ts';
import {orderTasks} from '../taskOrder.ts';
import {gapToRetrain, metricOf} from '../taskValues.ts';
import {glyphOf, TASK_LOOKS} from '../theme.ts';
import {firstVisible} from './suite.ts';
import type {RenderView, ViewContext} from './view.ts';

const MARK_WIDTH = 10;
const STATE_WIDTH = 17;
const BAR_WIDTH = 8;
const METRIC_WIDTH = 10;
/** Narrower than this, an id says nothing any more. */
const LEAST_NAME = 20;
const MOST_NAME = 48;

/** Every task, one to a line: filtered, sorted, marked. */
export const runsView: RenderView = (context, {columns: width, rows}) => {
  const {manifest, projection, screen, now} = context;
  const {indices, error} = orderTasks(manifest, projection, screen, now);
  const selected = selectedTask(projection, screen);
  const at = selected === null ? -1 : indices.indexOf(projection.indexByKey.get(selected.plan.key) ?? -1);
  const numShown = Math.max(1, rows - 2);
  const first = firstVisible(Math.max(0, at), indices.length, numShown);
  const layout = layOut(context, width);
  const lines = indices
    .slice(first, first + numShown)
    .flatMap((index) => projection.tasks[index] ?? [])
    .map((task) => taskLine(context, task, task === selected, layout));
  const none = projection.tasks.length === 0 ? ' nothing planned yet' : ' no task fits the filter; escape shows all';
  return [
    titleLine(context, indices.length, first, Math.min(indices.length, first + numShown), error),
    headLine(context, layout),
    ...(lines.length === 0 ? [[dim(none)]] : lines),
  ].map((line) => cut(line, width));
};

interface Layout {
  readonly name: number;
  readonly metrics: readonly {readonly id: string; readonly header: string}[];
  readonly hasGap: boolean;
  readonly hasState: boolean;
}

/** Numbers are left out before anything is cut. */
function layOut({manifest, projection}: ViewContext, width: number): Layout {
  const longest = Math.max(LEAST_NAME, ...projection.tasks.slice(0, 200).map(({plan}) => plan.id.length + 1));
  const least = Math.min(MOST_NAME, longest);
  const hasState = width >= MARK_WIDTH + LEAST_NAME + STATE_WIDTH;
  const room = width - MARK_WIDTH - (hasState ? STATE_WIDTH : 0);
  const numNumbers = Math.max(0, Math.floor((room - least) / METRIC_WIDTH));
  const columns = manifest.suite.columns;
  const metrics = columns.slice(0, numNumbers);
  const hasGap = numNumbers > columns.length;
  const numbers = (metrics.length + (hasGap ? 1 : 0)) * METRIC_WIDTH;
  return {name: Math.max(6, Math.min(MOST_NAME, room - numbers)), metrics, hasGap, hasState};
}

function titleLine(
  {screen, projection, theme}: ViewContext,
  numShown: number,
  first: number,
  end: number,
  error: string | null,
): Line {
  const {filter, sort, marked} = screen;
  const arrow = sort.isDescending ? (theme.ascii ? 'v' : '↓') : theme.ascii ? '^' : '↑';
  const all = projection.tasks.length;
  return [
    span(numShown === all ? `${all} tasks` : `${numShown} of ${all} tasks`, {bold: true}),
    dim(numShown > end - first ? `  ${first + 1}-${end}` : ''),
    dim(sort.key === PLAN_ORDER && !sort.isDescending ? '' : `  sorted by ${sort.key} ${arrow}`),
    ...(marked.length > 0 ? [span(`  ${marked.length} marked`, {colour: 'cyan'})] : []),
    ...(filter === '' ? [] : [span(`  /${filter}`, {colour: 'cyan'})]),
    ...(error === null ? [] : [span(`  ${error}`, {colour: 'yellow'})]),
  ];
}

function headLine({screen}: ViewContext, {name, metrics, hasGap, hasState}: Layout): Line {
  const head = (text: string, isSorted: boolean, width: number): Span =>
    span(fitLeft(text, width), {dim: !isSorted, bold: isSorted});
  return [
    dim(fitEnd('  state', MARK_WIDTH)),
    dim(fitEnd('task', name)),
    ...metrics.map(({id, header}) => head(header, screen.sort.key === id, METRIC_WIDTH)),
    ...(hasGap ? [head('gap', screen.sort.key === 'gap', METRIC_WIDTH)] : []),
    ...(hasState ? [head('took', screen.sort.key === 'seconds', STATE_WIDTH)] : []),
  ];
}

function taskLine(context: ViewContext, task: TaskView, isSelected: boolean, layout: Layout): Line {
  const {theme, screen, manifest, projection} = context;
  const {name, metrics, hasGap, hasState} = layout;
  const look = TASK_LOOKS[task.state];
  const pointer = isSelected ? (theme.ascii ? '>' : '▸') : ' ';
  const mark = screen.marked.includes(task.plan.key) ? '*' : ' ';
  const quiet = task.state === 'waiting' || task.state === 'blocked';
  const numbers = [
    ...metrics.map(({id}) => metricOf(task, id)),
    ...(hasGap ? [gapToRetrain(manifest, projection, task)] : []),
  ];
  return [
    span(fitEnd(`${pointer}${mark}${glyphOf(look, theme)} ${look.word}`, MARK_WIDTH), {
      colour: look.colour,
      bold: isSelected,
      inverse: isSelected,
    }),
    span(fitMiddle(task.plan.id, name), {bold: isSelected, dim: quiet && !isSelected, inverse: isSelected}),
    ...numbers.map((value) =>
      span(fitLeft(value === null ? '' : formatNumber(value), METRIC_WIDTH), {dim: task.metrics === null}),
    ),
    ...(hasState ? stateSpans(context, task) : []),
  ];
}

/** Progress and time left while it runs, else what became of it. */
function stateSpans({projection, now, theme}: ViewContext, task: TaskView): readonly Span[] {
  const {state, progress, failure, attempt, seconds} = task;
  if (state === 'running') {
    const left = fitLeft(clock(remainingOfTask(projection, task, now)), STATE_WIDTH - BAR_WIDTH - 1);
    return progress === null
      ? [dim(fitLeft(left.trim(), STATE_WIDTH))]
      : fitSpans([span(` ${bar(progress, BAR_WIDTH, theme)}`, {colour: 'cyan'}), span(left)], STATE_WIDTH);
  }
  if (state === 'finished' || state === 'found') return [dim(fitLeft(duration(seconds), STATE_WIDTH))];
  const text =
    state === 'failed' ? shorten(failure?.code ?? '') : state === 'waiting' && attempt > 0 ? `retry ${attempt}` : '';
  return [span(fitLeft(text, STATE_WIDTH), {colour: 'yellow'})];
}

const shorten = (code: string): string => code.toLowerCase().replaceAll('_', ' ');
