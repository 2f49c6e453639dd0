import {explainTask} from '../../report/explain.ts';
import {type TaskView, taskByKey} from '../../store/projection.ts';
import {type Curve, SCALE_WIDTH, type Scale, scaleOf, scaleWord, stepAxis, withScale} from '../parts/curveChart.ts';
import {gridOf, heading, lastScroll, padded, scrolled, tiled} from '../parts/layout.ts';
import {dim, type Line, span} from '../parts/line.ts';
import {byIdentity} from '../parts/memo.ts';
import {colourOf, letterOf, overlayLines} from '../parts/overlay.ts';
import {type TextColumn, tableLines} from '../parts/table.ts';
import {short, spelled, valueText, wrapped} from '../parts/text.ts';
import {curvesOf, makerOf, planned, traceNote} from '../taskCurves.ts';
import {glyphOf, TASK_LOOKS} from '../theme.ts';
import type {RenderView, Size, ViewContext} from './view.ts';

const LEAST_CHART = {width: 36, height: 8};
const MOST_CHART_ROWS = 18;

/** Marked tasks over each other: one chart per metric, what they ended with, and the parameters in which they differ. */
export const compareView: RenderView = (context, size) =>
  scrolled(compareLines(context, size), context.screen.scrolls.compare ?? 0, size.rows);

/** The last line that the view's scroll may begin with. */
export const compareEnd = (context: ViewContext, size: Size): number =>
  lastScroll(compareLines(context, size).length, size.rows);

/** A marked task under its letter; an evaluation is told by the curves of the task that made its model. */
interface Compared {
  readonly letter: string;
  readonly index: number;
  readonly task: TaskView;
  readonly maker: TaskView;
  readonly curves: readonly Curve[];
}

function compareLines(context: ViewContext, {columns: width, rows}: Size): readonly Line[] {
  const compared = comparedOf(context);
  if (compared.length < 2) return howToMark(compared, width);
  const legend = legendLines(context, compared, width);
  const labels = labelsOf(context, compared);
  const params = parameterLines(context, compared, width);
  const room = Math.max(LEAST_CHART.height, rows - legend.length - Math.min(params.length, Math.floor(rows / 3)) - 2);
  return [...legend, ...chartLines(context, compared, labels, {columns: width, rows: room}), ...params];
}

function comparedOf(context: ViewContext): readonly Compared[] {
  return context.screen.marked
    .flatMap((key) => taskByKey(context.projection, key) ?? [])
    .map((task, index): Compared => {
      const maker = makerOf(context, task);
      return {letter: letterOf(index), index, task, maker, curves: curvesOf(context, maker)};
    });
}

function howToMark(compared: readonly Compared[], width: number): readonly Line[] {
  const marked = compared.map(({task}) => task.plan.id).join(', ');
  return [
    ...wrapped(compared.length === 0 ? 'Nothing is marked.' : `Only ${marked} is marked.`, width, {bold: true}),
    ...wrapped('Mark two or more tasks with space, in Suite or Runs, to see them over each other here.', width),
  ];
}

/** Metrics of the table first, as in the detail of a task. */
function labelsOf({manifest}: ViewContext, compared: readonly Compared[]): readonly string[] {
  const found = new Set(compared.flatMap(({curves}) => curves.map(({label}) => label)));
  const columns = manifest.suite.columns.map(({id}) => id).filter((id) => found.has(id));
  return [...new Set([...columns, ...found])];
}

/** Letter, state and name, and where each curve ended. */
function legendLines(context: ViewContext, compared: readonly Compared[], width: number): readonly Line[] {
  const labels = labelsOf(context, compared);
  const last = ({task, curves}: Compared, label: string): string => {
    // An evaluation is on more samples than a curve: what stands in one column must be of one kind.
    const value = curves.find((curve) => curve.label === label)?.points.at(-1)?.value ?? task.metrics?.[label];
    return value === undefined ? '' : short(value);
  };
  const columns: TextColumn[] = [
    {
      header: '',
      importance: 99,
      cells: compared.map(({letter, index}): Line => [span(letter, {colour: colourOf(index), bold: true})]),
    },
    {header: 'task', importance: 98, least: 14, cells: compared.map(({task}) => task.plan.id)},
    {
      header: 'state',
      importance: 97,
      cells: compared.map(({task}): Line => {
        const look = TASK_LOOKS[task.state];
        return [span(`${glyphOf(look, context.theme)} ${look.word}`, {colour: look.colour})];
      }),
    },
    ...labels.map(
      (label, index): TextColumn => ({
        header: label,
        align: 'right',
        importance: 90 - index,
        cells: compared.map((one) => last(one, label)),
      }),
    ),
  ];
  const on = compared[0] === undefined ? null : traceNote(context.manifest, compared[0].maker);
  return [
    heading(on === null ? 'last values' : `last values, ${on}`, width, context.theme),
    ...tableLines(columns, width),
  ];
}

function chartLines(
  context: ViewContext,
  compared: readonly Compared[],
  labels: readonly string[],
  {columns: width, rows}: Size,
): readonly Line[] {
  const {theme} = context;
  if (labels.length === 0) return [heading('curves', width, theme), [dim('none of them has a curve yet')]];
  const grid = gridOf(labels.length, {
    width,
    height: rows,
    leastWidth: Math.min(width, LEAST_CHART.width),
    leastHeight: LEAST_CHART.height,
    mostHeight: MOST_CHART_ROWS,
  });
  const blocks = labels.map((label) => overlaid(context, compared, label, grid));
  return [heading('curves', width, theme), ...tiled(blocks, grid.perRow, grid.width)];
}

/** Every task's curve of one metric, `width` × `height`. */
function overlaid(
  {screen, theme}: ViewContext,
  compared: readonly Compared[],
  label: string,
  {width, height}: {width: number; height: number},
): readonly Line[] {
  const found = compared.flatMap(({index, curves}) => {
    const curve = curves.find((known) => known.label === label);
    return curve === undefined ? [] : [{index, curve}];
  });
  const scale: Scale = scaleOf(
    found.map(({curve}) => curve),
    screen.isLogY,
  );
  const rows = overlayLines(
    found.map(({index}, place) => ({
      points: scale.curves[place]?.points ?? [],
      letter: letterOf(index),
      colour: colourOf(index),
    })),
    {width: Math.max(4, width - SCALE_WIDTH), height: Math.max(1, height - 2), low: scale.low, high: scale.high, theme},
  );
  const steps = found.flatMap(({curve}) => [curve.points[0]?.step ?? 0, curve.points.at(-1)?.step ?? 0]);
  const lines = [
    [span(label, {bold: true}), dim(scaleWord(scale, screen.isLogY))],
    ...withScale(rows, scale),
    stepAxis(Math.min(...steps), Math.max(...steps), width),
  ];
  return lines.map((line) => padded(line, width));
}

/** Rows of what differs, a column per task; the rest is the same and says nothing here. */
function parameterLines(context: ViewContext, compared: readonly Compared[], width: number): readonly Line[] {
  const told = compared.map(({maker}) => toldOf(context, maker));
  const names = [...new Set(told.flatMap((facts) => Object.keys(facts)))];
  const differing = names.filter((name) => new Set(told.map((facts) => facts[name] ?? '')).size > 1);
  const title = heading(`parameters that differ: ${differing.length} of ${names.length}`, width, context.theme);
  if (differing.length === 0) return [title, [dim('they are told to do the same')]];
  const columns: TextColumn[] = [
    {header: 'parameter', importance: 99, least: 10, cells: differing},
    ...compared.map(
      ({letter}, index): TextColumn => ({
        header: letter,
        importance: 90 - index,
        least: 8,
        cells: differing.map((name) => spelled(told[index]?.[name] ?? '-', context.theme)),
      }),
    ),
  ];
  return [title, ...tableLines(columns, width)];
}

/** What a task was told to do, by name, as text. */
function toldOf({manifest, evidence}: ViewContext, task: TaskView): Readonly<Record<string, string>> {
  return toldBy(
    manifest,
    task,
  )(() => {
    const spec = planned(manifest, task.plan.key)?.spec;
    const method = spec?.kind === 'unlearn' ? {method: spec.method} : {};
    const seeds = {'train seed': task.plan.trainSeed ?? '-', 'unlearn seed': task.plan.unlearnSeed ?? '-'};
    const params = explainTask(manifest, task.plan.key, evidence)?.params ?? [];
    const own = spec === undefined || spec.kind === 'unlearn' ? {} : spec;
    const all = {
      kind: task.plan.kind,
      ...method,
      ...seeds,
      ...own,
      ...Object.fromEntries(params.map(({name, value}) => [name, value])),
    };
    return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, valueText(value)]));
  });
}

/** A plan never changes: what a task is told is worked out once. */
const toldBy = byIdentity((_: ViewContext['manifest'], _task: TaskView) => {
  let known: Readonly<Record<string, string>> | null = null;
  return (compute: () => Readonly<Record<string, string>>) => {
    known ??= compute();
    return known;
  };
});
