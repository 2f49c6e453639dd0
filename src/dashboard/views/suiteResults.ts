import type {TableColumn, TableModel, TableRow} from '../../report/aggregate.ts';
import {countOf, formatFor, formatNumber, headerOf} from '../../report/formats/numbers.ts';
import type {TaskView} from '../../store/projection.ts';
import {heading} from '../parts/layout.ts';
import {dim, fitEnd, fitLeft, type Line, span} from '../parts/line.ts';
import {byLastWord} from '../parts/memo.ts';
import {type TextColumn, tableLines, widthOfTable} from '../parts/table.ts';
import type {Size, ViewContext} from './view.ts';

/** An empty line, the heading, the names of the columns, and as many rows as make a comparison. */
const LEAST_ROWS = 3 + 3;
const MOST_LABEL = 24;
const LEAST_LABEL = 8;

/** The table as far as it has come and as there is room: what somebody who comes back wants to see first. Made where it is seen, and not before. */
export function resultLines(context: ViewContext, {columns: width, rows}: Size): readonly Line[] {
  if (rows < LEAST_ROWS || !context.projection.tasks.some(isMeasured)) return [];
  const {table, theme} = context;
  return remembered(table, JSON.stringify([width, rows, theme]), () => {
    const all = [[], heading('results, * nearest to Retrain', width, theme), ...gridLines(table, width, rows - 2)];
    if (all.length <= rows) return all;
    return [...all.slice(0, rows - 1), [dim(`… ${all.length - rows + 1} rows more: 4 Verdict`)]];
  });
}

const isMeasured = ({plan, metrics}: TaskView): boolean => plan.kind === 'evaluate' && metrics !== null;

const remembered = byLastWord<TableModel, readonly Line[]>();

/** The paper's numbers stand beside ours, else below them, else nowhere: some alone would look as if it had printed no others. */
function gridLines(table: TableModel, width: number, numRows: number): readonly Line[] {
  const beside = columnsOf(table, 'beside');
  if (widthOfTable(beside) <= width) return tableLines(beside, width);
  const below = tableLines(columnsOf(table, 'below'), width);
  return below.length <= numRows ? below : tableLines(columnsOf(table, 'nowhere'), width);
}

type PaperPlace = 'beside' | 'below' | 'nowhere';

function columnsOf(table: TableModel, paper: PaperPlace): readonly TextColumn[] {
  const hasLineBelow = (row: TableRow): boolean =>
    paper === 'below' && table.columns.some(({id}) => row.cells[id]?.paper);
  const cellsOf = (own: (row: TableRow) => Line, below: (row: TableRow) => Line): readonly Line[] =>
    table.rows.flatMap((row) => (hasLineBelow(row) ? [own(row), below(row)] : [own(row)]));
  return [
    {
      header: '',
      importance: 9,
      least: LEAST_LABEL,
      cells: cellsOf(
        ({label}) => [span(fitEnd(label, MOST_LABEL).trimEnd())],
        () => [dim('  paper')],
      ),
    },
    {
      header: 'n',
      align: 'right',
      importance: 1,
      cells: cellsOf(
        (row) => [dim(countOf(row))],
        () => [],
      ),
    },
    ...table.columns.map((column): TextColumn => {
      const texts = textsOf(table, column);
      return {
        header: headerOf(column),
        importance: 5,
        cells: cellsOf(
          ({id}) => [...oursOf(texts, id), ...(paper === 'beside' ? [dim(printedOf(texts, id))] : [])],
          ({id}) => [dim(fitLeft(texts.byRow.get(id)?.paper ?? '', texts.meanWidth))],
        ),
      };
    }),
  ];
}

/** A column's cells as texts, and what they are padded to so that the points stand below each other. */
interface Texts {
  readonly byRow: ReadonlyMap<string, {readonly mean: string; readonly spread: string; readonly paper: string}>;
  readonly meanWidth: number;
  readonly spreadWidth: number;
}

function textsOf({rows}: TableModel, column: TableColumn): Texts {
  const texts = rows.map(({cells}) => {
    const cell = cells[column.id];
    return {
      mean: cell?.mean == null ? '·' : formatFor(column, cell.mean),
      spread: `${cell?.std == null ? '' : ` ±${formatNumber(cell.std)}`}${cell?.isNearestToRetrain ? '*' : ''}`,
      paper: cell?.paper == null ? '' : formatNumber(cell.paper.mean),
    };
  });
  const widest = (part: (text: (typeof texts)[number]) => string): number =>
    Math.max(0, ...texts.map((text) => part(text).length));
  return {
    byRow: new Map(rows.map(({id}, index) => [id, texts[index] as (typeof texts)[number]])),
    meanWidth: Math.max(
      widest(({mean}) => mean),
      widest(({paper}) => paper),
    ),
    spreadWidth: widest(({spread}) => spread),
  };
}

function oursOf({byRow, meanWidth}: Texts, row: string): Line {
  const {mean = '', spread = ''} = byRow.get(row) ?? {};
  const isNearest = spread.endsWith('*');
  return [span(`${fitLeft(mean, meanWidth)}${spread}`, {bold: isNearest, dim: mean === '·'})];
}

function printedOf({byRow, spreadWidth}: Texts, row: string): string {
  const {spread = '', paper = ''} = byRow.get(row) ?? {};
  return paper === '' ? '' : `${' '.repeat(spreadWidth - spread.length)} [${paper}]`;
}
