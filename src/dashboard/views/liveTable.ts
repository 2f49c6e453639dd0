import type {TableCell, TableColumn, TableModel, TableRow} from '../../report/aggregate.ts';
import {countOf, formatFor, formatNumber, headerOf} from '../../report/formats/numbers.ts';
import {dim, fitEnd, fitLeft, type Line, type Span, span} from '../parts/line.ts';

const COUNT_WIDTH = 4;
/** A gap before, and a star after. */
const OURS_MARGIN = 2;
/** The star before it is its gap. */
const PAPER_WIDTH = 5;
const LEAST_LABEL = 9;

/** The table as far as it has come: ours, and the paper's value dim beside it. Columns are left out before numbers are cut. */
export function liveTableView(model: TableModel, width: number, height: number): readonly Line[] {
  const layout = layoutOf(model, width);
  const head: Line = [
    span(fitEnd('', layout.label)),
    dim(fitLeft('n', COUNT_WIDTH)),
    ...layout.columns.flatMap(({column, oursWidth}): Span[] => [
      span(fitLeft(headerOf(column), oursWidth - 1), {bold: true}),
      dim(fitLeft('', 1)),
      ...(layout.paper ? [dim(fitLeft('paper', PAPER_WIDTH))] : []),
    ]),
  ];
  const rows = model.rows.map((row) => rowLine(row, layout));
  const hidden = rows.length + 1 - height;
  if (hidden <= 0) return [head, ...rows];
  return [head, ...rows.slice(0, Math.max(0, height - 2)), [dim(` … ${hidden + 1} more rows`)]];
}

interface LaidColumn {
  readonly column: TableColumn;
  /** Of our value with its margin. */
  readonly oursWidth: number;
}

interface Layout {
  readonly label: number;
  readonly columns: readonly LaidColumn[];
  readonly paper: boolean;
}

function layoutOf(model: TableModel, width: number): Layout {
  const hasPaper = model.rows.some(({cells}) => Object.values(cells).some(({paper}) => paper !== null));
  const longest = Math.max(LEAST_LABEL, ...model.rows.map(({label}) => [...label].length));
  const room = width - LEAST_LABEL - COUNT_WIDTH;
  const all = model.columns.map((column) => ({column, oursWidth: oursWidthOf(model, column)}));
  const ours = (columns: readonly LaidColumn[]): number => columns.reduce((sum, {oursWidth}) => sum + oursWidth, 0);
  const paper = hasPaper && room >= ours(all) + all.length * PAPER_WIDTH;
  const num = all.findLastIndex((_, index) => ours(all.slice(0, index + 1)) <= room) + 1;
  const columns = paper ? all : all.slice(0, Math.max(1, num));
  const taken = ours(columns) + (paper ? columns.length * PAPER_WIDTH : 0);
  return {label: Math.min(longest, width - COUNT_WIDTH - taken), columns, paper};
}

function oursWidthOf(model: TableModel, column: TableColumn): number {
  const texts = model.rows.map(({cells}) => oursText(column, cells[column.id] as TableCell));
  return OURS_MARGIN + Math.max(...[headerOf(column), ...texts].map((text) => [...text].length));
}

function rowLine(row: TableRow, {label, columns, paper}: Layout): Line {
  const isReference = row.model !== 'unlearnedModel';
  return [
    span(fitEnd(row.label, label), {bold: isReference}),
    dim(fitLeft(countOf(row), COUNT_WIDTH)),
    ...columns.flatMap((laid) => cellSpans(laid, row.cells[laid.column.id] as TableCell, paper)),
  ];
}

function cellSpans({column, oursWidth}: LaidColumn, cell: TableCell, paper: boolean): Span[] {
  const ours = fitLeft(oursText(column, cell), oursWidth - 1);
  return [
    cell.mean === null ? dim(ours) : span(ours),
    span(cell.isNearestToRetrain ? '*' : ' ', {colour: 'cyan'}),
    ...(paper ? [dim(fitLeft(cell.paper === null ? '' : formatNumber(cell.paper.mean), PAPER_WIDTH))] : []),
  ];
}

function oursText(column: TableColumn, {mean, std}: TableCell): string {
  return mean === null ? '·' : `${formatFor(column, mean)}${std === null ? '' : `±${formatNumber(std)}`}`;
}
