import {describe, expect, it} from 'vitest';
import {formatNumber} from '../../report/formats/numbers.ts';
import {contextOf, manifest, moments, records, textOf, until} from '../fixtures/viewContexts.ts';
import {verdictCell, verdictEnd, verdictGrid, verdictView} from './verdict.ts';

const done = until(1);
const show = (columns: number, rows: number, cursor = {row: 0, column: 0}): string =>
  textOf(verdictView(contextOf(done, {screen: {cursors: {verdict: cursor}}}), {columns, rows}));
const words = (text: string): string => text.replace(/\s+/g, ' ');

/** Values of a row in a column by train seed, straight from the journal. */
function measured(row: string, column: string): readonly {train: number | null; value: number}[] {
  return manifest.plan.tasks.flatMap((task) => {
    const finished = records.find(({event}) => event.type === 'taskFinished' && event.key === task.key)?.event;
    if (task.spec.kind !== 'evaluate' || task.row !== row || finished?.type !== 'taskFinished') return [];
    return [{train: task.trainSeed, value: finished.metrics[column] as number}];
  });
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe.each([
  [40, 30],
  [80, 24],
  [120, 60],
  [300, 80],
])('the verdict at %i × %i', (columns, rows) => {
  it('begins with the first sentence', () => {
    const [sentence = ''] = contextOf(done).verdict.sentences;
    expect(words(show(columns, rows)).startsWith(words(sentence).slice(0, 60))).toBe(true);
  });

  it('always has Retrain and Original, and trivial baselines by that word', () => {
    const text = show(columns, rows, {row: 99, column: 0});
    for (const label of ['Retrain', 'Original']) expect(text).toMatch(new RegExp(`^.${label}`, 'm'));
    expect(show(columns, 80)).toContain('trivial');
  });

  it('tells of the cell under the cursor value, gap and noise as sums over the journal give them', () => {
    const context = contextOf(done);
    const {rows: ids, columns: names} = verdictGrid(context);
    const at = {row: ids.indexOf('simnpo'), column: names.indexOf('forgetLoss')};
    const text = words(show(columns, rows, at));
    const own = measured('simnpo', 'forgetLoss');
    const retrained = measured('retrain', 'forgetLoss');
    const gap = mean(
      own.map(({train, value}) => value - (retrained.find((other) => other.train === train)?.value ?? 0)),
    );
    expect(text).toContain(`SimNPO, l_f: ${formatNumber(mean(own.map(({value}) => value)))} ± `);
    expect(text).toContain(`gap +${formatNumber(gap)} ± `);
    expect(text).toContain('beyond seed noise');
    expect(text).toContain('paper 7.44');
  });
});

describe('the verdict', () => {
  it('has value, gap and word of every cell where there is room, columns by columns', () => {
    const text = show(300, 80);
    const row = text.split('\n').find((line) => /^.GA /.test(line)) ?? '';
    for (const column of manifest.suite.columns.map(({id}) => id)) {
      expect(row).toContain(formatNumber(mean(measured('ga', column).map(({value}) => value))));
    }
    expect(row.match(/beyond/g)).toHaveLength(4);
    expect(row).toContain('[6.95]');
  });

  it('leaves columns out rather than cutting numbers, and never the one under the cursor', () => {
    for (const column of [0, 1, 2, 3]) {
      const text = show(40, 24, {row: 3, column});
      expect(text).toContain(manifest.suite.columns[column]?.header);
      expect(text).toMatch(/▸\d+\.\d\d±\d\.\d\d/);
    }
  });

  it('keeps the row under the cursor in sight', () => {
    const {rows} = verdictGrid(contextOf(done));
    for (const [row, id] of rows.entries()) {
      const label = manifest.suite.rows.find((known) => known.id === id)?.label ?? '';
      expect(show(80, 14, {row, column: 0})).toMatch(new RegExp(`^▸${label}`, 'm'));
    }
  });

  it('scrolls its words to the last finding while the table stays', () => {
    const size = {columns: 80, rows: 24};
    const at = (verdict: number): string => textOf(verdictView(contextOf(done, {screen: {scrolls: {verdict}}}), size));
    const end = verdictEnd(contextOf(done), size);
    const finding = contextOf(done).verdict.findings.at(-1) ?? '';
    expect(end).toBeGreaterThan(0);
    expect(words(at(end))).toContain(words(finding).slice(-30));
    const table = (text: string): string => text.slice(text.indexOf('against Retrain'));
    expect(table(at(end))).toBe(table(at(0)));
  });

  it('says what is missing while nothing is measured', () => {
    const text = textOf(verdictView(contextOf(moments.empty as never), {columns: 80, rows: 40}));
    expect(text).toMatch(/^No verdict yet/);
    expect(text).toContain('no value yet');
  });

  it('lists Retrain and Original first and every row once, and holds the cursor within', () => {
    const context = contextOf(done, {screen: {cursors: {verdict: {row: 99, column: -3}}}});
    const {rows, columns} = verdictGrid(context);
    expect(rows.slice(0, 2)).toEqual(['retrain', 'original']);
    expect(rows.toSorted()).toEqual(manifest.suite.rows.map(({id}) => id).toSorted());
    expect(verdictCell(context)).toEqual({row: rows.at(-1), column: columns[0]});
  });
});
