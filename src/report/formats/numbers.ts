import type {TableCell, TableColumn, TableRow} from '../aggregate.ts';

/** Two decimals, as the paper prints (JSON and CSV hold all of them); large values in powers of ten. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'inf' : '-inf';
  return Math.abs(value) >= 1e5 ? value.toExponential(1) : value.toFixed(2).replace(/^-(0\.00)$/, '$1');
}

/** Steps and other counts are whole where they can be. */
export function formatFor(column: TableColumn, value: number): string {
  return column.unit === 'steps' && Number.isInteger(value) ? String(value) : formatNumber(value);
}

/** `3.83 ± 0.02`, `3.83`, or '' for a cell without values. */
export function meanAndStd(column: TableColumn, cell: TableCell, plusMinus = ' ± '): string {
  if (cell.mean === null) return '';
  const spread = cell.std === null ? '' : `${plusMinus}${formatNumber(cell.std)}`;
  return `${formatFor(column, cell.mean)}${spread}`;
}

export const signed = (value: number): string => (value > 0 ? `+${formatNumber(value)}` : formatNumber(value));

/** Values in the row's emptiest cell that has any, of those planned: `3`, or `2/3` while some are missing. */
export function countOf(row: TableRow): string {
  const counts = Object.values(row.cells).flatMap(({n}) => (n > 0 ? [n] : []));
  const n = counts.length === 0 ? 0 : Math.min(...counts);
  return n === row.numExpected ? String(n) : `${n}/${row.numExpected}`;
}

const ARROWS = {up: '↑', down: '↓'};

export const headerOf = ({header, direction}: TableColumn): string =>
  direction === null ? header : `${header} ${ARROWS[direction]}`;
