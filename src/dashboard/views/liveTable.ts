import type {TableCell, TableColumn, TableModel, TableRow} from '../../report/aggregate.ts';
import {countOf, formatFor, formatNumber, headerOf} from '../../report/formats/numbers.ts';
import {dim, fitEnd, fitLeft, type Line, type Span, span} from '../parts/line.ts';

const COUNT_WIDTH = 4;
const OURS_WIDTH = 11;
const PAPER_WIDTH = 5;
const LEAST_LABEL = 9;

/** The table as far as it has come: ours, and the paper's value dim beside it. Columns are left out before numbers are cut. */
export function liveTableView(model: TableModel, width: number, height: number): readonly Line[] {
  const layout = layoutOf(model, width);
  const head: Line = [
    span(fitEnd('', layout.label)),
    dim(fitLeft('n', COUNT_WIDTH)),
    ...layout.columns.flatMap((column): Span[] => [
      span(fitLeft(headerOf(column), OURS_WIDTH - 1), {bold: true}),
      dim(fitLeft('', 1)),
      ...(layout.paper ? [dim(fitLeft('paper', PAPER_WIDTH))] : []),
    ]),
  ];
  const rows = model.rows.map((row) => rowLine(row, layout));
  const hidden = rows.length + 1 - height;
  if (hidden <= 0) return [head, ...rows];
  return [head, ...rows.slice(0, Math.max(0, height - 2)), [dim(` … ${hidden + 1} more rows`)]];
}

interface Layout {
  readonly label: number;
  readonly columns: readonly TableColumn[];
  readonly paper: boolean;
}

function layoutOf(model: TableModel, width: number): Layout {
  const hasPaper = model.rows.some(({cells}) => Object.values(cells).some(({paper}) => paper !== null));
  const longest = Math.max(LEAST_LABEL, ...model.rows.map(({label}) => [...label].length));
  const room = width - LEAST_LABEL - COUNT_WIDTH;
  const paper = hasPaper && room >= model.columns.length * (OURS_WIDTH + PAPER_WIDTH);
  const each = OURS_WIDTH + (paper ? PAPER_WIDTH : 0);
  const columns = model.columns.slice(0, Math.max(1, Math.floor(room / each)));
  return {label: Math.min(longest, width - COUNT_WIDTH - columns.length * each), columns, paper};
}

function rowLine(row: TableRow, {label, columns, paper}: Layout): Line {
  const isReference = row.model !== 'unlearnedModel';
  return [
    span(fitEnd(row.label, label), {bold: isReference}),
    dim(fitLeft(countOf(row), COUNT_WIDTH)),
    ...columns.flatMap((column) => cellSpans(column, row.cells[column.id] as TableCell, paper)),
  ];
}

function cellSpans(column: TableColumn, cell: TableCell, paper: boolean): Span[] {
  const spread = cell.std === null ? '' : `±${formatNumber(cell.std)}`;
  const ours = cell.mean === null ? '·' : `${formatFor(column, cell.mean)}${spread}`;
  return [
    cell.mean === null ? dim(fitLeft(ours, OURS_WIDTH - 1)) : span(fitLeft(ours, OURS_WIDTH - 1)),
    span(cell.isNearestToRetrain ? '*' : ' ', {colour: 'cyan'}),
    ...(paper ? [dim(fitLeft(cell.paper === null ? '' : formatNumber(cell.paper.mean), PAPER_WIDTH))] : []),
  ];
}
