import {describe, expect, it} from 'vitest';
import {foldAll} from '../store/fold.ts';
import type {TaskView} from '../store/projection.ts';
import {recordedRun} from './fixtures/recordedRun.ts';
import {initialScreen} from './screenState.ts';
import {parseFilter} from './taskFilter.ts';
import {orderTasks} from './taskOrder.ts';
import {gapToRetrain, metricOf} from './taskValues.ts';

const {manifest, records} = recordedRun();
const projection = foldAll(records);
const {tasks} = projection;

const kept = (text: string): readonly TaskView[] => {
  const filter = parseFilter(text, manifest, () => projection);
  if ('error' in filter) throw new Error(filter.error);
  return tasks.filter(filter.matches);
};
const errorOf = (text: string): string => {
  const filter = parseFilter(text, manifest, () => projection);
  return 'error' in filter ? filter.error : '';
};
const order = (key: string, isDescending = false, filter = ''): readonly TaskView[] =>
  orderTasks(manifest, projection, {...initialScreen, filter, sort: {key, isDescending}}, 0).indices.map(
    (index) => tasks[index] as TaskView,
  );

describe('a filter', () => {
  it.each<[string, (task: TaskView) => boolean]>([
    ['', () => true],
    ['IMU', ({plan}) => plan.id.includes('imu')],
    ['imu t42', ({plan}) => plan.id.includes('imu') && plan.id.includes('t42')],
    ['status:fail', ({state}) => state === 'failed'],
    ['status:done', ({state}) => state === 'finished'],
    ['row:imu', ({plan}) => plan.row?.startsWith('imu') ?? false],
    ['row:shared', ({plan}) => plan.row === null],
    ['seed:42', ({plan}) => plan.trainSeed === 42 || plan.unlearnSeed === 42],
    ['seed:u1', ({plan}) => plan.unlearnSeed === 1],
    ['kind:train', ({plan}) => plan.kind === 'train'],
    ['kind:evaluate forgetLoss<4', (task) => task.plan.kind === 'evaluate' && (metricOf(task, 'forgetLoss') ?? 9) < 4],
    ['attempt>=2', ({attempt}) => attempt >= 2],
  ])('%j keeps the tasks that it says', (text, expected) => {
    const wanted = tasks.filter(expected);
    expect(wanted.length).toBeGreaterThan(0);
    expect(kept(text)).toEqual(wanted);
  });

  it.each([
    ['what:1', 'no field what: there are status, row, kind, lane, seed'],
    ['status:nice', 'no status nice: there are waiting, running, found'],
    ['forgetlos<2', 'no number forgetlos: there are retainLoss'],
    ['forgetLoss<much', 'forgetLoss< needs a number, such as forgetLoss<2.5'],
  ])('%j says what is allowed, and everything is shown', (text, message) => {
    expect(errorOf(text)).toContain(message);
    expect(order('plan', false, text)).toHaveLength(tasks.length);
  });
});

describe('the order of Runs', () => {
  it('is the plan, or by a number with what has none at the end in either direction', () => {
    expect(order('plan')).toEqual(tasks);
    for (const isDescending of [false, true]) {
      const values = order('forgetLoss', isDescending).map((task) => metricOf(task, 'forgetLoss'));
      const numbers = values.filter((value) => value !== null && !Number.isNaN(value)) as number[];
      expect(numbers).toEqual(numbers.toSorted((a, b) => (isDescending ? b - a : a - b)));
      expect(values.slice(0, numbers.length)).toEqual(numbers);
    }
  });

  it('by state has first what needs somebody', () => {
    expect(
      order('state')
        .slice(0, 2)
        .map(({state}) => state),
    ).toEqual(['failed', 'blocked']);
  });

  it('by gap has the mean distance from the retrained model of the same train seed', () => {
    const task = tasks.find(({plan}) => plan.id === 'evaluate/imu-sound/t7/u1') as TaskView;
    const retrained = tasks.find(({plan}) => plan.id === 'evaluate/retrain/t7') as TaskView;
    const gaps = manifest.suite.columns.map(({id}) =>
      Math.abs((task.metrics?.[id] ?? 0) - (retrained.metrics?.[id] ?? 0)),
    );
    expect(gapToRetrain(manifest, projection, task)).toBeCloseTo(gaps.reduce((a, b) => a + b, 0) / gaps.length, 12);
    expect(order('gap')[0]?.plan.row).toBe('retrain');
  });
});
