import {describe, expect, it} from 'vitest';
import {overlayLines} from './overlay.ts';

const rising = [0, 1, 2, 3].map((step) => ({step, value: step}));
const falling = [0, 1, 2, 3].map((step) => ({step, value: 3 - step}));
const plain = {ascii: true, colour: false};
const draw = (all: (readonly {step: number; value: number}[])[], theme = plain): string[] =>
  overlayLines(
    all.map((points, index) => ({points, letter: 'AB'[index] ?? '?', colour: index === 0 ? 'cyan' : 'yellow'})),
    {width: 4, height: 4, low: 0, high: 3, theme},
  ).map((line) => line.map(({text}) => text).join(''));

describe('curves over each other', () => {
  it('are drawn in their letters without colour', () => {
    expect(draw([rising, falling])).toEqual(['B  A', ' BA ', ' AB ', 'A  B']);
  });

  it('share one scale of steps, so that a short curve is short', () => {
    expect(draw([rising, falling.slice(0, 2)])).toEqual(['B  A', ' BA ', ' A  ', 'A   ']);
  });

  it('take turns where they lie on each other', () => {
    const rows = draw([rising, rising]);
    expect(rows.join('')).toContain('A');
    expect(rows.join('')).toContain('B');
  });

  it('leave a gap where a value is not finite, and nothing where there is no value', () => {
    const broken = rising.map(({step, value}) => ({step, value: step === 1 ? Number.NaN : value}));
    expect(draw([broken]).join('').replaceAll(' ', '')).toBe('AAA');
    expect(draw([[]]).join('').trim()).toBe('');
  });
});
