import {crc32} from 'node:zlib';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Failure, RunEvent} from '../protocol/index.ts';
import {hugeRun} from './fixtures/hugeRun.ts';
import {plannedTask, randomEvents} from './fixtures/randomEvents.ts';
import {foldAll} from './fold.ts';
import {type EventRecord, empty, recordOf, type TaskView} from './projection.ts';
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

const lossesOf = (key: string): RunEvent[] =>
  [0, 1, 2].map((step) => ({type: 'metricMeasured', key, step, label: 'l', value: [Number.NaN, -0, 3][step] ?? 0}));

const FAILURE: Failure = {code: 'INTERNAL', message: 'm', hint: '', type: 'T', stack: [], cause: null};

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

describe('what was traced of a task', () => {
  const traced = foldAll(records([{type: 'planned', tasks: [plannedTask('a'), plannedTask('b')]}, ...lossesOf('a')]));
  const isDecoded = (task: TaskView | undefined, field: 'series' | 'influence' | 'weights'): boolean =>
    task !== undefined && 'value' in (Object.getOwnPropertyDescriptor(task, field) ?? {});

  it('is decoded when it is first looked at, and is the same ever after', () => {
    const [task, other] = decodeProjection(encodeProjection(traced)).tasks;
    expect([isDecoded(task, 'series'), isDecoded(task, 'influence'), isDecoded(other, 'series')]).toEqual([
      false,
      false,
      true,
    ]);
    expect(Object.keys(task ?? {})).toEqual(Object.keys(traced.tasks[0] ?? {}));
    const first = task?.series;
    expect(first).toEqual(traced.tasks[0]?.series);
    expect([isDecoded(task, 'series'), isDecoded(task, 'influence'), isDecoded(task, 'weights')]).toEqual([
      true,
      true,
      true,
    ]);
    expect(task?.series).toBe(first);
    expect({...task}.series).toBe(first);
  });

  it('goes into copies of the task, and into JSON', () => {
    const [copied, told] = [1, 2].map(() => decodeProjection(encodeProjection(traced)).tasks[0]);
    expect({...copied}).toEqual(traced.tasks[0]);
    expect(JSON.stringify(told)).toBe(JSON.stringify(traced.tasks[0]));
  });

  it('is encoded again as it was read, unseen', () => {
    const text = encodeProjection(traced);
    const decoded = decodeProjection(text);
    const next = foldAll(
      records([{type: 'taskFailed', key: 'b', attempt: 1, failure: FAILURE, willRetry: false}], 100),
      decoded,
    );
    const again = encodeProjection(next);
    expect(isDecoded(next.tasks[0], 'series')).toBe(false);
    expect(next.tasks[0]).toBe(decoded.tasks[0]);
    expect(decodeProjection(again)).toEqual(next);
  });
});

describe('a snapshot', () => {
  it('with any byte of it changed is refused, whether it is looked at or not', () => {
    const bytes = Buffer.from(encodeProjection(foldAll(records(randomEvents(6, 400)))));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({min: 1, max: 255}), (at, by) => {
        const harmed = Buffer.from(bytes);
        harmed[at] = (harmed[at] as number) ^ by;
        expect(() => decodeProjection(harmed.toString('utf8'))).toThrow();
      }),
      {numRuns: 500},
    );
  });

  it('of another format, cut, or of something else is refused', () => {
    const text = encodeProjection(foldAll(records(randomEvents(5, 200))));
    const other = text.replace(`"format":${SNAPSHOT_FORMAT}`, '"format":999');
    for (const bad of ['', '{}', 'x', other, text.slice(0, text.lastIndexOf('\n')), `${text}\n[]`])
      expect(() => decodeProjection(bad)).toThrow();
    expect(decodeProjection(encodeProjection(empty()))).toEqual(empty());
  });

  it('of these events is this one: where the fold makes another of them, raise SNAPSHOT_FORMAT and set the sum anew', () => {
    const texts = [1, 2, 3].map((seed) => encodeProjection(foldAll(records(randomEvents(seed, 3_000)))));
    expect({format: SNAPSHOT_FORMAT, sum: crc32(texts.join(''))}).toEqual({format: 3, sum: 3126767314});
  });
});
