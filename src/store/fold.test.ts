import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {PlannedTask, RunEvent} from '../protocol/index.ts';
import {failureOf, plannedTask, randomEvents} from './fixtures/randomEvents.ts';
import {fold, foldAll} from './fold.ts';
import {type EventRecord, empty, LOG_LENGTH, type Projection, type TaskState, taskByKey} from './projection.ts';
import {seriesPoints} from './series.ts';
import {encodeProjection} from './snapshot.ts';

const records = (events: readonly RunEvent[]): EventRecord[] =>
  events.map((event, seq) => ({seq, at: 1_000_000 + seq * 700, event}));

const history = fc
  .tuple(fc.integer(), fc.integer({min: 0, max: 120}))
  .map(([seed, numEvents]) => randomEvents(seed, numEvents));

const oneByOne = (from: Projection, events: readonly EventRecord[]): Projection => events.reduce(fold, from);

describe('many events at once', () => {
  it('fold as they do one by one, in whatever lots they come', () => {
    fc.assert(
      fc.property(history, fc.array(fc.integer({min: 1, max: 40})), (events, lots) => {
        const all = records(events);
        let projection = empty();
        let at = 0;
        for (const length of [...lots, all.length]) {
          projection = foldAll(all.slice(at, at + length), projection);
          at += length;
        }
        expect(projection).toEqual(oneByOne(empty(), all));
      }),
      {numRuns: 1_500},
    );
  });

  it('leave the projection they began from as it was, to be folded on another way', () => {
    fc.assert(
      fc.property(history, history, history, (before, left, right) => {
        const from = foldAll(records(before));
        const kept = drawn(from);
        const next = (events: readonly RunEvent[]) =>
          records(events).map((record) => ({...record, seq: record.seq + before.length}));
        foldAll(next(left), from);
        const other = foldAll(next(right), from);
        expect(drawn(from)).toEqual(kept);
        expect(drawn(other)).toEqual(drawn(foldAll([...records(before), ...next(right)])));
      }),
      {numRuns: 500},
    );
  });

  it('keep the identity of what none of them changed, and of everything where all are known', () => {
    const from = foldAll(records([started, plan, begun('a', 0), begun('b', 1)]));
    const metric: RunEvent = {type: 'metricMeasured', key: 'a', step: 1, label: 'l', value: 1};
    const next = foldAll(
      [10, 11, 12].map((seq) => ({seq, at: 1, event: metric})),
      from,
    );
    expect(next.tasks[0]).not.toBe(from.tasks[0]);
    for (const index of [1, 2, 3]) expect(next.tasks[index]).toBe(from.tasks[index]);
    for (const part of ['run', 'counts', 'durations', 'log', 'lanes', 'indexByKey'] as const)
      expect(next[part]).toBe(from[part]);
    expect(foldAll(records([started, plan]), next)).toBe(next);
    expect(foldAll([], next)).toBe(next);
  });

  it('keep the last lines of the log, however many came at once', () => {
    for (const numLines of [0, 1, LOG_LENGTH, LOG_LENGTH + 1, 5 * LOG_LENGTH + 3]) {
      const lines = Array.from(
        {length: numLines},
        (_, n): RunEvent => ({type: 'logged', source: 's', level: 'info', message: String(n)}),
      );
      expect(foldAll(records(lines)).log.map(({message}) => message)).toEqual(
        lines.slice(-LOG_LENGTH).map((_, n) => String(Math.max(0, numLines - LOG_LENGTH) + n)),
      );
    }
  });
});

describe('a projection', () => {
  it('tells what a scan of the whole history tells, for any order of any events', () => {
    fc.assert(
      fc.property(history, (events) => {
        const projection = foldAll(records(events));
        const planned = lastPlan(events);
        expect(
          projection.tasks.map(({plan: {key}, state, metrics, artefacts}) => ({key, state, metrics, artefacts})),
        ).toEqual(planned.map(({key}) => ({key, ...lastWord(events, key)})));
        for (const [state, count] of Object.entries(projection.counts))
          expect(count).toBe(projection.tasks.filter((task) => task.state === state).length);
        expect(projection.run?.isPaused ?? false).toBe(isPausedByScanning(events));
        expect(projection.lanes.map(({lane, numStarts}) => [lane, numStarts])).toEqual(startsByScanning(events));
        expect(projection.durations).toEqual(durationsByScanning(events));
        expect(projection.numUnknown).toBe(events.filter(({type}) => (type as string) === 'taskAdmired').length);
      }),
      {numRuns: 10_000},
    );
  }, 120_000);

  it('has every lane work on a task that runs, and no task on two lanes', () => {
    fc.assert(
      fc.property(history, (events) => {
        const projection = foldAll(records(events));
        const held = projection.lanes.flatMap(({task}) => (task === null ? [] : [task]));
        for (const key of held) expect(taskByKey(projection, key)?.state).toBe('running');
        expect(new Set(held).size).toBe(held.length);
      }),
      {numRuns: 2_000},
    );
  });

  it('raises the version of its metrics whenever a table would change', () => {
    fc.assert(
      fc.property(history, (events) => {
        let before = empty();
        for (const record of records(events)) {
          const after = fold(before, record);
          const changed = JSON.stringify(metricsOf(before)) !== JSON.stringify(metricsOf(after));
          if (changed) expect(after.metricsVersion).toBeGreaterThan(before.metricsVersion);
          before = after;
        }
      }),
      {numRuns: 500},
    );
  });

  it('counts events of a type that it does not know, and is otherwise as without them', () => {
    const before = foldAll(records([started, plan, begun('a', 0)]));
    const unknown = {type: 'taskAdmired', key: 'a'} as unknown as RunEvent;
    const {seq, at, rate, numUnknown, ...after} = fold(before, {seq: 9, at: before.at, event: unknown});
    const {seq: _seq, at: _at, rate: _rate, numUnknown: _numUnknown, ...same} = before;
    expect([seq, at, rate.count, numUnknown]).toEqual([9, before.at, before.rate.count + 1, 1]);
    expect(after).toEqual(same);
    expect(after.tasks).toBe(before.tasks);
  });

  it('passes over events of a form that it does not know, and counts them', () => {
    const forms = [null, 7, {}, {type: 'planned'}, {type: 'planned', tasks: [null]}, {type: 'laneMeasured'}, {type: 4}];
    const known = records([started, plan, begun('a', 0)]);
    const odd = forms.map((event, n) => ({seq: 10 + n, at: 9, event: event as unknown as RunEvent}));
    const {tasks, lanes, counts, numUnknown} = foldAll([...known, ...odd]);
    expect({tasks, lanes, counts}).toMatchObject({
      tasks: foldAll(known).tasks,
      lanes: foldAll(known).lanes,
      counts: foldAll(known).counts,
    });
    // A measurement of no lane is of a lane that is not there, which is nothing odd.
    expect(numUnknown).toBe(forms.length - 1);
  });

  it('folds journals of version 0.1.0, which named neither artefacts nor a format', () => {
    const {formatVersion: _, ...oldStart} = started as Extract<RunEvent, {type: 'runStarted'}>;
    const found = {type: 'taskFound', key: 'a', seconds: 1, metrics: {loss: 1}};
    const finished = {type: 'taskFinished', key: 'b', seconds: 2, metrics: {loss: 2}};
    const projection = foldAll(records([oldStart, plan, found, begun('b', 0), finished] as RunEvent[]));
    expect(projection.tasks.slice(0, 2).map(({state, artefacts}) => [state, artefacts])).toEqual([
      ['found', {}],
      ['finished', {}],
    ]);
  });

  it('has what was asked for again wait as if it had never begun, but for why it failed', () => {
    const failed: RunEvent = {type: 'taskFailed', key: 'a', attempt: 2, failure, willRetry: false};
    const before = foldAll(records([started, plan, begun('a', 0), failed]));
    const after = fold(before, {seq: 9, at: 9, event: {type: 'taskRequeued', key: 'a'}});
    expect(before.counts).toMatchObject({failed: 1, waiting: 3});
    expect(after.counts).toMatchObject({failed: 0, waiting: 4});
    expect(after.tasks[0]).toEqual({...foldAll(records([plan])).tasks[0], failure});
  });
});

const failure = failureOf('the loss is NaN');
const started = randomEvents(1, 4_000).find(({type}) => type === 'runStarted') as RunEvent;
const plan: RunEvent = {type: 'planned', tasks: ['a', 'b', 'c', 'd'].map(plannedTask)};
const begun = (key: string, lane: number): RunEvent => ({type: 'taskStarted', key, lane, attempt: 1});

/** All of a projection that anybody sees; buffers of curves, which versions share, as they are drawn. */
function drawn(projection: Projection): unknown {
  return {text: encodeProjection(projection), points: projection.tasks.map(({series}) => series.map(seriesPoints))};
}

const metricsOf = ({tasks}: Projection): unknown => tasks.map(({plan: {key}, metrics}) => [key, metrics]);

function lastPlan(events: readonly RunEvent[]): readonly PlannedTask[] {
  const planned = events.findLast((event) => event.type === 'planned');
  return planned?.type === 'planned' ? planned.tasks : [];
}

const ENDS: Partial<Record<RunEvent['type'], TaskState>> = {
  taskFound: 'found',
  taskStarted: 'running',
  taskFinished: 'finished',
  taskBlocked: 'blocked',
  taskCancelled: 'cancelled',
};

interface Word {
  readonly state: TaskState;
  readonly metrics: Readonly<Record<string, number>> | null;
  readonly artefacts: object;
}

/** What the history last says of a task, knowing nothing of the fold: of the events about it, those that still count, read backwards. */
function lastWord(events: readonly RunEvent[], key: string): Word {
  const counting = eventsThatCount(events, key);
  const turning = counting.findLast(({type}) => type in ENDS || type === 'taskFailed');
  const done = counting.findLast(({type}) => type === 'taskFound' || type === 'taskFinished');
  const isDone = done?.type === 'taskFound' || done?.type === 'taskFinished';
  return {
    state: turning === undefined ? 'waiting' : stateAfter(turning),
    metrics: isDone ? done.metrics : null,
    artefacts: isDone ? (done.artefacts ?? {}) : {},
  };
}

function stateAfter(event: RunEvent): TaskState {
  if (event.type === 'taskFailed') return event.willRetry ? 'waiting' : 'failed';
  return ENDS[event.type] ?? 'waiting';
}

/** A start and a request begin a new story; so does a session, unless the task is done; so does a plan that brings the task back. */
function eventsThatCount(events: readonly RunEvent[], key: string): RunEvent[] {
  let isPlanned = false;
  let counting: RunEvent[] = [];
  for (const event of events) {
    if (event.type === 'planned') {
      const wasPlanned = isPlanned;
      isPlanned = event.tasks.some((task) => task.key === key);
      if (!(wasPlanned && isPlanned)) counting = [];
    } else if (event.type === 'runStarted') {
      const turning = counting.findLast(({type}) => type in ENDS || type === 'taskFailed');
      if (turning?.type !== 'taskFound' && turning?.type !== 'taskFinished') counting = [];
    } else if (isPlanned && 'key' in event && event.key === key) {
      if (event.type === 'taskStarted' || event.type === 'taskRequeued') counting = [];
      counting.push(event);
    }
  }
  return counting;
}

function isPausedByScanning(events: readonly RunEvent[]): boolean {
  const session = events.slice(events.findIndex(({type}) => type === 'runStarted'));
  const isStarted = events.some(({type}) => type === 'runStarted');
  const last = session.findLast(({type}) => ['runStarted', 'runPaused', 'runResumed'].includes(type));
  return isStarted && last?.type === 'runPaused';
}

function startsByScanning(events: readonly RunEvent[]): [number, number][] {
  const session = events.slice(events.findLastIndex(({type}) => type === 'runStarted') + 1);
  const lanes = session.flatMap((event) => (event.type === 'laneStarted' ? [event.lane] : []));
  return [...new Set(lanes)].sort().map((lane) => [lane, lanes.filter((other) => other === lane).length]);
}

function durationsByScanning(events: readonly RunEvent[]): Projection['durations'] {
  const durations: Record<string, {count: number; seconds: number}> = {};
  for (const [index, event] of events.entries()) {
    if (event.type !== 'taskFinished') continue;
    const task = lastPlan(events.slice(0, index)).find(({key}) => key === event.key);
    if (task === undefined) continue;
    for (const name of task.row === null ? [task.kind] : [task.kind, `${task.kind}/${task.row}`]) {
      const known = durations[name] ?? {count: 0, seconds: 0};
      durations[name] = {count: known.count + 1, seconds: known.seconds + event.seconds};
    }
  }
  return durations;
}
