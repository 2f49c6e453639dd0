import {ascii, plain} from '../../report/plain.ts';
import type {Colour, Theme} from '../theme.ts';

/** A piece of a line in one style. */
export interface Span {
  readonly text: string;
  readonly colour?: Colour | null;
  readonly dim?: boolean;
  readonly bold?: boolean;
  /** Foreground and background change places: where the cursor stands. */
  readonly inverse?: boolean;
}

export type Line = readonly Span[];

export const span = (text: string, style: Omit<Span, 'text'> = {}): Span => ({text, ...style});
export const dim = (text: string): Span => ({text, dim: true});
export const lengthOf = (line: Line): number => line.reduce((sum, {text}) => sum + [...text].length, 0);

/** Exactly `width` characters, the end cut with an ellipsis: rows must never wrap. */
export function fitEnd(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text + ' '.repeat(width - characters.length);
  return width <= 1 ? characters.slice(0, width).join('') : `${characters.slice(0, width - 1).join('')}…`;
}

/** As fitEnd, but the middle is cut: the ends of a task's id tell most. */
export function fitMiddle(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width || width < 3) return fitEnd(text, width);
  const tail = Math.ceil((width - 1) / 2);
  return `${characters.slice(0, width - 1 - tail).join('')}…${characters.slice(-tail).join('')}`;
}

export const fitLeft = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - [...text].length)) + [...text].slice(0, width).join('');

/** The first of the spans that fit, whole ones only: numbers are dropped rather than cut. */
export function fitSpans(spans: readonly Span[], width: number): Line {
  const kept: Span[] = [];
  let left = width;
  for (const piece of spans) {
    const length = [...piece.text].length;
    if (length > left) break;
    kept.push(piece);
    left -= length;
  }
  return kept;
}

/** At most `width` characters; what is cut off is shown by an ellipsis. */
export function cut(line: Line, width: number): Line {
  if (lengthOf(line) <= width) return line;
  const kept: Span[] = [];
  let left = width - 1;
  for (const piece of line) {
    const characters = [...piece.text];
    kept.push({...piece, text: characters.slice(0, left).join('')});
    left -= characters.length;
    if (left <= 0) break;
  }
  return [...kept, dim('…')];
}

/**
 * The line as it may be printed: text of data made harmless, ASCII where asked, styles only where they show. Spaces at the end are left out: Ink
 * takes every character apart at every redraw.
 */
export function forTerminal(line: Line, theme: Theme): Line {
  const clean = theme.ascii ? ascii : plain;
  const spans = line.map(
    ({text, colour, ...style}): Span => ({...style, text: clean(text), colour: theme.colour ? (colour ?? null) : null}),
  );
  while (spans.length > 0) {
    const last = spans.pop() as Span;
    const text = last.text.trimEnd();
    if (text !== '') return [...spans, {...last, text}];
  }
  return spans;
}
