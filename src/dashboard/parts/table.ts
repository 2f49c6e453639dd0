import {padded} from './layout.ts';
import {dim, fitMiddle, type Line, lengthOf, type Span, span} from './line.ts';

export interface TextColumn {
  readonly header: string;
  readonly cells: readonly (Line | string)[];
  readonly align?: 'left' | 'right';
  /** Columns of the least importance are left out first; equal ones from the right. */
  readonly importance: number;
  /** Names may be cut in their middle down to so many characters; absent: the column is whole or not there. */
  readonly least?: number;
}

/** A head and a line per row, two spaces between columns. Columns are left out before a number is cut. */
export function tableLines(columns: readonly TextColumn[], width: number): readonly Line[] {
  const shown = fitting(columns, width).map(({column, width: own}) => ({
    own,
    head: aligned([dim(column.header)], own, column),
    cells: column.cells.map((cell) => aligned(typeof cell === 'string' ? [span(cell)] : cell, own, column)),
  }));
  const numRows = Math.max(0, ...columns.map(({cells}) => cells.length));
  const join = (parts: readonly Line[]): Line => parts.flatMap((part, index) => (index === 0 ? part : [GAP, ...part]));
  return [
    join(shown.map(({head}) => head)),
    ...Array.from({length: numRows}, (_, row) => join(shown.map(({cells, own}) => cells[row] ?? padded([], own)))),
  ];
}

const GAP: Span = span('  ');

/** Characters that a table takes which leaves nothing out. */
export const widthOfTable = (columns: readonly TextColumn[]): number =>
  columns.reduce((sum, column) => sum + natural(column), 2 * Math.max(0, columns.length - 1));

const natural = ({header, cells}: TextColumn): number =>
  Math.max([...header].length, ...cells.map((cell) => (typeof cell === 'string' ? [...cell].length : lengthOf(cell))));

interface FittedColumn {
  readonly column: TextColumn;
  readonly width: number;
}

function fitting(columns: readonly TextColumn[], width: number): readonly FittedColumn[] {
  const least = (column: TextColumn): number => Math.min(natural(column), column.least ?? natural(column));
  const gaps = (kept: readonly TextColumn[]): number => 2 * Math.max(0, kept.length - 1);
  let kept = columns;
  while (kept.length > 1 && kept.reduce((sum, column) => sum + least(column), gaps(kept)) > width) {
    const weakest = kept.reduce((a, b) => (b.importance <= a.importance ? b : a));
    kept = kept.filter((column) => column !== weakest);
  }
  let spare = width - kept.reduce((sum, column) => sum + least(column), gaps(kept));
  return kept.map((column) => {
    const extra = Math.max(0, Math.min(spare, natural(column) - least(column)));
    spare -= extra;
    return {column, width: Math.min(width, least(column) + extra)};
  });
}

function aligned(cell: Line, width: number, {align = 'left', least}: TextColumn): Line {
  const [only] = cell;
  const isLong = lengthOf(cell) > width;
  if (isLong && least !== undefined && cell.length === 1 && only !== undefined)
    return [{...only, text: fitMiddle(only.text, width)}];
  if (align === 'left' || isLong) return padded(cell, width);
  return [span(' '.repeat(width - lengthOf(cell))), ...cell];
}
