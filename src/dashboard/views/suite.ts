import {formatNumber} from '../../report/formats/numbers.ts';
import type {TaskView} from '../../store/projection.ts';
import {type CellPlace, type Matrix, type MatrixRow, matrixOf, summariseCell} from '../matrix.ts';
import {duration} from '../parts/durations.ts';
import {beside} from '../parts/layout.ts';
import {cut, dim, fitEnd, fitLeft, fitSpans, type Line, lengthOf, type Span, span} from '../parts/line.ts';
import {SECONDS, STATE} from '../screenState.ts';
import {selectedCell} from '../selection.ts';
import {isDone} from '../taskCurves.ts';
import {metricOf} from '../taskValues.ts';
import {glyphOf, TASK_LOOKS, type Theme} from '../theme.ts';
import {cellZone} from './cell.ts';
import {failureLines} from './failures.ts';
import {resultLines} from './suiteResults.ts';
import {rowState, runningLines, SUMMARY, type SummaryColumn, totalsLine, widthOf} from './suiteSummary.ts';
import type {RenderView, Size, ViewContext} from './view.ts';

/** From so many columns on, the selected cell's curves stand beside the matrix. */
const TWO_ZONES = 120;
const MOST_FAILURES = 3;
const WORD_WIDTH = 9;
const GLYPH_WIDTH = 3;
const VALUE_WIDTH = 9;
const HEAD_ROWS = 2;

/** Methods by seeds: how far every pair has come, what it took, and what failed. */
export const suiteView: RenderView = (context, size) => {
  const matrix = matrixOf(context.manifest, context.projection);
  if (matrix.rows.length === 0) return [[dim(' nothing planned yet')]];
  const failures = failureLines(context, size.columns, Math.min(MOST_FAILURES, Math.floor(size.rows / 6)));
  const rows = size.rows - failures.length;
  const place = selectedCell(context.manifest, context.projection, context.screen);
  if (size.columns < TWO_ZONES)
    return [...fill(matrixLines(context, matrix, place, {...size, rows}), rows), ...failures];
  const right = Math.max(44, Math.min(90, Math.floor(size.columns * 0.36)));
  const left = size.columns - right - 2;
  const zone = cellZone(context, matrix, place, {columns: right, rows});
  const both = beside(matrixLines(context, matrix, place, {columns: left, rows}), zone, left);
  return [...fill(both, rows), ...failures];
};

/** What follows stands at the bottom. */
const fill = (lines: readonly Line[], rows: number): readonly Line[] =>
  Array.from({length: rows}, (_, row) => lines[row] ?? []);

interface Layout {
  readonly label: number;
  readonly cell: number;
  readonly firstColumn: number;
  readonly numColumns: number;
  readonly firstRow: number;
  readonly numRows: number;
  /** What stands behind the cells of a row, as far as there is room. */
  readonly summary: readonly SummaryColumn[];
}

function matrixLines(context: ViewContext, matrix: Matrix, place: CellPlace | null, size: Size): readonly Line[] {
  const hasLegend = size.rows >= HEAD_ROWS + 5;
  const layout = layOut(context, matrix, place, {...size, rows: size.rows - HEAD_ROWS - 1 - (hasLegend ? 1 : 0)});
  const {firstRow, numRows} = layout;
  const room = size.rows - HEAD_ROWS - numRows - 1 - (hasLegend ? 1 : 0);
  const running = runningBlock(context, {columns: size.columns, rows: room});
  return [
    ...headLines(matrix, layout),
    ...matrix.rows
      .slice(firstRow, firstRow + numRows)
      .map((row, index) => rowLine(context, row, firstRow + index, place, layout)),
    totalsLine(context, matrix, size.columns),
    ...(hasLegend ? [legendLine(context, matrix, layout, size.columns)] : []),
    ...running,
    ...resultLines(context, {columns: size.columns, rows: room - running.length}),
  ].map((line) => cut(line, size.columns));
}

/** As high for all lanes as for some: the results below it stand still while tasks come and go. */
function runningBlock(context: ViewContext, {columns, rows}: Size): readonly Line[] {
  const lines = runningLines(context, columns, rows);
  const {run} = context.projection;
  return run?.state === 'running' ? fill(lines, Math.max(0, Math.min(rows, run.numLanes + 2))) : lines;
}

function layOut({screen}: ViewContext, matrix: Matrix, place: CellPlace | null, size: Size): Layout {
  const longest = Math.max(...matrix.rows.map(({label}) => [...label].length));
  const label = Math.min(longest + 2, Math.max(9, Math.floor(size.columns * 0.22)));
  const needed = Math.max(GLYPH_WIDTH, ...matrix.columns.map(({unlearnSeed}) => seedName('u', unlearnSeed).length + 1));
  const numColumns = matrix.columns.length;
  const wide = Math.max(needed, screen.cellShows === STATE ? WORD_WIDTH : VALUE_WIDTH);
  const fits = (cell: number, summary: readonly SummaryColumn[]): boolean =>
    label + cell * numColumns + widthOf(summary) <= size.columns;
  const cells = screen.cellShows === STATE ? [wide, needed] : [wide];
  const choices = cells.flatMap((cell) => [3, 2, 1].map((most) => ({cell, summary: SUMMARY.slice(0, most)})));
  // Where not every seed fits, cells are as narrow as they can be, and scroll.
  const {cell, summary} = choices.find((choice) => fits(choice.cell, choice.summary)) ?? {
    cell: cells.at(-1) as number,
    summary: SUMMARY.slice(0, size.columns >= 100 ? 3 : 1),
  };
  const shown = Math.max(1, Math.min(numColumns, Math.floor((size.columns - label - widthOf(summary)) / cell)));
  const numRows = Math.max(1, Math.min(matrix.rows.length, size.rows));
  return {
    label,
    cell,
    summary,
    numColumns: shown,
    firstColumn: firstVisible(place?.column ?? 0, numColumns, shown),
    numRows,
    firstRow: firstVisible(place?.row ?? 0, matrix.rows.length, numRows),
  };
}

/** The cursor stands a third in, so that what comes next is in sight. */
export const firstVisible = (index: number, length: number, numShown: number): number =>
  Math.max(0, Math.min(index - Math.floor(numShown / 3), length - numShown));

const seedName = (letter: string, seed: number | null): string => (seed === null ? '' : `${letter}${seed}`);

/** Train seeds above their unlearn seeds. */
function headLines({columns}: Matrix, {label, cell, firstColumn, numColumns, summary}: Layout): readonly Line[] {
  const shown = columns.slice(firstColumn, firstColumn + numColumns);
  let trains = '';
  for (const [index, {trainSeed}] of shown.entries()) {
    const isFirst = index === 0 || shown[index - 1]?.trainSeed !== trainSeed;
    if (isFirst) trains = `${trains.slice(0, index * cell).padEnd(index * cell)} ${seedName('t', trainSeed)}`;
  }
  const unlearns = shown.map(({unlearnSeed}) => fitEnd(` ${seedName('u', unlearnSeed)}`, cell)).join('');
  const width = cell * numColumns;
  return [
    [dim(fitEnd('train seed', label)), span(fitEnd(trains, width), {bold: true})],
    [
      dim(fitEnd('unlearn', label)),
      dim(unlearns),
      ...summary.map(({header, width: room}) => dim(fitLeft(header, room))),
    ],
  ];
}

function rowLine(context: ViewContext, row: MatrixRow, index: number, place: CellPlace | null, layout: Layout): Line {
  const {label, cell, firstColumn, numColumns, summary} = layout;
  const isHere = place?.row === index;
  const cells = row.cells.slice(firstColumn, firstColumn + numColumns).map((own, at) => {
    const isCursor = isHere && place?.column === firstColumn + at;
    return cellSpan(context, own, cell, isCursor);
  });
  const state = rowState(context, row);
  return [
    span(fitEnd(row.label, label), {bold: isHere, dim: row.id === null && !isHere}),
    ...cells,
    ...summary.map(({width, text}) => dim(fitLeft(text(state), width))),
  ];
}

function cellSpan(
  {projection, screen, theme}: ViewContext,
  cell: readonly number[],
  width: number,
  isCursor: boolean,
): Span {
  const summary = summariseCell(projection.tasks, cell);
  const isMarked = cell.some((index) => screen.marked.includes(projection.tasks[index]?.plan.key ?? ''));
  const before = isCursor ? '[' : isMarked ? '*' : ' ';
  const after = isCursor ? ']' : ' ';
  if (summary === null) return span(isCursor ? fitEnd('[ ]', width) : ' '.repeat(width), {inverse: isCursor});
  const look = TASK_LOOKS[summary.state];
  const room = width - 2;
  const text =
    screen.cellShows === STATE
      ? stateText(summary, look, room, theme)
      : valueText(projection.tasks, cell, screen.cellShows, room);
  const quiet = summary.state === 'waiting' && summary.numDone === 0;
  return span(fitEnd(`${before}${text}${after}`, width), {
    colour: look.colour,
    bold: isCursor,
    inverse: isCursor,
    dim: quiet && !isCursor,
  });
}

type Summary = NonNullable<ReturnType<typeof summariseCell>>;
type Look = (typeof TASK_LOOKS)[keyof typeof TASK_LOOKS];

/** `✓ done`, `● 43%`, `· 1/2`; the glyph alone where there is no room. */
function stateText({state, progress, numDone, numTasks}: Summary, look: Look, room: number, theme: Theme): string {
  const glyph = glyphOf(look, theme);
  if (room < WORD_WIDTH - 2) return glyph;
  if (state === 'running') return fitEnd(`${glyph} ${Math.floor(progress * 100)}%`, room);
  const isPart = state === 'waiting' && numDone > 0;
  return fitEnd(`${glyph} ${isPart ? `${numDone}/${numTasks}` : look.word}`, room);
}

/** A number of the cell: what the evaluation measured, else what unlearning measured last; or the seconds it took. */
function valueText(tasks: readonly TaskView[], cell: readonly number[], shows: string, room: number): string {
  const own = cell.flatMap((index) => tasks[index] ?? []);
  if (shows === SECONDS) {
    const seconds = own.reduce((sum, task) => sum + (isDone(task) ? (task.seconds ?? 0) : 0), 0);
    return fitLeft(seconds === 0 ? '·' : duration(seconds), room);
  }
  const value = own
    .toReversed()
    .map((task) => metricOf(task, shows))
    .find((known) => known !== null);
  return fitLeft(value == null ? '·' : formatNumber(value), room);
}

/** What is out of sight, what the cells show, and the glyphs where they stand alone. */
function legendLine({screen, manifest, theme}: ViewContext, matrix: Matrix, layout: Layout, width: number): Line {
  const {firstRow, numRows, firstColumn, numColumns} = layout;
  const part = (name: string, first: number, shown: number, all: number): readonly Span[] =>
    shown < all ? [dim(`${name} ${first + 1}-${first + shown} of ${all}  `)] : [];
  const header = manifest.suite.columns.find(({id}) => id === screen.cellShows)?.header;
  const shows = screen.cellShows === STATE ? [] : [dim(`cells show ${header ?? screen.cellShows}  `)];
  const isGlyphOnly = screen.cellShows === STATE && layout.cell < WORD_WIDTH;
  const glyphs = isGlyphOnly
    ? Object.values(TASK_LOOKS).map((look) => span(`${glyphOf(look, theme)} ${look.word}  `, {colour: look.colour}))
    : [];
  const outside = [
    ...part('rows', firstRow, numRows, matrix.rows.length),
    ...part('seeds', firstColumn, numColumns, matrix.columns.length),
  ];
  const line = [...outside, ...shows];
  return [...fitSpans(line, width), ...fitSpans(glyphs, Math.max(0, width - lengthOf(line)))];
}
