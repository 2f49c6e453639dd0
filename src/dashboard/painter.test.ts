import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {painter} from './painter.ts';
import {forTerminal, type Line, span} from './parts/line.ts';
import type {Colour, Theme} from './theme.ts';

const theme: Theme = {ascii: false, colour: true};

/** A terminal that knows the few sequences a painter may write, and refuses all others. */
function terminal(columns: number, rows: number) {
  const cells = Array.from({length: rows}, () => Array<string>(columns).fill('~'));
  let [row, column, style] = [0, 0, ''];
  const cell = (character: string): string => (character === ' ' && style === '' ? ' ' : `${style}${character}`);
  return {
    write(text: string): void {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it reads what a terminal reads
      for (const [all, parameters, final] of text.matchAll(/\u001b\[([?0-9;]*)([A-Za-z])|[\s\S]/gu)) {
        if (final === 'H') [row = 1, column = 1] = (parameters || '1;1').split(';').map(Number);
        if (final === 'H') [row, column] = [row - 1, column - 1];
        else if (final === 'm') style = parameters === '0' ? '' : (parameters as string);
        else if (final === 'K') {
          for (let at = parameters === '2' ? 0 : column; at < columns; at++) (cells[row] as string[])[at] = ' ';
        } else if (final === 'h' || final === 'l') expect(['?2026', '?7']).toContain(parameters);
        else if (final !== undefined) throw new Error(`a painter has no business with ${JSON.stringify(all)}`);
        else {
          if (column < columns) (cells[row] as string[])[column] = cell(all);
          column++;
        }
      }
    },
    lines: (): string[] => cells.map((line) => line.join('').trimEnd()),
  };
}

const COLOURS: readonly (Colour | null)[] = [null, 'cyan', 'yellow'];
const spans = fc.record({
  text: fc.string({unit: fc.constantFrom('a', 'b', ' ', '✓', '●'), maxLength: 6}),
  colour: fc.constantFrom(...COLOURS),
  bold: fc.boolean(),
  inverse: fc.boolean(),
});
const frames = fc.array(fc.array(fc.array(spans, {maxLength: 5}), {maxLength: 4}), {minLength: 1, maxLength: 6});

describe('a painter', () => {
  it('leaves on the screen what the last frame says, whatever stood there before', () => {
    fc.assert(
      fc.property(frames, (shown) => {
        const size = {columns: 20, rows: 4};
        const [kept, fresh] = [terminal(size.columns, size.rows), terminal(size.columns, size.rows)];
        const brush = painter(kept.write);
        for (const lines of shown) brush.paint(lines, size, theme);
        painter(fresh.write).paint(shown.at(-1) as readonly Line[], size, theme);
        expect(kept.lines()).toEqual(fresh.lines());
      }),
      {numRuns: 200},
    );
  });

  it('writes nothing where nothing changed, and a word where a word did', () => {
    const written: string[] = [];
    const brush = painter((text) => written.push(text));
    const frame = (word: string): Line[] => [
      [span('name'.padEnd(80)), span(word, {colour: 'cyan'}), span(' the rest')],
    ];
    brush.paint(frame('43%'), {columns: 120, rows: 3}, theme);
    brush.paint(frame('43%'), {columns: 120, rows: 3}, theme);
    expect(written).toHaveLength(1);
    brush.paint(frame('44%'), {columns: 120, rows: 3}, theme);
    expect(written[1]).toContain('\u001b[1;82H\u001b[0;36m4\u001b[0m');
    expect(written[1]?.length).toBeLessThan(70);
  });

  it('writes a line with wide characters as a whole', () => {
    const written: string[] = [];
    const brush = painter((text) => written.push(text));
    brush.paint([[span('模型 a')]], {columns: 20, rows: 1}, theme);
    brush.paint([[span('模型 b')]], {columns: 20, rows: 1}, theme);
    expect(written[1]).toContain('模型 b');
  });

  it('never lets a line be longer than the screen', () => {
    const screen = terminal(5, 1);
    painter(screen.write).paint([[span('abcdefgh')]], {columns: 5, rows: 1}, theme);
    expect(screen.lines()).toEqual(['abcde']);
    expect(forTerminal([span('a\u001b[2Jb')], theme)).toEqual([{text: 'ab', colour: null}]);
  });
});
