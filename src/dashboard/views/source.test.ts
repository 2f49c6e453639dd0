import {describe, expect, it} from 'vitest';
import {contextOf, manifest, moments, records, textOf, until} from '../fixtures/viewContexts.ts';
import {sourceView} from './source.ts';
import {verdictGrid} from './verdict.ts';

const done = until(1);
const grid = verdictGrid(contextOf(done));
const cursor = {row: grid.rows.indexOf('imu-sound'), column: grid.columns.indexOf('forgetLoss')};
const words = (text: string): string => text.replace(/\s+/g, ' ');

describe.each([40, 80, 120])('the source of a number at %i columns', (columns) => {
  const text = textOf(sourceView(contextOf(done, {screen: {cursors: {verdict: cursor}}}), {columns, rows: 400}));

  it('says what it is: formula, sets, ideal, and where the arrow of the paper points', () => {
    expect(text).toContain('IMU sound, l_f ↑');
    for (const part of [
      'formula l = −(1/NT)',
      'measured on forgetTest, every sample',
      "ideal the retrained model's",
      'arrow of the paper up',
    ])
      expect(words(text)).toContain(part);
  });

  it('has every value as the journal tells it, with its seeds and the keys of its tasks', () => {
    const evaluations = manifest.plan.tasks.filter(({spec, row}) => spec.kind === 'evaluate' && row === 'imu-sound');
    expect(evaluations).toHaveLength(4);
    for (const {key, inputs} of evaluations) {
      const finished = records.find(({event}) => event.type === 'taskFinished' && event.key === key)?.event;
      const value = finished?.type === 'taskFinished' ? (finished.metrics.forgetLoss as number) : Number.NaN;
      expect(text).toContain(String(Number(value.toPrecision(7))));
      expect(text).toContain(key.slice(0, 12));
      expect(text).toContain(inputs.model?.slice(0, 12));
    }
  });

  it('ends with the command that makes them again', () => {
    expect(words(text)).toContain('imu reproduce table3 --rows imu-sound');
  });
});

describe('the source', () => {
  it('of a cell without values says that there are none', () => {
    const context = contextOf(moments.empty as never, {screen: {cursors: {verdict: cursor}}});
    expect(textOf(sourceView(context, {columns: 80, rows: 40}))).toContain('none yet');
  });
});
