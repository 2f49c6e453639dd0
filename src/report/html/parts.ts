import type {TableCell, TableColumn} from '../aggregate.ts';
import {formatFor, formatNumber} from '../formats/numbers.ts';
import {type Content, html, type Markup, raw} from './markup.ts';

/** `KL_r` as it is set in print. */
export function header(text: string): Content {
  const [, base, index] = text.match(/^([^_]+)_([^_]+)$/) ?? [];
  return base === undefined || index === undefined ? text : html`${base}<sub>${index}</sub>`;
}

/** A sentence with every column it names set as `header` does. */
export function sentence(text: string, columns: readonly {readonly header: string}[]): Content {
  const names = columns.map((column) => column.header).filter((name) => name.includes('_'));
  // A number and its spread stay on one line.
  const joined = text.replaceAll(' ± ', '\u00a0±\u00a0');
  if (names.length === 0) return joined;
  const longestFirst = names.toSorted((a, b) => b.length - a.length).map(escapeRegExp);
  const parts = joined.split(new RegExp(`(?<![\\w])(${longestFirst.join('|')})(?![\\w])`));
  return parts.map((part, index) => (index % 2 === 1 ? header(part) : part));
}

const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

export const arrow = (column: TableColumn): Content =>
  column.direction === null
    ? null
    : html` <span class="arrow" title="the paper's arrow">${column.direction === 'up' ? '↑' : '↓'}</span>`;

/** `3.53 ± 0.09`, aligned at its digits where it stands in a column. */
export function meanAndSpread(column: TableColumn, cell: TableCell): Content {
  if (cell.mean === null) return html`<span class="none">no value</span>`;
  return html`${minus(formatFor(column, cell.mean))}${spread(cell.std)}`;
}

/** ` ± 0.09`, or the room for it. */
export const spread = (value: number | null): Markup =>
  html`<span class="spread">${value === null ? '' : `± ${formatNumber(value)}`}</span>`;

/** A true minus sign is as wide as a plus. */
export const minus = (text: string): string => text.replace(/^-/, '−');

/** A table in a box of its own that scrolls where the page is narrow, by keyboard too. */
export const scrollBox = (label: string, table: Markup): Markup =>
  html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${table}</div>`;

/** A command with its button; without scripts the button is not shown. */
export const command = (text: string): Markup =>
  html`<div class="command"><code>${text}</code><button type="button" class="copy">Copy</button></div>`;

export const shortKey = (key: string): string => key.slice(0, 12);

/** `0.71 s`, `2 min 17 s`. */
export function duration(seconds: number): string {
  if (seconds < 59.95) return `${seconds < 9.995 ? seconds.toFixed(2) : seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${whole % 60} s`;
}

/** `2026-11-20 19:15 UTC`. */
export const moment = (iso: string): Markup =>
  html`<time datetime="${iso}">${iso.replace('T', ' ').replace(/:\d\d(\.\d+)?Z$/, ' UTC')}</time>`;

export function bytes(size: number): string {
  if (size < 1_000) return `${size} B`;
  return size < 1_000_000 ? `${(size / 1_000).toFixed(1)} kB` : `${(size / 1_000_000).toFixed(1)} MB`;
}

/** A fold; the heading keeps its place in the outline. */
export const fold = (summary: Content, content: Content, {open = false, id = ''} = {}): Markup =>
  html`<details${id === '' ? null : html` id="${id}"`}${open ? raw(' open') : null}><summary>${summary}</summary>${content}</details>`;
