import {formatNumber} from '../../report/formats/numbers.ts';
import type {TaskView} from '../../store/projection.ts';
import {type CellPlace, type Matrix, summariseCell} from '../matrix.ts';
import {bar} from '../parts/bar.ts';
import {curveChart} from '../parts/curveChart.ts';
import {duration} from '../parts/durations.ts';
import {flow, heading} from '../parts/layout.ts';
import {dim, fitEnd, fitMiddle, type Line, span} from '../parts/line.ts';
import {curvesOf, makerOf} from '../taskCurves.ts';
import {metricOf} from '../taskValues.ts';
import {glyphOf, TASK_LOOKS} from '../theme.ts';
import type {Size, ViewContext} from './view.ts';

const LEAST_CURVE_ROWS = 7;
const MOST_CURVE_ROWS = 12;
const MOST_TASKS = 6;

/** What the selected cell is made of: its tasks, the curves of the one that matters, and its numbers. */
export function cellZone(
  context: ViewContext,
  matrix: Matrix,
  place: CellPlace | null,
  {columns: width, rows}: Size,
): readonly Line[] {
  const {projection, theme} = context;
  const row = place === null ? undefined : matrix.rows[place.row];
  const indices = row?.cells[place?.column ?? 0] ?? [];
  const summary = summariseCell(projection.tasks, indices);
  if (row === undefined || summary === null || place === null) return [[dim('nothing planned here')]];
  const {trainSeed, unlearnSeed} = matrix.columns[place.column] ?? {trainSeed: null, unlearnSeed: null};
  const tasks = indices.flatMap((index) => projection.tasks[index] ?? []);
  const seeds = [
    ...(trainSeed === null ? [] : [`train seed ${trainSeed}`]),
    ...(unlearnSeed === null || tasks.every(({plan}) => plan.unlearnSeed === null)
      ? []
      : [`unlearn seed ${unlearnSeed}`]),
  ];
  const head = [
    heading([row.label, ...seeds].join(', '), width, theme),
    ...tasks.slice(0, MOST_TASKS).map((task) => taskLine(context, task, width)),
  ];
  const numbers = numberLines(context, tasks, width);
  const curves = curveLines(context, summary.main, {columns: width, rows: rows - head.length - numbers.length});
  return [...head, ...curves, ...numbers].slice(0, rows);
}

/** As many curves as there is room for, the table's first. */
function curveLines(context: ViewContext, task: TaskView, {columns: width, rows}: Size): readonly Line[] {
  const {projection, manifest, screen, theme} = context;
  const curves = curvesOf(context, makerOf({projection, manifest}, task)).slice(0, Math.floor(rows / LEAST_CURVE_ROWS));
  const height = Math.min(MOST_CURVE_ROWS, Math.floor(rows / Math.max(1, curves.length)));
  return curves.flatMap((curve) => curveChart(curve, {width, height, isLogY: screen.isLogY, theme, references: []}));
}

function taskLine(
  {theme}: ViewContext,
  {plan, state, progress, seconds, phase, failure}: TaskView,
  width: number,
): Line {
  const look = TASK_LOOKS[state];
  const end =
    state === 'running'
      ? ` ${bar(progress ?? 0, 8, theme)} ${phase ?? ''}`
      : ` ${state === 'failed' ? (failure?.code ?? '') : duration(seconds)}`;
  const head = `${glyphOf(look, theme)} ${fitEnd(look.word, 6)}`;
  return [
    span(head, {colour: look.colour}),
    span(fitMiddle(plan.id, Math.max(8, width - head.length - [...end].length))),
    dim(end),
  ];
}

/** As measured last, with the table's own headers. */
function numberLines({manifest, theme}: ViewContext, tasks: readonly TaskView[], width: number): readonly Line[] {
  const items = manifest.suite.columns.flatMap(({id, header}): Line[] => {
    const value = tasks
      .toReversed()
      .map((task) => metricOf(task, id))
      .find((known) => known !== null);
    return value == null ? [] : [[dim(`${header} `), span(formatNumber(value), {bold: true})]];
  });
  return items.length === 0 ? [] : [heading('last values', width, theme), ...flow(items, width)];
}
