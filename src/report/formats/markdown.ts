import type {TableCell, TableColumn, TableModel} from '../aggregate.ts';
import {plain} from '../plain.ts';
import {footerLines} from './footer.ts';
import {countOf, formatNumber, headerOf, meanAndStd, signed} from './numbers.ts';

/** GitHub Markdown: in each cell ours, then the paper's value and the gap in brackets. */
export function toMarkdown(model: TableModel): string {
  const header = ['', 'profile', 'n', ...model.columns.map((column) => escapeMarkdown(headerOf(column)))];
  const rows = model.rows.map((row) => [
    escapeMarkdown(row.label),
    escapeMarkdown(row.profile),
    countOf(row),
    ...model.columns.map((column) => cellText(column, row.cells[column.id] as TableCell)),
  ]);
  return [
    `**${escapeMarkdown(model.title)}**`,
    '',
    line(header),
    line(header.map((_, index) => (index < 2 ? '---' : '---:'))),
    ...rows.map(line),
    '',
    "In brackets: the paper's value; ours − paper.",
    '',
    ...footerLines(model).map((text) => `- ${escapeMarkdown(text)}`),
    '',
  ].join('\n');
}

function cellText(column: TableColumn, cell: TableCell): string {
  const ours = meanAndStd(column, cell);
  const marked = ours === '' ? '·' : `${ours}${cell.isNearestToRetrain ? '\\*' : ''}`;
  if (cell.paper === null) return marked;
  const gap = cell.gap === null ? '' : `; ${signed(cell.gap)}`;
  return `${marked} (${formatNumber(cell.paper.mean)}${gap})`;
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** No markup, HTML or table borders out of data. */
export const escapeMarkdown = (text: string): string =>
  plain(text).replace(/[\\`*_[\]<>|]/g, (character) => (character === '<' ? '&lt;' : `\\${character}`));
