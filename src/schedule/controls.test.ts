import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay, setImmediate} from 'node:timers/promises';
import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Plan, Task} from '../plan/task.ts';
import type {FailureCode, RunEvent} from '../protocol/index.ts';
import {ImuError} from '../protocol/index.ts';
import {foldAll} from '../store/fold.ts';
import {openStore} from '../store/index.ts';
import {filePlan, fileSuite, fileTask} from './chaos/fileSuite.ts';
import type {MortalSidecar} from './chaos/mortalSidecar.ts';
import {openMortalSidecar} from './chaos/mortalSidecar.ts';
import type {Controls} from './controls.ts';
import type {Execute, TaskOutcome} from './execute.ts';
import type {RunSuiteRequest, RunSuiteResult} from './runSuite.ts';
import {runSuite} from './runSuite.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'imu-controls-'));
});
afterEach(() => rmSync(root, {recursive: true}));

/** Far above what any of these takes: longer means that it would never end. */
const HANG_MS = 20_000;

/** A run whose tasks end when, and as, the test says. */
interface HeldRun {
  readonly controls: Controls;
  readonly events: readonly RunEvent[];
  readonly result: Promise<RunSuiteResult>;
  /** Ids of the tasks that run, in the order in which they began. */
  running(): string[];
  finish(id: string): void;
  fail(id: string, code?: FailureCode): void;
  /** Ids of everything that began, each as often as it did. */
  readonly begun: readonly string[];
  readonly sidecars: readonly MortalSidecar[];
  /** Resolves when exactly these tasks run, after what was done last has had its effect. */
  until(...ids: string[]): Promise<void>;
  stop(): void;
}

function hold(plan: Plan, change: Partial<RunSuiteRequest> = {}): HeldRun {
  const held = new Map<string, PromiseWithResolvers<TaskOutcome>>();
  const [events, begun, sidecars] = [[] as RunEvent[], [] as string[], [] as MortalSidecar[]];
  const isFinished = (task: Task): boolean =>
    events.some((event) => event.type === 'taskFinished' && event.key === task.key);
  const execute: Execute = (task, {signal, sidecar}) => {
    if (held.has(task.id) || isFinished(task)) throw new Error(`${task.id} began though it runs or is finished`);
    begun.push(task.id);
    const outcome = Promise.withResolvers<TaskOutcome>();
    held.set(task.id, outcome);
    const cancel = (): void => outcome.reject(new ImuError('CANCELLED', 'as asked'));
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel);
    void sidecar.ended.then(cancel);
    return outcome.promise.finally(() => held.delete(task.id));
  };
  const stop = new AbortController();
  let controls: Controls | undefined;
  const result = runSuite({
    plan,
    suite: fileSuite(plan.suiteId),
    store: openStore(root),
    numLanes: 1,
    device: 'cpu',
    openLane: async () => {
      const sidecar = openMortalSidecar();
      sidecars.push(sidecar);
      return sidecar;
    },
    execute,
    version: '1',
    commit: null,
    command: 'imu run',
    signal: stop.signal,
    retry: {maxRetries: 1, pauseMs: 1, maxOpenings: 3},
    onEvent: ({event}) => events.push(event),
    onControls: (given) => {
      controls = given;
    },
    ...change,
  });
  return {
    get controls() {
      if (controls === undefined) throw new Error('the run has not begun');
      return controls;
    },
    events,
    result,
    running: () => [...held.keys()],
    finish: (id) => held.get(id)?.resolve({outputs: {}, artefacts: {}, metrics: {}}),
    fail: (id, code = 'NON_FINITE') => held.get(id)?.reject(new ImuError(code, `${id} fails`)),
    begun,
    sidecars,
    until: async (...ids) => {
      const before = Date.now();
      await delay(1);
      while ([...held.keys()].sort().join() !== ids.sort().join()) {
        if (Date.now() - before > HANG_MS) throw new Error(`${ids} never run; ${[...held.keys()]} do`);
        await delay(1);
      }
    },
    stop: () => stop.abort(),
  };
}

const told = (run: HeldRun, ...types: RunEvent['type'][]): string[] =>
  run.events.flatMap((event) => (types.includes(event.type) ? [event.type] : []));

const counts = (some: Partial<RunSuiteResult['counts']>): RunSuiteResult['counts'] => ({
  finished: 0,
  found: 0,
  failed: 0,
  blocked: 0,
  cancelled: 0,
  ...some,
});

/** a → b → c, and d on its own. */
function line(): Record<'a' | 'b' | 'c' | 'd', Task> & {plan: Plan} {
  const a = fileTask('a', 'train');
  const b = fileTask('b', 'unlearn', {a});
  const c = fileTask('c', 'evaluate', {b});
  const d = fileTask('d', 'unlearn');
  return {a, b, c, d, plan: filePlan('line', [a, b, c, d])};
}

describe('pausing', () => {
  test('is journalled when it changes something, and what runs goes on', async () => {
    const run = hold(line().plan);
    await run.until('a');
    for (const step of ['pause', 'pause', 'resume', 'resume', 'pause'] as const) run.controls[step]();
    run.finish('a');
    await run.until();
    expect(run.begun).toEqual(['a']);
    run.controls.resume();
    for (const id of ['b', 'c', 'd']) {
      await run.until(id);
      run.finish(id);
    }
    expect(await run.result).toMatchObject({outcome: 'done'});
    expect(told(run, 'runPaused', 'runResumed')).toEqual(['runPaused', 'runResumed', 'runPaused', 'runResumed']);
  });

  test('does not keep a run from being stopped at once', async () => {
    const run = hold(line().plan);
    await run.until('a');
    run.controls.pause();
    run.finish('a');
    await run.until();
    run.stop();
    expect(await run.result).toMatchObject({outcome: 'interrupted', counts: counts({finished: 1, cancelled: 3})});
  });

  test('while a sidecar opens leaves its task to whoever comes first when it is resumed', async () => {
    const opening = Promise.withResolvers<MortalSidecar>();
    const {plan, a} = line();
    const run = hold(plan, {openLane: () => opening.promise});
    while (run.events.length < 2) await delay(1);
    run.controls.pause();
    opening.resolve(openMortalSidecar());
    await delay(20);
    expect(run.begun).toEqual([]);
    run.controls.cancelTask(a.key);
    run.controls.resume();
    await run.until('d');
    run.finish('d');
    expect(await run.result).toMatchObject({counts: counts({finished: 1, cancelled: 1, blocked: 2})});
  });

  test('does not outlive its session', async () => {
    const first = hold(line().plan);
    await first.until('a');
    first.controls.pause();
    first.stop();
    await first.result;
    const second = hold(line().plan);
    await second.until('a');
    second.stop();
    await second.result;
    expect(told(second, 'runPaused', 'runResumed')).toEqual([]);
  });

  test('comes to nothing once the run is over', async () => {
    const run = hold(filePlan('one', [fileTask('a', 'data')]));
    await run.until('a');
    run.finish('a');
    await run.result;
    run.controls.pause();
    expect(run.controls.rerun(null)).toBe(0);
    await delay(5);
    expect(run.events.at(-1)?.type).toBe('runFinished');
  });
});

describe('running again', () => {
  test('what failed takes back its failure, and what it blocked', async () => {
    const {plan, a, b, c} = line();
    const run = hold(plan);
    await run.until('a');
    run.fail('a');
    await run.until('d');
    expect(run.controls.rerun(null)).toBe(3);
    run.finish('d');
    for (const id of ['a', 'b', 'c']) {
      await run.until(id);
      run.finish(id);
    }
    const result = await run.result;
    expect(result).toMatchObject({outcome: 'done', failures: [], counts: counts({finished: 4})});
    const requeued = run.events.flatMap((event) => (event.type === 'taskRequeued' ? [event.key] : []));
    expect(requeued).toEqual([a.key, b.key, c.key]);
  });

  test('begins at the first attempt, with every retry to come', async () => {
    const {plan, a} = line();
    const run = hold(plan, {numLanes: 2});
    for (const _round of [1, 2]) {
      for (const _attempt of [1, 2]) {
        await run.until('a', 'd');
        run.fail('a', 'DEADLINE');
      }
      await run.until('d');
      run.controls.rerun([a.key]);
    }
    run.stop();
    await run.result;
    const attempts = run.events.flatMap((event) =>
      event.type === 'taskStarted' && event.key === a.key ? [event.attempt] : [],
    );
    expect(attempts.slice(0, 4)).toEqual([1, 2, 1, 2]);
  });

  test('leaves alone what was not asked for, and says how much waits again', async () => {
    const {plan, a, b, d} = line();
    const run = hold(plan, {numLanes: 2});
    await run.until('a', 'd');
    run.fail('a');
    await run.until('d');
    expect(run.controls.rerun([])).toBe(0);
    expect(run.controls.rerun([b.key, d.key, 'no such'])).toBe(0);
    run.controls.cancelTask(d.key);
    await delay(0);
    expect(run.controls.rerun([a.key])).toBe(0);
    expect(await run.result).toMatchObject({
      outcome: 'failed',
      counts: counts({failed: 1, blocked: 2, cancelled: 1}),
    });
  });

  test('leaves blocked what another bad end blocks too, and names that one', async () => {
    const [a, b, z] = ['a', 'b', 'z'].map((id) => fileTask(id, 'unlearn')) as [Task, Task, Task];
    const c = fileTask('c', 'evaluate', {a, b});
    const run = hold(filePlan('two', [a, b, z, c]), {numLanes: 3});
    await run.until('a', 'b', 'z');
    run.fail('a');
    run.fail('b');
    await run.until('z');
    expect(run.controls.rerun([a.key])).toBe(1);
    await run.until('a', 'z');
    run.finish('a');
    await run.until('z');
    expect(run.controls.rerun([b.key])).toBe(2);
    await run.until('b', 'z');
    run.finish('b');
    await run.until('c', 'z');
    for (const id of ['c', 'z']) run.finish(id);
    expect(await run.result).toMatchObject({outcome: 'done'});
    const blocked = run.events.flatMap((event) => (event.type === 'taskBlocked' ? [event.by] : []));
    expect(blocked).toEqual([a.key, b.key]);
  });

  test('leaves blocked what the plan blocks', async () => {
    const {plan} = line();
    const run = hold(plan, {unavailable: ({id}) => (id === 'b' ? 'no such device' : null)});
    await run.until('a');
    run.fail('a');
    await run.until('d');
    expect(run.controls.rerun(null)).toBe(1);
    run.finish('d');
    await run.until('a');
    run.finish('a');
    expect(await run.result).toMatchObject({outcome: 'partlyFailed', counts: counts({finished: 2, blocked: 2})});
  });

  test('what was cancelled while its lane was opening runs it once', async () => {
    const opening = Promise.withResolvers<MortalSidecar>();
    const {plan, a} = line();
    let numOpened = 0;
    const openLane = (): Promise<MortalSidecar> =>
      numOpened++ === 0 ? opening.promise : Promise.resolve(openMortalSidecar());
    const run = hold(plan, {numLanes: 2, openLane});
    await run.until('d');
    run.controls.cancelTask(a.key);
    expect(run.controls.rerun([a.key])).toBe(3);
    run.finish('d');
    await run.until('a');
    opening.resolve(openMortalSidecar());
    await delay(20);
    expect(run.begun).toEqual(['d', 'a']);
    for (const id of ['a', 'b', 'c']) {
      await run.until(id);
      run.finish(id);
    }
    expect(await run.result).toMatchObject({outcome: 'done'});
  });
});

describe('cancelling a task', () => {
  test('works in every state but an ended one', async () => {
    const {plan, a, b, c, d} = line();
    const run = hold(plan);
    const cancel = (task: Task): boolean => run.controls.cancelTask(task.key);
    await run.until('a');
    expect([cancel(c), cancel(d), cancel(d)]).toEqual([true, true, false]); // pending; ready; cancelled
    expect(run.controls.rerun([d.key])).toBe(1);
    run.fail('a', 'DEADLINE');
    await run.until('d');
    await delay(0);
    expect([cancel(a), cancel(a)]).toEqual([true, false]); // waiting for its retry, or ready again; cancelled
    expect(cancel(b)).toBe(false); // blocked
    expect([cancel(d), cancel(d)]).toEqual([true, true]); // running, until it has stopped
    expect(await run.result).toMatchObject({outcome: 'failed', counts: counts({cancelled: 3, blocked: 1})});
    expect(cancel(d)).toBe(false);
  });
});

/** What may happen to a run, at random; `pick` chooses among the tasks that it can happen to. */
const happening = fc.record({
  kind: fc.constantFrom<'pause' | 'resume' | 'cancel' | 'rerunAll' | 'rerun' | 'fail' | 'retryable' | 'finish' | 'die'>(
    ...(['pause', 'resume', 'cancel', 'rerunAll', 'rerun', 'fail', 'retryable', 'finish', 'finish', 'die'] as const),
  ),
  pick: fc.nat(20),
  /** Turns of the event loop before the next one; none: both meet the scheduler in the same state. */
  turns: fc.nat(8),
});

const graph = fc.array(fc.array(fc.nat(9), {maxLength: 2}), {minLength: 1, maxLength: 10});

test('whatever is done to it, a run ends; nothing runs twice at once or after it finished; and its journal tells what it counts', async () => {
  await fc.assert(
    fc.asyncProperty(
      graph,
      fc.integer({min: 1, max: 3}),
      fc.array(happening, {maxLength: 60, size: 'max'}),
      fc.boolean(),
      async (nodes, numLanes, happenings, isStopped) => {
        rmSync(root, {recursive: true});
        const plan = randomPlan(nodes);
        const run = hold(plan, {numLanes});
        let [numRequeued, isOver] = [0, false];
        void run.result.then(() => {
          isOver = true;
        });
        while (run.events.length < 2) await setImmediate();
        for (const {kind, pick, turns} of happenings) {
          numRequeued += happen(run, plan, kind, pick);
          for (let turn = 0; turn < turns; turn += 1) await setImmediate();
        }
        if (isStopped) run.stop();
        run.controls.resume();
        for (const until = Date.now() + HANG_MS; !isOver && Date.now() < until; await delay(1))
          for (const id of run.running()) run.finish(id);
        expect(isOver).toBe(true);
        expectTruth(run, plan, await run.result, numRequeued);
      },
    ),
    {numRuns: 60},
  );
}, 120_000);

function randomPlan(nodes: readonly (readonly number[])[]): Plan {
  const tasks: Task[] = [];
  nodes.forEach((inputs, index) => {
    const earlier = inputs.filter((input) => input < index).map((input) => [`i${input}`, tasks[input] as Task]);
    tasks.push(fileTask(`t${index}`, 'evaluate', Object.fromEntries(earlier)));
  });
  return filePlan('random', tasks);
}

/** How many tasks it had wait again. */
function happen(run: HeldRun, {tasks}: Plan, kind: string, pick: number): number {
  const {controls} = run;
  const running = run.running()[pick % Math.max(1, run.running().length)];
  const {key} = tasks[pick % tasks.length] as Task;
  if (kind === 'pause') controls.pause();
  if (kind === 'resume') controls.resume();
  if (kind === 'cancel') controls.cancelTask(key);
  if (kind === 'die') run.sidecars.at(-1 - (pick % 2))?.die();
  if (kind === 'rerun') return controls.rerun([key]);
  if (kind === 'rerunAll') return controls.rerun(null);
  if (running === undefined) return 0;
  if (kind === 'finish') run.finish(running);
  if (kind === 'fail') run.fail(running);
  if (kind === 'retryable') run.fail(running, 'DEADLINE');
  return 0;
}

function expectTruth({events}: HeldRun, plan: Plan, result: RunSuiteResult, numRequeued: number): void {
  expect(events.filter(({type}) => type === 'taskRequeued')).toHaveLength(numRequeued);
  const view = foldAll(events.map((event, seq) => ({seq, at: seq, event})));
  const {waiting, running, cancelled, ...rest} = view.counts;
  // What a stopped run never began is cancelled to the scheduler, and waits still to whoever reads the journal.
  expect({...rest, cancelled: cancelled + waiting}).toEqual(result.counts);
  expect(running).toBe(0);
  if (result.outcome !== 'interrupted') expect(waiting).toBe(0);
  const failed = view.tasks.filter(({state}) => state === 'failed').map(({plan: {id}}) => id);
  expect(result.failures.map(({id}) => id).sort()).toEqual(failed.sort());
  for (const {state, blockedBy} of view.tasks) {
    if (state !== 'blocked') continue;
    const by = view.tasks[view.indexByKey.get(blockedBy ?? '') ?? -1]?.state ?? 'nothing';
    expect(['failed', 'cancelled', 'waiting']).toContain(by);
  }
  expectNoneBegunWhilePaused(events);
  for (const {key} of plan.tasks) expectAttempts(events.filter((event) => 'key' in event && event.key === key));
}

function expectNoneBegunWhilePaused(events: readonly RunEvent[]): void {
  let isPaused = false;
  for (const {type} of events) {
    if (type === 'runPaused' || type === 'runResumed') {
      expect(isPaused).toBe(type === 'runResumed');
      isPaused = type === 'runPaused';
    }
    if (type === 'taskStarted') expect(isPaused).toBe(false);
  }
}

/** One after the other from 1, and from 1 again where the task was asked for again. */
function expectAttempts(story: readonly RunEvent[]): void {
  let attempt = 0;
  for (const event of story) {
    if (event.type === 'taskRequeued') attempt = 0;
    if (event.type !== 'taskStarted') continue;
    attempt += 1;
    expect(event.attempt).toBe(attempt);
  }
}
