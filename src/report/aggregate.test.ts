import {describe, expect, it} from 'vitest';
import {tableOfResults} from './aggregate.ts';
import {handMadeRun} from './fixture.ts';
import {nearestPoint, nearestTable} from './nearest.ts';
import {PAPER_TABLES, paperCell, paperTable} from './paper.ts';
import {splitStd, std} from './statistics.ts';

const {manifest, results} = handMadeRun();
const model = tableOfResults(manifest, results);
const row = (id: string) => model.rows.find((known) => known.id === id);
const cell = (id: string, column: string) => row(id)?.cells[column];

describe('the table of results', () => {
  it('has Original and Retrain first, whatever the order of the suite', () => {
    expect(model.rows.map(({id}) => id)).toEqual(['original', 'retrain', 'imu', 'ga']);
  });

  it('has mean, std (ddof 1) and the split of the spread as worked out by hand', () => {
    expect(cell('imu', 'retainLoss')).toMatchObject({
      n: 4,
      mean: 3,
      std: Math.sqrt(14 / 3),
      stdTrain: Math.sqrt(4.5),
      stdUnlearn: expect.closeTo(Math.sqrt(2.5), 12),
      paper: {mean: 3.86, std: null},
    });
    expect(cell('imu', 'retainLoss')?.gap).toBeCloseTo(-0.86);
  });

  it('says what is missing and never averages over it', () => {
    expect(row('ga')?.numExpected).toBe(4);
    expect(cell('ga', 'retainLoss')).toMatchObject({n: 3, mean: 4, std: 0});
    const nothing = tableOfResults(manifest, new Map()).rows[2]?.cells.retainLoss;
    expect(nothing).toMatchObject({n: 0, mean: null, std: null, gap: null});
  });

  it('lets a diverged run make the mean NaN', () => {
    const key = 'key-evaluate/imu/t1/u1';
    const known = results.get(key);
    if (known === undefined) throw new Error('no such result');
    const diverged = {...known, outputs: {values: [{label: 'retainLoss', value: Number.NaN, numSamples: 9}]}};
    const table = tableOfResults(manifest, new Map([...results, [key, diverged]]));
    expect(table.rows.find(({id}) => id === 'imu')?.cells.retainLoss?.mean).toBeNaN();
  });

  it('marks what is nearest to Retrain, not what is highest', () => {
    const marked = model.rows.flatMap(({id, cells}) =>
      Object.entries(cells).flatMap(([column, {isNearestToRetrain}]) =>
        isNearestToRetrain ? [`${id} ${column}`] : [],
      ),
    );
    expect(marked).toEqual(['imu retainLoss', 'imu forgetKl']);
    expect(cell('ga', 'forgetKl')?.mean).toBeGreaterThan(cell('imu', 'forgetKl')?.mean ?? 9);
  });

  it('leads from every value to the task that measured it', () => {
    expect(cell('imu', 'retainLoss')?.values[2]).toEqual({
      value: 3,
      trainSeed: 2,
      unlearnSeed: 1,
      taskKey: 'key-evaluate/imu/t2/u1',
    });
  });
});

describe('statistics', () => {
  it('of fewer than two values have no spread', () => {
    expect(std([1])).toBeNull();
    expect(splitStd([{value: 1, trainSeed: 1, unlearnSeed: null}])).toEqual({stdTrain: null, stdUnlearn: null});
  });
});

describe("the paper's tables", () => {
  it('are all there, each row under a name of its own', () => {
    expect(PAPER_TABLES.map(({id}) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `table${n}`));
    for (const {rows} of PAPER_TABLES) expect(new Set(rows.map(({id}) => id)).size).toBe(rows.length);
    expect(paperCell(paperTable('table3'), 'IMU', 'kl_f')).toEqual({mean: 3.96, std: null});
    expect(paperCell(paperTable('table3'), 'Original', 'kl_f')).toBeNull();
  });
});

describe('the nearest point', () => {
  const trajectory = {
    steps: [0, 10, 20, 30],
    labels: ['a', 'b', 'c'],
    values: [
      [1, 10, 0],
      [2, 20, 1],
      [2.2, 30, 2],
      [Number.NaN, 22, 3],
    ],
  };

  it('has the least relative distance over the columns both have', () => {
    const point = nearestPoint(trajectory, {a: 2, b: 22, other: 5});
    expect(point).toMatchObject({step: 10, values: {a: 2, b: 20, c: 1}});
    expect(point?.distance).toBeCloseTo(Math.sqrt((2 / 22) ** 2 / 2));
  });

  it('is null where nothing can be compared', () => {
    expect(nearestPoint(trajectory, {other: 1})).toBeNull();
    expect(nearestPoint({...trajectory, values: [[], [], [], []]}, {a: 1})).toBeNull();
  });

  it('makes a second table with the step it was read at', () => {
    const measured = {
      steps: [5, 6],
      labels: ['retainLoss', 'forgetKl'],
      values: [
        [3, 3],
        [3.9, 4],
      ],
    };
    const runs = [1, 2].map((unlearnSeed) => ({
      row: 'imu',
      trainSeed: 1,
      unlearnSeed,
      taskKey: 'k',
      trajectory: measured,
    }));
    const table = nearestTable(manifest, [...runs, {...runs[0], row: 'retrain'} as (typeof runs)[number]]);
    expect(table?.rows.map(({id}) => id)).toEqual(['imu']);
    expect(table?.rows[0]?.cells.step).toMatchObject({n: 2, mean: 6});
    expect(table?.rows[0]?.cells.retainLoss?.gap).toBeCloseTo(0.04);
  });
});
