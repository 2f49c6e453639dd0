import {describe, expect, it} from 'vitest';
import {countBelow, histogramLines} from './histogram.ts';
import type {Line} from './line.ts';

const text = (lines: readonly Line[]): string[] =>
  lines.map((line) =>
    line
      .map(({text}) => text)
      .join('')
      .trimEnd(),
  );
const ascii = {ascii: true, colour: false};
const blocks = {ascii: false, colour: false};
const draw = (
  edges: number[],
  counts: number[],
  width: number,
  theme = ascii,
  marks: {at: number; letter: string}[] = [],
) => text(histogramLines({edges, counts}, {width, height: 2, theme, marks, colourOf: () => null}));

describe('a histogram', () => {
  it('has bars as high as its counts, and shows a bin that holds one of many', () => {
    expect(draw([0, 1, 2, 3], [1000, 500, 1], 10)).toEqual(['  1000#', '      ##.', '     0---', '      0 3.00']);
    expect(draw([0, 1, 2, 3], [16, 8, 4], 10, blocks).slice(0, 2)).toEqual(['    16█', '      ██▄']);
  });

  it('puts neighbours together where there are more bins than room', () => {
    expect(draw([0, 1, 2, 3, 4], [1, 1, 4, 0], 9)[0]).toBe('     4 #');
  });

  it('marks a place where it lies, and points to one beyond the axis', () => {
    const edges = [-4, -3, -2, -1, 0, 1, 2, 3, 4];
    const axis = (at: number): string =>
      (draw(edges, [1, 1, 1, 1, 1, 1, 1, 1], 15, ascii, [{at, letter: 'T'}])[2] ?? '').slice(6);
    expect(axis(-3.5)).toBe('T-------');
    expect(axis(0.5)).toBe('----T---');
    expect(axis(-9)).toBe('<-------');
    expect(axis(9)).toBe('------->');
  });

  it('of one value, or of none, is still drawn', () => {
    expect(draw([2, 2], [7], 10)[1]).toContain('###');
    expect(draw([], [], 10)).toEqual(['no scores']);
  });
});

describe('samples below a score', () => {
  it('are whole bins, and the share of the one that it falls into', () => {
    const histogram = {edges: [-2, -1, 0, 1], counts: [3, 5, 8]};
    expect([-3, -1, -0.5, 0, 0.25, 5].map((score) => countBelow(histogram, score))).toEqual([0, 3, 5.5, 8, 10, 16]);
    expect(countBelow({edges: [1, 1], counts: [4]}, 0)).toBeNull();
  });
});
