import {describe, expect, it} from 'vitest';
import {foldAll} from '../../store/fold.ts';
import {asciiTheme, contextOf, records, textOf, until} from '../fixtures/viewContexts.ts';
import {lengthOf} from '../parts/line.ts';
import {suiteView} from './suite.ts';
import {resultLines} from './suiteResults.ts';

const done = contextOf(until(1));
const shown = (columns: number, rows: number): string => textOf(resultLines(done, {columns, rows}));

describe('the results below the matrix', () => {
  it('are mean and spread of every row, with a star at what lies nearest to Retrain', () => {
    const text = shown(74, 12);
    for (const {label} of done.table.rows) expect(text).toContain(label);
    expect(text).toMatch(/No-op +4 {2}1\.99 ±0\.01\* {2}0\.03 ±0\.01\*/);
    expect(text).toMatch(/NPO +3\/4 {2}4\.00 ±0\.01 /);
  });

  it("have the paper's numbers beside ours, below them, or not at all, as there is room", () => {
    expect(shown(120, 12)).toContain('4.29 ±0.01  [4.24]');
    expect(shown(74, 20)).toMatch(/GA +4 {2}4\.29 .*\n {2}paper +4\.24 +2\.21 +6\.95 +3\.42/);
    expect(shown(74, 12)).not.toContain('4.24');
  });

  it('say how many rows are out of sight, and where they are', () => {
    expect(shown(40, 8)).toContain('… 4 rows more: 4 Verdict');
    expect(shown(74, 5)).toBe('');
  });

  it('fit every width, in ASCII too', () => {
    for (const theme of [done.theme, asciiTheme])
      for (const columns of [8, 20, 40, 74, 120, 300])
        for (const line of resultLines({...done, theme}, {columns, rows: 20}))
          expect(lengthOf(line)).toBeLessThanOrEqual(columns);
  });

  it('are not made before anything is measured, nor where there is no room', () => {
    const unwanted = {
      get table(): never {
        throw new Error('made');
      },
    };
    const before = contextOf(foldAll(records.slice(0, 2)));
    for (const [context, rows] of [
      [before, 40],
      [contextOf(until(0.6)), 12],
    ] as const)
      expect(() =>
        suiteView(Object.defineProperties({...context}, Object.getOwnPropertyDescriptors(unwanted)), {
          columns: 80,
          rows,
        }),
      ).not.toThrow();
  });

  it('stand still while tasks come and go', () => {
    const rowOf = (share: number): number =>
      textOf(suiteView(contextOf(until(share)), {columns: 120, rows: 40}))
        .split('\n')
        .findIndex((line) => line.includes('results,'));
    const places = new Set([0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8].map(rowOf));
    expect([...places]).toHaveLength(1);
  });
});
