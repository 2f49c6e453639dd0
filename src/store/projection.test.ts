import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {parse, stringify} from '../protocol/floats.ts';
import type {Failure, PlannedTask, RunEvent} from '../protocol/index.ts';
import {remainingSeconds} from './eta.ts';
import {fold, foldAll} from './fold.ts';
import {type EventRecord, LOG_LENGTH, type TaskState, taskByKey} from './projection.ts';
import {projectionStore} from './projectionStore.ts';
import {CAPACITY, seriesPoints} from './series.ts';

const failure: Failure = {code: 'NON_FINITE', message: 'loss is NaN', hint: '', type: 'E', stack: [], cause: null};
const KEYS = ['a', 'b', 'c', 'd'];
const planned = (key: string): PlannedTask => ({
  key,
  id: `unlearn/${key}`,
  kind: 'unlearn',
  label: key,
  row: key,
  trainSeed: 1,
  unlearnSeed: 1,
  inputs: [],
  expectedSeconds: null,
});
const started: RunEvent = {
  type: 'runStarted',
  runId: 'r',
  suiteId: 's',
  title: 'S',
  session: 'x',
  version: '0',
  command: 'imu run s.ts',
  numLanes: 2,
  device: 'cpu',
  formatVersion: 1,
};
const plan: RunEvent = {type: 'planned', tasks: KEYS.map(planned)};
const records = (events: readonly RunEvent[]): EventRecord[] =>
  events.map((event, seq) => ({seq, at: 1_000_000 + seq * 100, event}));

const key = fc.constantFrom(...KEYS);
const lane = fc.integer({min: 0, max: 1});
const value = fc.oneof(fc.double({noNaN: true, min: -9, max: 9}), fc.constant(Number.NaN));
const anyEvent: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.constant(started),
  fc.constant(plan),
  lane.map((l): RunEvent => ({type: 'laneStarted', lane: l, pid: 7, device: 'cpu', transport: 'fake'})),
  lane.map((l): RunEvent => ({type: 'laneLost', lane: l, failure})),
  key.map((k): RunEvent => ({type: 'taskFound', key: k, seconds: 1, metrics: {loss: 1}, artefacts: {}})),
  fc.tuple(key, lane).map(([k, l]): RunEvent => ({type: 'taskStarted', key: k, lane: l, attempt: 1})),
  fc.tuple(key, fc.nat(100), value).map(
    ([k, step, loss]): RunEvent => ({
      type: 'stepCompleted',
      key: k,
      step,
      numSteps: 100,
      loss,
      secondsPerStep: 0.1,
    }),
  ),
  fc
    .tuple(key, fc.nat(100), value)
    .map(([k, step, v]): RunEvent => ({type: 'metricMeasured', key: k, step, label: 'l', value: v})),
  key.map((k): RunEvent => ({type: 'taskFinished', key: k, seconds: 2, metrics: {loss: 2}, artefacts: {}})),
  fc
    .tuple(key, fc.boolean())
    .map(([k, willRetry]): RunEvent => ({type: 'taskFailed', key: k, attempt: 1, failure, willRetry})),
  fc.tuple(key, key).map(([k, by]): RunEvent => ({type: 'taskBlocked', key: k, by})),
  key.map((k): RunEvent => ({type: 'taskCancelled', key: k})),
  fc.string().map((message): RunEvent => ({type: 'logged', source: 'lane 0', level: 'info', message})),
);

/** Reads one task's state off the whole history, knowing nothing of the fold: the last word said about it that still counts. */
function stateByScanning(events: readonly RunEvent[], taskKey: string): TaskState {
  const firstPlan = events.findIndex((event) => event.type === 'planned');
  let state: TaskState = 'waiting';
  for (const event of events.slice(firstPlan)) {
    if (event.type === 'runStarted' && state !== 'finished' && state !== 'found') state = 'waiting';
    if (!('key' in event) || event.key !== taskKey) continue;
    if (event.type === 'taskFailed') state = event.willRetry ? 'waiting' : 'failed';
    const plain: Partial<Record<RunEvent['type'], TaskState>> = {
      taskFound: 'found',
      taskStarted: 'running',
      taskFinished: 'finished',
      taskBlocked: 'blocked',
      taskCancelled: 'cancelled',
    };
    state = plain[event.type] ?? state;
  }
  return state;
}

describe('the fold', () => {
  it('tells the same states and counts as a scan of the whole history, for any order of events', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, {maxLength: 60}), (events) => {
        const history = [started, plan, ...events];
        const projection = foldAll(records(history));
        const states = KEYS.map((k) => stateByScanning(history, k));
        expect(projection.tasks.map((task) => task.state)).toEqual(states);
        for (const [state, count] of Object.entries(projection.counts))
          expect(count).toBe(states.filter((known) => known === state).length);
        for (const {task} of projection.lanes)
          if (task !== null) expect(taskByKey(projection, task)?.state).toBe('running');
      }),
      {numRuns: 1_000},
    );
  });

  it('of a replayed journal ends where the live one did', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, {maxLength: 80}), (events) => {
        const history = records([started, plan, ...events]);
        const live = foldAll(history);
        const replayed = foldAll(history.map((record) => parse(stringify(record)) as EventRecord));
        expect(replayed).toEqual(live);
      }),
    );
  });

  it('is not moved by records it has seen', () => {
    const history = records([started, plan, {type: 'taskStarted', key: 'a', lane: 0, attempt: 1}]);
    const projection = foldAll(history);
    expect(foldAll(history, projection)).toBe(projection);
  });

  it('leaves what did not change as it was, and old versions as they were', () => {
    const before = foldAll(records([started, plan, {type: 'taskStarted', key: 'a', lane: 0, attempt: 1}]));
    const step = (n: number): RunEvent => ({type: 'metricMeasured', key: 'a', step: n, label: 'l', value: n});
    const one = fold(before, {seq: 10, at: 1, event: step(1)});
    const left = fold(one, {seq: 11, at: 2, event: step(2)});
    const right = fold(one, {seq: 11, at: 2, event: step(3)});
    expect(one.tasks[1]).toBe(before.tasks[1]);
    expect(one.lanes).toBe(before.lanes);
    const drawn = (p: typeof one) => seriesPoints(p.tasks[0]?.series[0] as never).map((point) => point.step);
    expect([drawn(one), drawn(left), drawn(right)]).toEqual([[1], [1, 2], [1, 3]]);
  });

  it('puts the running tasks of a killed session back to waiting', () => {
    const history: RunEvent[] = [started, plan, {type: 'taskStarted', key: 'a', lane: 0, attempt: 1}, started, plan];
    const projection = foldAll(records(history));
    expect(projection.counts).toMatchObject({waiting: 4, running: 0});
    expect(projection.run?.numSessions).toBe(2);
  });

  it('keeps a bounded log', () => {
    const line = (n: number): RunEvent => ({type: 'logged', source: 's', level: 'info', message: String(n)});
    const projection = foldAll(records(Array.from({length: LOG_LENGTH + 20}, (_, n) => line(n))));
    expect(projection.log).toHaveLength(LOG_LENGTH);
    expect(projection.log.at(-1)?.message).toBe(String(LOG_LENGTH + 19));
  });

  it('takes 100,000 events without slowing down: seconds would mean work that grows with what went before', () => {
    const start: RunEvent = {type: 'taskStarted', key: 'a', lane: 0, attempt: 1};
    const events = Array.from(
      {length: 100_000},
      (_, n): RunEvent => ({type: 'metricMeasured', key: 'a', step: n, label: 'l', value: Math.sin(n)}),
    );
    const history = records([started, plan, start, ...events]);
    const before = process.cpuUsage();
    foldAll(history);
    const {user, system} = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(6);
  });
});

describe('a series', () => {
  it('stays small and keeps lowest, highest and divergence of everything measured', () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 30_000}), fc.integer(), (length, seed) => {
        const values = Array.from({length}, (_, n) => Math.sin(n * 12.9898 + seed) * 43_758.5453);
        values[Math.floor(length / 2)] = Number.NaN;
        const events = values.map(
          (v, n): RunEvent => ({type: 'metricMeasured', key: 'a', step: n, label: 'l', value: v}),
        );
        const [series] = foldAll(records([plan, ...events])).tasks[0]?.series ?? [];
        const drawn = seriesPoints(series as never);
        const finite = drawn.map((point) => point.value).filter(Number.isFinite);
        const all = values.filter(Number.isFinite);
        expect(drawn.length).toBeLessThanOrEqual(CAPACITY + 3);
        expect(drawn.length).toBeGreaterThanOrEqual(Math.min(length, CAPACITY / 2));
        expect([Math.min(...finite), Math.max(...finite)]).toEqual([Math.min(...all), Math.max(...all)]);
        expect(drawn.some((point) => Number.isNaN(point.value))).toBe(true);
        expect(drawn.every((point, i) => i === 0 || point.step > (drawn[i - 1]?.step ?? -1))).toBe(true);
      }),
      {numRuns: 20},
    );
  });
});

describe('the time left', () => {
  it('is unknown before anything is known, then work of the waiting over the lanes plus the pace of the running', () => {
    const first: RunEvent[] = [started, plan, {type: 'taskStarted', key: 'a', lane: 0, attempt: 1}];
    expect(remainingSeconds(foldAll(records(first)), 1_001_000)).toBeNull();
    const later: RunEvent[] = [
      ...first,
      {type: 'taskFinished', key: 'a', seconds: 10, metrics: {}, artefacts: {}},
      {type: 'taskStarted', key: 'b', lane: 0, attempt: 1},
      {type: 'stepCompleted', key: 'b', step: 25, numSteps: 100, loss: 1, secondsPerStep: 0.1},
    ];
    // b: 4 s for a quarter, 12 s left; c and d: 10 s each; two lanes.
    expect(remainingSeconds(foldAll(records(later)), 1_000_400 + 4_000)).toBeCloseTo((12 + 20) / 2);
  });
});

describe('the store', () => {
  it('tells readers once for many events, within a tenth of a second, and never loses the last one', async () => {
    const store = projectionStore();
    let numCalls = 0;
    store.subscribe(() => numCalls++);
    for (const record of records([started, plan])) store.push(record);
    for (let n = 0; n < 50; n++)
      store.push({seq: 100 + n, at: n, event: {type: 'metricMeasured', key: 'a', step: n, label: 'l', value: n}});
    expect(numCalls).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(numCalls).toBe(1);
    store.push({seq: 1_000, at: 9, event: {type: 'taskCancelled', key: 'b'}});
    store.close();
    expect(numCalls).toBe(2);
    expect(store.get().counts.cancelled).toBe(1);
  });
});
