import {forTerminal, type Line, type Span} from './parts/line.ts';
import type {Colour, Theme} from './theme.ts';
import type {Size} from './views/view.ts';

/** Puts frames on a terminal and writes no more than what changed. */
export interface Painter {
  paint(lines: readonly Line[], size: Size, theme: Theme): void;
  /** The next frame is written whole: somebody else wrote on the screen, or its size changed. */
  forget(): void;
}

/**
 * Ink takes every cell of a screen apart at every frame: 10 ms at 120×40 in colour, where this takes less than 1. Ink keeps what it is good at (the
 * alternate screen, raw mode, keys, the way out) and is given an empty frame; lines go to the terminal from here.
 */
export function painter(write: (text: string) => void): Painter {
  let shown: readonly Row[] = [];
  return {
    forget: () => {
      shown = [];
    },
    paint(lines, {columns, rows}, theme) {
      const isNew = shown.length !== rows;
      const next = Array.from({length: rows}, (_, index) => rowOf(lines[index] ?? [], columns, theme));
      const changes = next.map((row, index) => changeOf(isNew ? null : (shown[index] as Row), row, index));
      shown = next;
      const text = changes.join('');
      if (text !== '') write(`${BEGIN}${text}${END}`);
    },
  };
}

/** One frame is shown at once where the terminal can do so; no line runs over into the next; the cursor waits at the top, where a stray line break does no harm. */
const BEGIN = '\u001b[?2026h\u001b[?7l';
const END = '\u001b[0m\u001b[H\u001b[?7h\u001b[?2026l';

/** Cells of one line: characters and, for each, how it looks. */
interface Row {
  readonly characters: readonly string[];
  readonly styles: readonly string[];
  /** One character is one column: what has others is written as a whole. */
  readonly isEven: boolean;
}

function rowOf(line: Line, columns: number, theme: Theme): Row {
  const characters: string[] = [];
  const styles: string[] = [];
  for (const piece of forTerminal(line, theme)) {
    const style = styleOf(piece);
    for (const character of piece.text) {
      if (characters.length === columns) break;
      characters.push(character);
      styles.push(style);
    }
  }
  return {characters, styles, isEven: !characters.some(isWide)};
}

/** Everything that this program draws by itself takes one column. */
const isWide = (character: string): boolean => {
  const code = character.codePointAt(0) as number;
  return (code >= 0x0300 && code < 0x0370) || (code >= 0x1100 && code < 0x2000) || code >= 0x2e80;
};

/** From the first cell that differs to the last one. */
function changeOf(before: Row | null, after: Row, index: number): string {
  if (before === null) return `${goTo(index, 0)}\u001b[0m\u001b[2K${cells(after, 0, after.characters.length)}`;
  const length = after.characters.length;
  const isSame = (cell: number): boolean =>
    before.characters[cell] === after.characters[cell] && before.styles[cell] === after.styles[cell];
  let first = 0;
  while (first < length && isSame(first)) first++;
  if (first === length && before.characters.length === length) return '';
  if (!before.isEven || !after.isEven) return changeOf(null, after, index);
  if (before.characters.length > length) return `${goTo(index, first)}${cells(after, first, length)}\u001b[0m\u001b[K`;
  let end = length;
  while (end > first && isSame(end - 1)) end--;
  return `${goTo(index, first)}${cells(after, first, end)}`;
}

const goTo = (row: number, column: number): string => `\u001b[${row + 1};${column + 1}H`;

function cells({characters, styles}: Row, from: number, to: number): string {
  let text = '';
  let style: string | null = null;
  for (let cell = from; cell < to; cell++) {
    if (styles[cell] !== style) {
      style = styles[cell] as string;
      text += `\u001b[0${style}m`;
    }
    text += characters[cell];
  }
  return text;
}

const COLOURS: Readonly<Record<Colour, number>> = {
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
  gray: 90,
};

function styleOf({colour, bold = false, dim = false, inverse = false}: Span): string {
  return `${bold ? ';1' : ''}${dim ? ';2' : ''}${inverse ? ';7' : ''}${colour ? `;${COLOURS[colour]}` : ''}`;
}
