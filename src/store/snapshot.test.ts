import {crc32} from 'node:zlib';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {RunEvent} from '../protocol/index.ts';
import {hugeRun} from './fixtures/hugeRun.ts';
import {plannedTask, randomEvents} from './fixtures/randomEvents.ts';
import {type EventRecord, empty, foldAll, recordOf} from './projection.ts';
import {CAPACITY, seriesPoints} from './series.ts';
import {decodeProjection, encodeProjection, SNAPSHOT_FORMAT} from './snapshot.ts';

const records = (events: readonly RunEvent[], from = 0): EventRecord[] =>
  events.map((event, n) => ({seq: from + n, at: 1_000_000 + (from + n) * 700, event}));

const history = fc
  .tuple(fc.integer(), fc.integer({min: 0, max: 150}))
  .map(([seed, numEvents]) => randomEvents(seed, numEvents));

/** Points of one curve, with steps that lie evenly or not, and values of every kind. */
const curve = fc
  .tuple(fc.integer({min: 0, max: 3 * CAPACITY}), fc.constantFrom(1, 10, 0.1), fc.nat(), fc.boolean())
  .map(([length, by, seed, isEven]) =>
    Array.from({length}, (_, n): RunEvent => {
      const value = [Number.NaN, -0, Number.NEGATIVE_INFINITY][(n * 7 + seed) % 501] ?? Math.sin(n + seed) * 1e3;
      return {type: 'metricMeasured', key: 'a', step: (isEven ? n : n + (n % 3) / 4) * by, label: 'l', value};
    }),
  );

describe('a projection that was encoded and decoded', () => {
  it('equals what it was, to the last bit, and folds on as that does', () => {
    fc.assert(
      fc.property(history, history, (before, after) => {
        const projection = foldAll(records(before));
        const decoded = decodeProjection(encodeProjection(projection));
        expect(decoded).toEqual(projection);
        const next = records(after, before.length);
        expect(foldAll(next, decoded)).toEqual(foldAll(next, foldAll(records(before))));
      }),
      {numRuns: 1_000},
    );
  });

  it('has curves of any length that go on as they would have, with groups that are still filling', () => {
    fc.assert(
      fc.property(curve, curve, (before, after) => {
        const known: RunEvent[] = [{type: 'planned', tasks: [plannedTask('a')]}, ...before];
        const from = foldAll(records(known));
        const decoded = decodeProjection(encodeProjection(from));
        expect(decoded).toEqual(from);
        const shifted = after.map(
          (event): RunEvent => (event.type === 'metricMeasured' ? {...event, step: event.step + 1e5} : event),
        );
        const next = records(shifted, known.length);
        const [ours, theirs] = [foldAll(next, decoded), foldAll(next, from)].map(({tasks}) => tasks[0]?.series ?? []);
        expect(ours).toEqual(theirs);
        expect(ours?.map(seriesPoints)).toEqual(theirs?.map(seriesPoints));
      }),
      {numRuns: 60},
    );
  }, 60_000);

  it('may be an old version of a curve that has grown since', () => {
    const points = Array.from(
      {length: 10},
      (_, step): RunEvent => ({type: 'metricMeasured', key: 'a', step, label: 'l', value: step}),
    );
    const old = foldAll(records([{type: 'planned', tasks: [plannedTask('a')]}, ...points]));
    foldAll(records(points, 100), old);
    foldAll(records([{type: 'metricMeasured', key: 'a', step: 10, label: 'l', value: 9}], 100), old);
    const [series] = decodeProjection(encodeProjection(old)).tasks[0]?.series ?? [];
    expect(seriesPoints(series as never)).toEqual(points.map((_, step) => ({step, value: step})));
  });

  it('of a run of thousands of tasks is exact, and smaller than its journal', () => {
    const {entries} = hugeRun({numRows: 6, numTrainSeeds: 4, numUnlearnSeeds: 4, numEvents: 5_000});
    const projection = foldAll([...entries()].map(recordOf));
    const text = encodeProjection(projection);
    expect(decodeProjection(text)).toEqual(projection);
    expect(encodeProjection(decodeProjection(text))).toBe(text);
  });
});

describe('a snapshot', () => {
  it('of another format, cut, or of something else is refused', () => {
    const text = encodeProjection(foldAll(records(randomEvents(5, 200))));
    const other = text.replace(`"format":${SNAPSHOT_FORMAT}`, '"format":999');
    for (const bad of ['', '{}', 'x', other, text.slice(0, text.lastIndexOf('\n')), `${text}\n[]`])
      expect(() => decodeProjection(bad)).toThrow();
    expect(decodeProjection(encodeProjection(empty()))).toEqual(empty());
  });

  it('of these events is this one: where the fold makes another of them, raise SNAPSHOT_FORMAT and set the sum anew', () => {
    const texts = [1, 2, 3].map((seed) => encodeProjection(foldAll(records(randomEvents(seed, 3_000)))));
    expect({format: SNAPSHOT_FORMAT, sum: crc32(texts.join(''))}).toEqual({format: 1, sum: 2434844596});
  });
});
