import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {flow, gridOf, lastScroll, scrolled, tiled} from './layout.ts';
import {lengthOf, span} from './line.ts';
import {tableLines} from './table.ts';
import {bytes, percent, short, spelled, valueText, wrap} from './text.ts';

describe('text', () => {
  it('wrapped is as wide as it may be at most, and loses no word', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-zé€]{1,20}$/u), {minLength: 1}),
        fc.integer({min: 1, max: 30}),
        (words, width) => {
          const lines = wrap(words.join(' '), width);
          for (const line of lines) expect([...line].length).toBeLessThanOrEqual(width);
          expect(lines.join('').replaceAll(' ', '')).toBe(words.join(''));
        },
      ),
    );
  });

  it('of a number has three digits and eight characters at most', () => {
    expect([0, 2.4, -0.0213, 1234.5, 1.2e-7, -98_765, 1e9, Number.NaN].map(short)).toEqual([
      '0',
      '2.40',
      '-0.0213',
      '1235',
      '1.2e-7',
      '-98765',
      '1.0e9',
      'NaN',
    ]);
    fc.assert(fc.property(fc.double(), (value) => short(value).length <= 8));
  });

  it('of a share is not rounded to nothing or all', () => {
    expect([0, 0.001, 0.5, 0.999, 1].map(percent)).toEqual(['0 %', '<1 %', '50 %', '>99 %', '100 %']);
  });

  it('of a size has its unit', () => {
    expect([0, 999, 1_348_000, 139e9].map(bytes)).toEqual(['0 B', '999 B', '1.3 MB', '139 GB']);
  });

  it('of a parameter reads as words', () => {
    expect(valueText({kind: 'exact', damping: 0.01})).toBe('exact, damping 0.01');
    expect(valueText([{label: 'a', x: 1}, 'b'])).toBe('a, b');
    expect([valueText(null), valueText(false)]).toEqual(['none', 'false']);
  });

  it('spells signs out where there is only ASCII', () => {
    expect(spelled('Σ √x ≈ β', {ascii: true, colour: false})).toBe('sum sqrt x ~ beta');
  });
});

describe('a table', () => {
  const columns = [
    {header: 'name', importance: 9, least: 6, cells: ['a-very-long-name', 'b']},
    {header: 'n', importance: 8, align: 'right' as const, cells: ['1234', '5']},
    {header: 'extra', importance: 1, cells: ['x', 'y']},
  ];
  const text = (width: number): string[] =>
    tableLines(columns, width).map((line) =>
      line
        .map(({text}) => text)
        .join('')
        .trimEnd(),
    );

  it('cuts names before it leaves columns out, and those before it cuts a number', () => {
    expect(text(40)[1]).toBe('a-very-long-name  1234  x');
    expect(text(20)[1]).toBe('a-v…ame  1234  x');
    expect(text(13)).toEqual(['name        n', 'a-v…ame  1234', 'b           5']);
  });

  it('is never wider than it may be', () => {
    for (let width = 12; width < 50; width++)
      for (const line of tableLines(columns, width)) expect(lengthOf(line)).toBeLessThanOrEqual(width);
  });
});

describe('a layout', () => {
  it('flows whole items only', () => {
    expect(
      flow([[span('aaaa')], [span('bbbb')], [span('cc')]], 10).map((line) => line.map(({text}) => text).join('')),
    ).toEqual(['aaaa  bbbb', 'cc']);
  });

  it('scrolls to the end at most, and says where it stands', () => {
    const lines = Array.from({length: 10}, (_, i) => [span(String(i))]);
    const text = (first: number): string[] =>
      scrolled(lines, first, 4).map((line) => line.map(({text}) => text).join(''));
    expect(text(0)).toEqual(['0', '1', '2', 'lines 1-3 of 10, 7 more below']);
    expect(text(99)).toEqual(['7', '8', '9', 'lines 8-10 of 10, the end']);
    expect(lastScroll(10, 4)).toBe(7);
    expect([scrolled(lines, 5, 10).length, lastScroll(10, 10)]).toEqual([10, 0]);
  });

  it('sets blocks in rows within the width', () => {
    const room = {width: 80, height: 30, leastWidth: 34, leastHeight: 7, mostHeight: 16};
    const grid = gridOf(5, room);
    expect(grid).toEqual({perRow: 2, width: 39, height: 10});
    const block = [[span('x'.repeat(39))]];
    const lines = tiled([block, block, block], 2, 39);
    expect(lines.map((line) => line.reduce((sum, {text}) => sum + text.length, 0))).toEqual([80, 39]);
  });
});
