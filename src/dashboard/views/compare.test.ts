import {describe, expect, it} from 'vitest';
import {contextOf, keyOf, manifest, records, textOf, until} from '../fixtures/viewContexts.ts';
import {short} from '../parts/text.ts';
import {compareView} from './compare.ts';

const done = until(1);
const IDS = ['unlearn/ga/t42/u1', 'unlearn/imu-official/t42/u1', 'unlearn/imu-sound/t42/u1'];
const show = (ids: readonly string[], columns: number, rows = 300): string =>
  textOf(compareView(contextOf(done, {screen: {marked: ids.map(keyOf)}}), {columns, rows}));

describe.each([40, 80, 120])('marked tasks at %i columns', (columns) => {
  const text = show(IDS, columns);

  it('each have a letter, and the value that their curve ended with', () => {
    for (const [index, id] of IDS.entries()) {
      const values = records.flatMap(({event}) =>
        event.type === 'metricMeasured' && event.key === keyOf(id) && event.label === 'retainLoss' ? [event.value] : [],
      );
      const line = text.split('\n').find((known) => known.startsWith('ABC'[index] as string)) ?? '';
      expect(line).toContain('done');
      expect(line).toContain(short(values.at(-1) as number));
    }
  });

  it('are drawn in their letters where there is no colour', () => {
    const charts = text.slice(text.indexOf('curves'), text.indexOf('parameters that differ'));
    for (const letter of 'ABC') expect(charts).toContain(letter.repeat(2));
    for (const label of ['retainLoss', 'forgetLoss', 'stepLoss']) expect(charts).toContain(label);
  });
});

describe('comparing', () => {
  it('lists the parameters that differ and no others', () => {
    const params = IDS.slice(1).map((id) => {
      const spec = manifest.plan.tasks.find((task) => task.id === id)?.spec;
      return spec?.kind === 'unlearn' ? spec.params : {};
    });
    const names = Object.keys(params[0] ?? {});
    const differing = names.filter((name) => JSON.stringify(params[0]?.[name]) !== JSON.stringify(params[1]?.[name]));
    const text = show(IDS.slice(1), 120);
    const rows = text.slice(text.indexOf('parameters that differ')).split('\n').slice(2);
    expect(differing.length).toBeGreaterThan(3);
    expect(rows.map((line) => line.split(' ')[0]).toSorted()).toEqual(differing.toSorted());
  });

  it('in colour draws fine lines that bear their letters', () => {
    const context = contextOf(done, {screen: {marked: IDS.map(keyOf)}, theme: {ascii: false, colour: true}});
    const spans = compareView(context, {columns: 120, rows: 300}).flat();
    const bold = spans.filter(({bold, colour, text}) => bold && colour && /^[ABC]$/.test(text));
    expect(new Set(bold.map(({text}) => text))).toEqual(new Set(['A', 'B', 'C']));
    expect(new Set(bold.map(({colour}) => colour)).size).toBe(3);
    expect(spans.some(({text}) => /[\u2801-\u28ff]/.test(text))).toBe(true);
  });

  it('of an evaluation shows the curves of what made its model, and ends with their values, which are on the same samples', () => {
    const values = (id: string): string | undefined =>
      show([id, IDS[1] as string], 80)
        .split('\n')
        .find((line) => line.startsWith('A'))
        ?.replace(/^.*done/, '');
    expect(values('evaluate/ga/t42/u1')).toBe(values('unlearn/ga/t42/u1'));
    expect(show(['evaluate/ga/t42/u1', IDS[1] as string], 80)).toContain('on the first 200 samples of each set');
  });

  it('of fewer than two says how to mark', () => {
    expect(show([], 80)).toMatch(/Nothing is marked\.\nMark two or more tasks with space/);
    expect(show([IDS[0] as string], 80)).toContain('Only unlearn/ga/t42/u1 is marked.');
  });

  it('passes over marks of tasks that the plan no longer has', () => {
    const context = contextOf(done, {screen: {marked: ['gone', ...IDS.map(keyOf)]}});
    expect(textOf(compareView(context, {columns: 80, rows: 100}))).toContain('A  unlearn/ga/t42/u1');
  });
});
