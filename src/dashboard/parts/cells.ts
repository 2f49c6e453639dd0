/** A character with what combines with it, and the cells it takes on a terminal. */
export interface Cell {
  readonly character: string;
  readonly numCells: 1 | 2;
}

/** The text by cells. A mark that combines belongs to the character before it. */
export function cellsOf(text: string): readonly Cell[] {
  const cells: Cell[] = [];
  for (const character of text) {
    const last = cells.at(-1);
    if (last !== undefined && isZeroWidth(character)) {
      cells[cells.length - 1] = {character: last.character + character, numCells: last.numCells};
    } else cells.push({character, numCells: isWide(character) ? 2 : 1});
  }
  return cells;
}

export const isZeroWidth = (character: string): boolean => character > '\u007f' && ZERO_WIDTH.test(character);

/** East Asian characters and emoji that are pictures by default. */
export const isWide = (character: string): boolean => character > '\u10ff' && WIDE.test(character);

const ZERO_WIDTH = /^(?:\p{Mn}|\p{Me}|\p{Cf})$/u;
const WIDE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u;
