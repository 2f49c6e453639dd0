import type {TableColumn, TableModel, TableRow} from '../../report/aggregate.ts';
import {formatFor, formatNumber, headerOf, signed} from '../../report/formats/numbers.ts';
import type {GapToRetrain, Verdict, VerdictRow} from '../../report/verdict.ts';
import {duration} from '../parts/durations.ts';
import {heading, lastScroll, padded, scrolled} from '../parts/layout.ts';
import {cut, dim, fitEnd, fitLeft, type Line, type Span, span} from '../parts/line.ts';
import {byIdentity, byLastWord} from '../parts/memo.ts';
import {percent, spelled, wrapped} from '../parts/text.ts';
import type {RenderView, Size, ViewContext} from './view.ts';

/** Rows and columns that the view's cursor moves over, by id, as they are shown: what all are compared with first, then the nearest to it. */
export interface VerdictGrid {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
}

export function verdictGrid({table, verdict}: ViewContext): VerdictGrid {
  const references = table.rows.filter(({model}) => model === 'retrainedModel' || model === 'originalModel');
  const order = [
    ...references.toReversed().map(({id}) => id),
    ...verdict.rows.map(({id}) => id),
    ...table.rows.map(({id}) => id),
  ];
  return {rows: [...new Set(order)], columns: table.columns.map(({id}) => id)};
}

/** The cell under the cursor, which stays within the grid; null where the table is empty. */
export function verdictCell(context: ViewContext): {readonly row: string; readonly column: string} | null {
  const {rows, columns} = verdictGrid(context);
  const cursor = context.screen.cursors.verdict ?? {row: 0, column: 0};
  const row = rows[Math.max(0, Math.min(cursor.row, rows.length - 1))];
  const column = columns[Math.max(0, Math.min(cursor.column, columns.length - 1))];
  return row === undefined || column === undefined ? null : {row, column};
}

/** What the run says about unlearning: in words, then every row against Retrain and the noise of the seeds, then what limits it. */
export const verdictView: RenderView = (context, size) => {
  const {words, limits, table, told, room} = blocksOf(context, size);
  const rule = heading('against Retrain', size.columns, context.theme);
  const scroll = context.screen.scrolls.verdict ?? 0;
  return [...scrolled(words, scroll, room), rule, ...table, ...told, ...limits].slice(0, size.rows);
};

/** The last line that the scroll of the words above the table may begin with. */
export function verdictEnd(context: ViewContext, size: Size): number {
  const {words, room} = blocksOf(context, size);
  return lastScroll(words.length, room);
}

interface Blocks {
  /** Above the table; they scroll where they are more than `room` lines. */
  readonly words: readonly Line[];
  readonly room: number;
  /** Below the table, where there is room for everything. */
  readonly limits: readonly Line[];
  readonly table: readonly Line[];
  readonly told: readonly Line[];
}

/** A verdict stands for its table; what else decides is how much is seen, and from where. */
function blocksOf(context: ViewContext, size: Size): Blocks {
  const word = JSON.stringify([size, context.theme, verdictCell(context)]);
  return remembered(context.verdict, word, () => layOut(context, size));
}

const remembered = byLastWord<Verdict, Blocks>();

function layOut(context: ViewContext, {columns: width, rows}: Size): Blocks {
  const {verdict, theme} = context;
  const sentences = sentenceLines(context, width);
  const listed = (title: string, texts: readonly string[]): readonly Line[] =>
    texts.length === 0
      ? []
      : [
          heading(title, width, theme),
          ...texts.flatMap((text) => wrapped(spelled(`- ${text}`, theme), width, {dim: true}, 2)),
        ];
  const limits = [...listed('what limits it', verdict.caveats), ...listed('in numbers', verdict.findings)];
  const told = cellLines(context, width, rows < 16 ? 2 : 3);
  const numRows = verdictGrid(context).rows.length;
  const fixed = 1 + told.length;
  const leastWords = Math.min(sentences.length, Math.max(2, Math.floor(rows * 0.3)));
  const tableRoom = Math.max(3, Math.min(rows - fixed - leastWords, 1 + 2 * numRows));
  const table = tableBlock(context, {columns: width, rows: tableRoom});
  const room = Math.max(0, rows - fixed - table.length);
  const isWhole = sentences.length + limits.length <= room;
  return {words: isWhole ? sentences : [...sentences, ...limits], room, limits: isWhole ? limits : [], table, told};
}

/** The first sentence is what a reader takes away. */
function sentenceLines({verdict, table, theme}: ViewContext, width: number): readonly Line[] {
  const numExpected = table.rows.reduce((sum, row) => sum + row.numExpected, 0);
  const n = table.rows.reduce((sum, {cells}) => sum + Math.max(0, ...Object.values(cells).map((cell) => cell.n)), 0);
  const sentences =
    verdict.sentences.length > 0 ? verdict.sentences : [`No verdict yet: ${n} of ${numExpected} evaluations are done.`];
  return sentences.flatMap((sentence, index) => wrapped(spelled(sentence, theme), width, {bold: index === 0}));
}

/** Everything about the cell under the cursor in words: what the table had no room for is here. */
function cellLines(context: ViewContext, width: number, mostLines: number): readonly Line[] {
  const at = verdictCell(context);
  const row = context.table.rows.find(({id}) => id === at?.row);
  const column = context.table.columns.find(({id}) => id === at?.column);
  if (at === null || row === undefined || column === undefined) return [];
  const cell = row.cells[column.id];
  const gap = context.verdict.rows.find(({id}) => id === row.id)?.gaps[column.id];
  const value =
    cell?.mean == null
      ? 'no value yet'
      : `${formatFor(column, cell.mean)}${cell.std === null ? '' : ` ± ${formatNumber(cell.std)}`} ${column.unit}, n ${cell.n}`;
  const parts = [
    `${row.label}, ${column.header}: ${value}`,
    ...(gap?.mean == null ? [] : [`gap ${gapText(gap, ' ± ')}, ${SENTENCES[noiseWord(gap)]}`]),
    ...(cell?.paper == null ? [] : [`paper ${formatNumber(cell.paper.mean)}`]),
  ];
  return wrapped(`${pointer(context)} ${parts.join('; ')}`, width, {colour: 'cyan'}, 2).slice(0, mostLines);
}

const WORDS = {beyond: 'beyond', within: 'within', unknown: 'noise ?'} as const;
type NoiseWord = keyof typeof WORDS;
const SENTENCES: Readonly<Record<NoiseWord, string>> = {
  beyond: 'beyond seed noise',
  within: 'within seed noise',
  unknown: 'seed noise unknown',
};
const WORD_WIDTH = 7;

const noiseWord = ({isBeyondSeedNoise}: GapToRetrain): NoiseWord =>
  isBeyondSeedNoise === null ? 'unknown' : isBeyondSeedNoise ? 'beyond' : 'within';

const gapText = ({mean, halfWidth}: GapToRetrain, plusMinus = '±'): string =>
  mean === null ? '' : `${signed(mean)}${halfWidth === null ? '' : `${plusMinus}${formatNumber(halfWidth)}`}`;

const pointer = ({theme}: Pick<ViewContext, 'theme'>): string => (theme.ascii ? '>' : '▸');

/** One cell of the table, as texts. */
interface Texts {
  readonly mean: string;
  readonly spread: string;
  readonly star: string;
  readonly paper: string;
  readonly gap: string;
  readonly word: string;
}

interface LaidColumn {
  readonly column: TableColumn;
  readonly texts: ReadonlyMap<string, Texts>;
  /** Widest of each text. */
  readonly widths: Readonly<Record<keyof Texts, number>>;
}

/** Value and gap beside each other, below each other, or the value with its word alone. */
type Shape = 'beside' | 'below' | 'words';

interface Layout {
  readonly shape: Shape;
  /** Characters of the parts beside the columns; 0 for one that is left out. */
  readonly label: number;
  readonly kind: number;
  readonly count: number;
  readonly average: number;
  readonly cost: number;
  readonly columns: readonly LaidColumn[];
  readonly hasPaper: boolean;
  /** Whether columns were left out on the left and on the right. */
  readonly isCut: readonly [boolean, boolean];
}

const AVERAGE_WIDTH = 11;
const LEAST_LABEL = 8;
const MOST_LABEL = 24;

function tableBlock(context: ViewContext, {columns: width, rows: room}: Size): readonly Line[] {
  const {rows: ids} = verdictGrid(context);
  const rows = ids.flatMap((id) => context.table.rows.find((row) => row.id === id) ?? []);
  const layout = layoutOf(context, laidColumns(context.table, context.verdict), width, room >= 1 + 2 * rows.length);
  const perRow = layout.shape === 'below' ? 2 : 1;
  const shown = visibleRows(context, rows, Math.floor((room - 1) / perRow));
  const hidden = rows.length - shown.length;
  const lines = [headLine(context, layout), ...shown.flatMap((row) => rowLines(context, row, layout))];
  if (hidden === 0) return lines.map((line) => cut(line, width));
  const kept = lines.slice(0, Math.max(1, room - 1));
  return [...kept, [dim(`… ${hidden} of ${rows.length} rows more: move the cursor`)]].map((line) => cut(line, width));
}

/** Retrain and Original always, and the rows around the cursor. */
function visibleRows(context: ViewContext, rows: readonly TableRow[], numFit: number): readonly TableRow[] {
  if (rows.length <= numFit) return rows;
  const pinned = rows.filter(({model}) => model !== 'unlearnedModel');
  const others = rows.filter(({model}) => model === 'unlearnedModel');
  const room = Math.max(1, numFit - pinned.length - 1);
  const at = others.findIndex(({id}) => id === verdictCell(context)?.row);
  const first = Math.max(0, Math.min(Math.max(0, at) - Math.floor(room / 2), others.length - room));
  return [...pinned, ...others.slice(first, first + room)];
}

const laidColumns = byIdentity((table: TableModel, verdict: Verdict): readonly LaidColumn[] =>
  table.columns.map((column) => layColumn(table, verdict, column)),
);

function layColumn(table: TableModel, verdict: Verdict, column: TableColumn): LaidColumn {
  const texts = new Map(table.rows.map((row) => [row.id, textsOf(verdict, row, column)]));
  const widest = (part: keyof Texts): number => widestOf([...texts.values()].map((text) => text[part]));
  return {
    column,
    texts,
    widths: {
      mean: widest('mean'),
      spread: widest('spread'),
      star: widest('star'),
      paper: widest('paper'),
      gap: widest('gap'),
      word: WORD_WIDTH,
    },
  };
}

const widestOf = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => [...text].length));

function textsOf(verdict: Verdict, row: TableRow, column: TableColumn): Texts {
  const cell = row.cells[column.id];
  const gap = verdict.rows.find(({id}) => id === row.id)?.gaps[column.id];
  return {
    mean: cell?.mean == null ? '·' : formatFor(column, cell.mean),
    spread: cell?.std == null ? '' : `±${formatNumber(cell.std)}`,
    star: cell?.isNearestToRetrain ? '*' : ' ',
    paper: cell?.paper == null ? '' : ` [${formatNumber(cell.paper.mean)}]`,
    gap: gap === undefined ? '' : gapText(gap),
    word: gap === undefined || gap.mean === null ? '' : WORDS[noiseWord(gap)],
  };
}

/** What may stand beside the columns, richest first: the paper's numbers go, then the cost, then the average. */
const EXTRAS = [
  {hasAverage: true, hasCost: true, hasPaper: true},
  {hasAverage: true, hasCost: true, hasPaper: false},
  {hasAverage: true, hasCost: false, hasPaper: false},
  {hasAverage: false, hasCost: false, hasPaper: false},
] as const;

/** Gaps beside values where there is room for everything; else below them, or told by their word; else fewer columns. */
function layoutOf(context: ViewContext, laid: readonly LaidColumn[], width: number, isHigh: boolean): Layout {
  const parts = partsOf(context);
  const under: Shape = isHigh ? 'below' : 'words';
  const ways = [
    ...EXTRAS.slice(0, 2).map((extra) => ({shape: 'beside' as const, ...extra})),
    ...EXTRAS.map((extra) => ({shape: under, ...extra})),
  ];
  for (const {shape, hasAverage, hasCost, hasPaper} of ways) {
    const own = {
      kind: shape === 'below' ? 0 : parts.kind,
      count: parts.count,
      average: hasAverage ? AVERAGE_WIDTH : 0,
      cost: hasCost ? parts.cost : 0,
    };
    const fixed = 1 + own.kind + own.count + own.average + own.cost;
    const columns = laid.reduce((sum, column) => sum + widthOf(column, shape, hasPaper), 0);
    const label = Math.min(parts.label, width - fixed - columns);
    if (label >= Math.min(parts.label, 14))
      return {shape, label, ...own, columns: laid, hasPaper, isCut: [false, false]};
  }
  return narrowLayout(context, laid, width, under);
}

type Parts = Pick<Layout, 'label' | 'kind' | 'count' | 'cost'>;

/** Widths as the texts want them. */
function partsOf({table, verdict}: ViewContext): Parts {
  const costs = widestOf(verdict.rows.map(costText));
  return {
    label: Math.min(MOST_LABEL, Math.max(LEAST_LABEL, widestOf(table.rows.map(({label}) => label)) + 1)),
    kind: verdict.rows.some(({isTrivial}) => isTrivial) ? 'trivial '.length : 0,
    count:
      2 +
      widestOf(
        table.rows.map((row) =>
          countText(
            row,
            verdict.rows.find(({id}) => id === row.id),
          ),
        ),
      ),
    cost: costs === 0 ? 0 : 2 + Math.max('cost'.length, costs),
  };
}

/** As many columns as fit around the cursor's. */
function narrowLayout(context: ViewContext, laid: readonly LaidColumn[], width: number, shape: Shape): Layout {
  const parts = partsOf(context);
  const kind = shape === 'below' ? 0 : parts.kind;
  const widest = Math.max(0, ...laid.map((column) => widthOf(column, shape, false)));
  const wanted = Math.min(parts.label, Math.max(LEAST_LABEL, Math.floor(width * 0.3)));
  const label = Math.max(LEAST_LABEL - 2, Math.min(wanted, width - 1 - kind - widest));
  const count = label + kind + parts.count + widest < width ? parts.count : 0;
  const room = width - 1 - label - kind - count;
  const at = laid.findIndex(({column}) => column.id === verdictCell(context)?.column);
  let [first, end] = [Math.max(0, at), Math.max(0, at) + 1];
  const taken = (from: number, to: number): number =>
    laid.slice(from, to).reduce((sum, column) => sum + widthOf(column, shape, false), 0);
  while (first > 0 && taken(first - 1, end) <= room) first--;
  while (end < laid.length && taken(first, end + 1) <= room) end++;
  const average = room - taken(first, end) >= AVERAGE_WIDTH ? AVERAGE_WIDTH : 0;
  return {
    shape,
    label,
    kind,
    count,
    average,
    cost: average > 0 && room - taken(first, end) - average >= parts.cost ? parts.cost : 0,
    columns: laid.slice(first, end),
    hasPaper: false,
    isCut: [first > 0, end < laid.length],
  };
}

/** Two spaces before a column, of which the last is the cursor's. */
function widthOf({column, widths}: LaidColumn, shape: Shape, hasPaper: boolean): number {
  const value = widths.mean + widths.spread + widths.star + (hasPaper ? widths.paper : 0);
  const gap = widths.gap + 1 + widths.word;
  const body =
    shape === 'beside' ? value + 1 + gap : shape === 'below' ? Math.max(value, gap) : value + 1 + widths.word;
  return 2 + Math.max(body, [...headerOf(column)].length);
}

function headLine(context: ViewContext, layout: Layout): Line {
  const {shape, label, kind, count, average, cost, columns, hasPaper, isCut} = layout;
  const at = verdictCell(context);
  const more = (isMore: boolean): string => (isMore ? '…' : ' ');
  return [
    span(' '.repeat(label + kind)),
    dim(fitLeft('n', count)),
    ...columns.flatMap((laid, index): Span[] => [
      dim(` ${index === 0 ? more(isCut[0]) : ' '}`),
      span(fitEnd(headerOf(laid.column), widthOf(laid, shape, hasPaper) - 2), {
        bold: true,
        inverse: laid.column.id === at?.column,
      }),
    ]),
    dim(more(isCut[1])),
    dim(fitLeft('avg |gap|', average)),
    dim(fitLeft('cost', cost)),
  ];
}

function rowLines(context: ViewContext, row: TableRow, layout: Layout): readonly Line[] {
  const {shape, label, kind, count, average, cost, columns} = layout;
  const found = context.verdict.rows.find(({id}) => id === row.id);
  const isHere = row.id === verdictCell(context)?.row;
  const word = row.model === 'retrainedModel' ? 'goal' : found?.isTrivial ? 'trivial' : '';
  const cells = columns.map((laid) => cellOf(context, row, laid, layout));
  const first: Line = [
    span(isHere ? pointer(context) : ' ', {colour: 'cyan', bold: true}),
    span(fitEnd(row.label, label - 1), {bold: row.model !== 'unlearnedModel' || isHere}),
    dim(fitEnd(word === '' ? '' : ` ${word}`, kind)),
    dim(fitLeft(countText(row, found), count)),
    ...cells.flatMap(([line]) => line),
    span(' '),
    span(fitLeft(found?.averageGap == null ? '' : formatNumber(found.averageGap), average)),
    dim(fitLeft(costText(found), cost)),
  ];
  if (shape !== 'below') return [first];
  const under = padded([dim(`  ${[word, row.profile].filter(Boolean).join(', ')}`)], label + count);
  return [first, [...under, ...cells.flatMap(([, line]) => line)]];
}

const countText = (row: TableRow, found: VerdictRow | undefined): string => {
  const n = found?.n ?? Math.max(0, ...Object.values(row.cells).map((cell) => cell.n));
  return n === row.numExpected ? String(n) : `${n}/${row.numExpected}`;
};

/** Seconds of one unlearning, and which share of a retraining that is. */
function costText(row: VerdictRow | undefined): string {
  if (row?.cost == null) return '';
  const {seconds, retrainSeconds} = row.cost;
  return `${duration(seconds)}${retrainSeconds === null || retrainSeconds === 0 ? '' : ` ${percent(seconds / retrainSeconds)}`}`;
}

/** The cell's line, and the one under it. */
function cellOf(
  context: ViewContext,
  row: TableRow,
  laid: LaidColumn,
  {shape, hasPaper}: Layout,
): readonly [Line, Line] {
  const at = verdictCell(context);
  const isHere = row.id === at?.row && laid.column.id === at.column;
  const {mean, spread, star, paper, gap, word} = laid.texts.get(row.id) as Texts;
  const {widths} = laid;
  const width = widthOf(laid, shape, hasPaper);
  const lead = span(isHere ? ` ${pointer(context)}` : '  ', {colour: 'cyan', bold: true});
  const style = {inverse: isHere, bold: isHere};
  const ours: Line = [
    lead,
    span(fitLeft(mean, widths.mean) + fitEnd(spread, widths.spread), {...style, dim: mean === '·'}),
    ...(widths.star > 0 ? [span(star, {colour: 'cyan'})] : []),
    ...(hasPaper && widths.paper > 0 ? [dim(fitEnd(paper, widths.paper))] : []),
  ];
  const distance: Line = [dim(fitLeft(gap, widths.gap)), span(` ${fitEnd(word, widths.word)}`, colourOfWord(word))];
  if (shape === 'words')
    return [padded([...ours, span(` ${fitEnd(word, widths.word)}`, colourOfWord(word))], width), []];
  if (shape === 'beside') return [padded([...ours, span(' '), ...distance], width), []];
  return [padded(ours, width), padded([span('  '), ...distance], width)];
}

const colourOfWord = (word: string): Omit<Span, 'text'> =>
  word === WORDS.beyond ? {colour: 'yellow'} : word === WORDS.within ? {colour: 'green'} : {dim: true};
