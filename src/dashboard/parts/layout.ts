import type {Theme} from '../theme.ts';
import {cut, dim, type Line, lengthOf, type Span, span} from './line.ts';

/** A rule with a title: what stands below belongs together. */
export function heading(title: string, width: number, {ascii}: Theme): Line {
  const rule = ascii ? '-' : '─';
  const room = Math.max(0, width - [...title].length - 3);
  return cut([dim(`${rule} `), span(title, {bold: true}), dim(` ${rule.repeat(room)}`)], width);
}

/** Items side by side, as many to a line as fit; none is broken, one that is longer than a line is cut. */
export function flow(items: readonly Line[], width: number): readonly Line[] {
  const lines: Line[] = [];
  let line: Line = [];
  for (const item of items) {
    const joined: Line = line.length === 0 ? item : [...line, span('  '), ...item];
    if (lengthOf(joined) <= width) {
      line = joined;
      continue;
    }
    if (line.length > 0) lines.push(line);
    line = cut(item, width);
  }
  return line.length === 0 ? lines : [...lines, line];
}

/** A word and its value; an item for `flow`. */
export const fact = (name: string, value: string): Line => [dim(`${name} `), span(value)];

/** Two blocks beside each other; the left one is `leftWidth` wide. */
export function beside(left: readonly Line[], right: readonly Line[], leftWidth: number): readonly Line[] {
  return Array.from({length: Math.max(left.length, right.length)}, (_, row) => [
    ...padded(left[row] ?? [], leftWidth),
    span('  '),
    ...(right[row] ?? []),
  ]);
}

/** Blocks of one width in rows of `perRow`. */
export function tiled(blocks: readonly (readonly Line[])[], perRow: number, blockWidth: number): readonly Line[] {
  const [first = [], ...others] = blocks.slice(0, perRow);
  if (blocks.length === 0) return [];
  const row = others.reduce<readonly Line[]>(
    (left, block, index) => beside(left, block, (index + 1) * (blockWidth + 2) - 2),
    first,
  );
  return [...row, ...tiled(blocks.slice(perRow), perRow, blockWidth)];
}

/** How many blocks stand in a row, and how wide and high each is, so that all are seen at once where that is possible. */
export interface Grid {
  readonly perRow: number;
  readonly width: number;
  readonly height: number;
}

export interface GridRoom {
  readonly width: number;
  readonly height: number;
  readonly leastWidth: number;
  readonly leastHeight: number;
  readonly mostHeight: number;
}

export function gridOf(numBlocks: number, room: GridRoom): Grid {
  const most = Math.max(1, Math.floor((room.width + 2) / (room.leastWidth + 2)));
  const numRows = Math.max(1, Math.ceil(numBlocks / most));
  const perRow = Math.max(1, Math.ceil(numBlocks / numRows));
  const height = Math.max(room.leastHeight, Math.min(room.mostHeight, Math.floor(room.height / numRows)));
  return {perRow, width: Math.floor((room.width + 2) / perRow) - 2, height};
}

/** The lines from `first` on that fit, and below them where in the whole they stand. `first` past the end shows the end. */
export function scrolled(lines: readonly Line[], first: number, numRows: number): readonly Line[] {
  if (lines.length <= numRows) return lines;
  if (numRows < 2) return lines.slice(0, Math.max(0, numRows));
  const room = numRows - 1;
  const from = Math.max(0, Math.min(Math.floor(first), lines.length - room));
  const below = lines.length - room - from;
  const where = `lines ${from + 1}-${from + room} of ${lines.length}${below > 0 ? `, ${below} more below` : ', the end'}`;
  return [...lines.slice(from, from + room), [dim(where)]];
}

/** The last line that scrolling may begin with. */
export const lastScroll = (numLines: number, numRows: number): number =>
  numLines <= numRows ? 0 : numLines - Math.max(1, numRows - 1);

/** Neighbours of one style become one span: a terminal is told of a style once. */
export function joined(line: Line): Line {
  const out: Span[] = [];
  for (const piece of line) {
    const last = out.at(-1);
    const isAlike =
      last !== undefined && last.colour === piece.colour && last.bold === piece.bold && last.dim === piece.dim;
    if (isAlike) out[out.length - 1] = {...last, text: last.text + piece.text};
    else out.push(piece);
  }
  return out;
}

/** Exactly `width` characters. */
export function padded(line: Line, width: number): Line {
  const length = lengthOf(line);
  if (length > width) return cut(line, width);
  return length === width ? line : [...line, span(' '.repeat(width - length))];
}
