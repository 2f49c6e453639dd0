import type {TableCell, TableColumn, TableModel} from '../aggregate.ts';
import {ascii, plain} from '../plain.ts';
import {footerLines} from './footer.ts';
import {countOf, formatNumber, headerOf, meanAndStd, signed} from './numbers.ts';

export interface TextOptions {
  /** Columns to fit into if it can be done; 100 by default. */
  readonly width?: number;
  readonly ascii?: boolean;
  /** false leaves out what stands under the table. */
  readonly footer?: boolean;
}

/** For people: aligned, our values beside the paper's, then the gap and the split of the spread where there are any. */
export function toText(
  model: TableModel,
  {width = 100, ascii: onlyAscii = false, footer = true}: TextOptions = {},
): string {
  const grid = [layout(model, {profile: true, paper: true}), layout(model, {profile: false, paper: true})];
  const main = grid.find((lines) => widthOf(lines) <= width) ?? layout(model, {profile: false, paper: false});
  const lines = [
    model.title,
    '',
    ...main,
    ...block(model, 'ours − paper', ({gap}) => (gap === null ? null : signed(gap))),
    ...block(model, 'std between train seeds / within them', ({stdTrain, stdUnlearn}) =>
      stdTrain === null || stdUnlearn === null ? null : `${formatNumber(stdTrain)} / ${formatNumber(stdUnlearn)}`,
    ),
    ...(footer ? ['', ...footerLines(model).flatMap((line) => wrap(line, width))] : []),
  ];
  const clean = onlyAscii ? ascii : plain;
  return `${lines.map((line) => clean(line).trimEnd()).join('\n')}\n`;
}

function layout(model: TableModel, {profile, paper}: {profile: boolean; paper: boolean}): string[] {
  const withPaper = paper ? model.columns.filter(({id}) => model.rows.some((row) => row.cells[id]?.paper)) : [];
  const showsPaper = (column: TableColumn): boolean => withPaper.includes(column);
  const header = ['', ...(profile ? ['profile'] : []), 'n'];
  const heads = model.columns.flatMap((column) => [headerOf(column), ...(showsPaper(column) ? ['paper'] : [])]);
  const body = model.rows.map((row) => [
    row.label,
    ...(profile ? [row.profile] : []),
    countOf(row),
    ...model.columns.flatMap((column) => {
      const cell = row.cells[column.id] as TableCell;
      const printed = cell.paper === null ? '' : formatNumber(cell.paper.mean);
      return [cellText(column, cell), ...(showsPaper(column) ? [printed] : [])];
    }),
  ]);
  return align([[...header, ...heads], ...body], profile ? 2 : 1);
}

function cellText(column: TableColumn, cell: TableCell): string {
  const text = meanAndStd(column, cell, ' ±');
  return text === '' ? '· ' : `${text}${cell.isNearestToRetrain ? '*' : ' '}`;
}

/** A second, smaller grid of the same rows and columns; nothing where no cell has anything to say. */
function block(model: TableModel, title: string, say: (cell: TableCell) => string | null): string[] {
  const said = model.rows.map((row) => model.columns.map(({id}) => say(row.cells[id] as TableCell)));
  const rows = model.rows.flatMap((row, i) =>
    said[i]?.some((text) => text !== null) ? [[row.label, ...(said[i] ?? []).map((text) => text ?? '·')]] : [],
  );
  return rows.length === 0 ? [] : ['', ...align([[title, ...model.columns.map(headerOf)], ...rows], 1)];
}

/** The first `numLeft` columns to the left, the others to the right; a rule under the head. */
function align(cells: readonly (readonly string[])[], numLeft: number): string[] {
  const widths = (cells[0] ?? []).map((_, j) => Math.max(...cells.map((row) => lengthOf(row[j] ?? ''))));
  const lines = cells.map((row) => row.map((cell, j) => pad(cell, widths[j] ?? 0, j < numLeft)).join('  '));
  const rule = '-'.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [lines[0] ?? '', rule, ...lines.slice(1)];
}

function pad(text: string, width: number, left: boolean): string {
  const space = ' '.repeat(Math.max(0, width - lengthOf(text)));
  return left ? text + space : space + text;
}

const lengthOf = (text: string): number => [...plain(text)].length;
const widthOf = (lines: readonly string[]): number => Math.max(...lines.map(lengthOf));

function wrap(line: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    if (current !== '' && lengthOf(current) + 1 + lengthOf(word) > width) {
      lines.push(current);
      current = `  ${word}`;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current];
}
