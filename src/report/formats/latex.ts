import type {TableCell, TableColumn, TableModel} from '../aggregate.ts';
import {plain} from '../plain.ts';
import {footerLines} from './footer.ts';
import {countOf, formatNumber, meanAndStd, signed} from './numbers.ts';

/** A float for booktabs (`\usepackage{booktabs}`): ours, paper and gap under each column; the value nearest to Retrain is underlined. */
export function toLatex(model: TableModel): string {
  const groups = model.columns.map((column) => ({column, paper: hasPaper(model, column)}));
  const widths = groups.map(({paper}) => (paper ? 3 : 1));
  const heads = groups.map(({column}, i) => `\\multicolumn{${widths[i]}}{c}{${head(column)}}`);
  const subheads = groups.flatMap(({paper}) => (paper ? ['ours', 'paper', 'gap'] : ['ours']));
  const rows = model.rows.map((row) => [
    escapeLatex(row.label),
    escapeLatex(row.profile),
    countOf(row),
    ...groups.flatMap(({column, paper}) => cells(column, row.cells[column.id] as TableCell, paper)),
  ]);
  return [
    '% \\usepackage{booktabs}',
    '\\begin{table}',
    '\\centering',
    `\\caption{${escapeLatex(model.title)}}`,
    `\\begin{tabular}{llr${'r'.repeat(subheads.length)}}`,
    '\\toprule',
    line(['', '', '', ...heads]),
    rules(widths),
    line(['', 'profile', '$n$', ...subheads]),
    '\\midrule',
    ...rows.map(line),
    '\\bottomrule',
    '\\end{tabular}',
    '\\par\\smallskip\\footnotesize\\raggedright',
    ...footerLines(model).map((text) => `${escapeLatex(text.replace('* marks', 'underlined is'))}\\par`),
    '\\end{table}',
    '',
  ].join('\n');
}

const hasPaper = (model: TableModel, {id}: TableColumn): boolean =>
  model.rows.some((row) => row.cells[id]?.paper != null);

const head = ({header, direction}: TableColumn): string =>
  `${escapeLatex(header)}${direction === null ? '' : direction === 'up' ? ' $\\uparrow$' : ' $\\downarrow$'}`;

function cells(column: TableColumn, cell: TableCell, paper: boolean): string[] {
  const text = minus(meanAndStd(column, cell, ' $\\pm$ '));
  const ours = text === '' ? '--' : cell.isNearestToRetrain ? `\\underline{${text}}` : text;
  if (!paper) return [ours];
  const printed = cell.paper === null ? '--' : minus(formatNumber(cell.paper.mean));
  return [ours, printed, cell.gap === null ? '--' : minus(signed(cell.gap))];
}

/** One partial rule per column, after the three columns that describe the row. */
function rules(widths: readonly number[]): string {
  let start = 4;
  return widths
    .map((width) => {
      const rule = `\\cmidrule(lr){${start}-${start + width - 1}}`;
      start += width;
      return rule;
    })
    .join('');
}

const line = (texts: readonly string[]): string => `${texts.join(' & ')} \\\\`;
const minus = (text: string): string => text.replace(/(^|[ e])-/g, '$1$-$');

const COMMANDS: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '±': '$\\pm$',
  '−': '$-$',
  '·': '--',
  '→': '$\\to$',
  '↑': '$\\uparrow$',
  '↓': '$\\downarrow$',
  '‖': '$\\|$',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
};

/** No command of LaTeX out of data: `\input` prints as it is written (spec orchestration X9). */
const escapeLatex = (text: string): string =>
  plain(text).replace(/[\\~^±−·→↑↓‖<>]|[&%$#_{}]/g, (character) => COMMANDS[character] ?? `\\${character}`);
