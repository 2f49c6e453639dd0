import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {decide} from '../plan/decide.ts';
import type {Plan, Task} from '../plan/task.ts';
import type {FailureCode, RunEvent} from '../protocol/index.ts';
import {ImuError} from '../protocol/index.ts';
import type {JournalEntry, Store} from '../store/index.ts';
import {openStore} from '../store/index.ts';
import {filePlan, fileSuite, fileTask} from './chaos/fileSuite.ts';
import type {MortalSidecar} from './chaos/mortalSidecar.ts';
import {openMortalSidecar} from './chaos/mortalSidecar.ts';
import {closeWhenDeaf} from './closeWhenDeaf.ts';
import type {Controls} from './controls.ts';
import type {Execute, TaskOutcome} from './execute.ts';
import type {Lane} from './lane.ts';
import type {RunSuiteRequest, RunSuiteResult} from './runSuite.ts';
import {runIdOf, runSuite} from './runSuite.ts';
import {isBadEnd, MOVES, type TaskState} from './taskState.ts';

let root = '';
let store: Store;
let executed: string[] = [];
let sidecars: MortalSidecar[] = [];
let events: RunEvent[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'imu-schedule-'));
  store = openStore(root);
  [executed, sidecars, events] = [[], [], []];
});

afterEach(() => rmSync(root, {recursive: true}));

const NOTHING: TaskOutcome = {outputs: {}, artefacts: {}, metrics: {}};

/** Notes what was executed, after `behave` has had its say. */
const executing =
  (behave: Execute = async () => NOTHING): Execute =>
  async (task, context) => {
    executed.push(task.id);
    return behave(task, context);
  };

const openLane = async (): Promise<MortalSidecar> => {
  const sidecar = openMortalSidecar();
  sidecars.push(sidecar);
  return sidecar;
};

function run(
  plan: Plan,
  execute: Execute = executing(),
  change: Partial<RunSuiteRequest> = {},
): Promise<RunSuiteResult> {
  return runSuite({
    plan,
    suite: fileSuite(plan.suiteId),
    store,
    numLanes: 1,
    device: 'cpu',
    openLane,
    execute,
    version: '1',
    commit: null,
    command: 'imu run',
    signal: new AbortController().signal,
    retry: {maxRetries: 2, pauseMs: 1, maxOpenings: 3},
    onEvent: ({event}: JournalEntry) => events.push(event),
    ...change,
  });
}

const failing =
  (id: string, code: FailureCode, times = Number.POSITIVE_INFINITY): Execute =>
  async (task) => {
    if (task.id === id && executed.filter((each) => each === id).length <= times)
      throw new ImuError(code, `${id} fails`);
    return NOTHING;
  };

const typesOf = (id: string, plan: Plan): string[] => {
  const key = plan.tasks.find((task) => task.id === id)?.key;
  return events.filter((event) => 'key' in event && event.key === key).map(({type}) => type);
};

const allClosed = async (): Promise<boolean> => {
  const open = Symbol('open');
  const ends = await Promise.all(sidecars.map(({ended}) => Promise.race([ended, delay(20, open)])));
  return !ends.includes(open as never);
};

/** data → original, retrain → two rows each unlearned and evaluated. */
function smallPlan(): Plan {
  const dataset = fileTask('data', 'data');
  const model = fileTask('original', 'train', {dataset});
  const reference = fileTask('retrain', 'train', {dataset});
  const rows = ['ga', 'npo'].flatMap((row) => {
    const unlearned = fileTask(`unlearn/${row}`, 'unlearn', {model});
    return [unlearned, fileTask(`evaluate/${row}`, 'evaluate', {model: unlearned, reference})];
  });
  return filePlan('small', [dataset, model, reference, ...rows]);
}

describe('a run', () => {
  test('does every task once, inputs first, and tells its story in order', async () => {
    const plan = smallPlan();
    const result = await run(plan);
    expect(result).toMatchObject({outcome: 'done', runId: runIdOf(plan), fatal: null});
    expect(result.counts).toEqual({finished: 7, found: 0, failed: 0, blocked: 0, cancelled: 0});
    expect([...executed].sort()).toEqual(plan.tasks.map(({id}) => id).sort());
    for (const task of plan.tasks) {
      const inputs = plan.tasks.filter(({key}) => Object.values(task.inputs).includes(key));
      for (const {id} of inputs) expect(executed.indexOf(id)).toBeLessThan(executed.indexOf(task.id));
    }
    const types = events.map(({type}) => type);
    expect(types.slice(0, 3)).toEqual(['runStarted', 'planned', 'laneStarted']);
    expect(types.at(-1)).toBe('runFinished');
    expect(typesOf('data', plan)).toEqual(['taskStarted', 'taskFinished']);
    expect(store.readRun(result.runId).journal.entries.map(({event}) => event)).toEqual(events);
    expect(await allClosed()).toBe(true);
    expect(readdirSync(join(root, 'leases'))).toEqual([]);
  });

  test('of what is known starts no sidecar and executes nothing, in any suite', async () => {
    await run(smallPlan());
    [executed, sidecars, events] = [[], [], []];
    const again = await run({...smallPlan(), suiteId: 'other'});
    expect(again).toMatchObject({outcome: 'done', counts: {found: 7, finished: 0}});
    expect([executed, sidecars]).toEqual([[], []]);
    expect(events.filter(({type}) => type === 'taskFound')).toHaveLength(7);
  });

  test('says with found tasks what they measured', async () => {
    const plan = filePlan('one', [fileTask('data', 'data')]);
    await run(
      plan,
      executing(async () => ({...NOTHING, metrics: {loss: 2.5}})),
    );
    events = [];
    await run(plan);
    expect(events).toContainEqual(expect.objectContaining({type: 'taskFound', metrics: {loss: 2.5}}));
  });

  test('again is a new session of the same run', async () => {
    const [first, second] = [await run(smallPlan()), await run(smallPlan())];
    expect(second.directory).toBe(first.directory);
    const starts = store.readRun(first.runId).journal.entries.filter(({event}) => event.type === 'runStarted');
    expect(new Set(starts.map(({event}) => event.type === 'runStarted' && event.session)).size).toBe(2);
  });

  test('is refused to a second orchestrator while the first lives', async () => {
    let second: Promise<unknown> = Promise.resolve();
    await run(
      smallPlan(),
      executing(async () => {
        second = run(smallPlan(), executing(), {store: openStore(root)}).catch(({message}) => message);
        await second;
        return NOTHING;
      }),
    );
    expect(await second).toContain('is being worked on by process');
  });

  test('puts into each result who computed it, with what', async () => {
    const plan = smallPlan();
    await run(plan);
    const task = plan.tasks[1] as Task;
    expect(store.findResult(task.key)).toMatchObject({
      id: 'original',
      kind: 'train',
      provenance: {version: '1', suiteId: 'small', device: 'cpu', keyParts: task.keyParts},
    });
  });

  test('does data and training first, measures what can be measured, then goes the longest way', async () => {
    const dataset = fileTask('data', 'data');
    const model = fileTask('train', 'train', {dataset});
    const short = fileTask('short', 'evaluate', {dataset});
    const middle = fileTask('middle', 'unlearn', {model});
    const end = fileTask('end', 'evaluate', {model: middle});
    const early = fileTask('early', 'evaluate', {model});
    await run(filePlan('order', [dataset, short, model, early, middle, end]));
    expect(executed).toEqual(['data', 'train', 'short', 'early', 'middle', 'end']);
  });

  test('with several lanes does neighbours side by side, each lane one task at a time', async () => {
    let [now, most] = [0, 0];
    const busy = new Set<unknown>();
    const tasks = Array.from({length: 12}, (_, n) => fileTask(`t${n}`, 'evaluate'));
    const behave: Execute = async (_, {sidecar}) => {
      expect(busy.has(sidecar)).toBe(false);
      busy.add(sidecar);
      now += 1;
      most = Math.max(most, now);
      await delay(10);
      now -= 1;
      busy.delete(sidecar);
      return NOTHING;
    };
    await run(filePlan('wide', tasks), executing(behave), {numLanes: 3});
    expect(most).toBe(3);
    expect(sidecars).toHaveLength(3);
  });

  test('opens no more lanes than it has work for', async () => {
    const first = fileTask('a', 'data');
    await run(filePlan('line', [first, fileTask('b', 'train', {dataset: first})]), executing(), {numLanes: 8});
    expect(sidecars).toHaveLength(1);
  });

  test('with two tasks of one key does the work once', async () => {
    const task = fileTask('a', 'data');
    const result = await run(filePlan('twins', [task, {...task, id: 'b'}]));
    expect(executed).toEqual(['a']);
    expect(result).toMatchObject({outcome: 'done', counts: {finished: 1}});
  });
});

describe('a task that fails', () => {
  test('fails what stands on it and never its neighbours', async () => {
    const plan = smallPlan();
    const result = await run(plan, executing(failing('unlearn/ga', 'NON_FINITE')));
    expect(result).toMatchObject({outcome: 'partlyFailed', counts: {finished: 5, failed: 1, blocked: 1}});
    expect(result.failures).toEqual([{id: 'unlearn/ga', failure: expect.objectContaining({code: 'NON_FINITE'})}]);
    expect(typesOf('unlearn/ga', plan)).toEqual(['taskStarted', 'taskFailed']);
    const [data, failed] = [plan.tasks[0], plan.tasks[3]];
    expect(events).toContainEqual({type: 'taskBlocked', key: plan.tasks[4]?.key, by: failed?.key});
    expect(data).toBeDefined();
  });

  test('at the root leaves nothing: the run has failed', async () => {
    const result = await run(smallPlan(), executing(failing('data', 'INTERNAL')));
    expect(result).toMatchObject({outcome: 'failed', counts: {failed: 1, blocked: 6}});
  });

  test('runs again, alone with its descendants, when the same command comes again', async () => {
    await run(smallPlan(), executing(failing('unlearn/ga', 'NON_FINITE')));
    executed = [];
    expect(await run(smallPlan())).toMatchObject({outcome: 'done', counts: {found: 5, finished: 2}});
    expect(executed).toEqual(['unlearn/ga', 'evaluate/ga']);
  });

  test.each<FailureCode>(['SIDECAR_EXITED', 'DEADLINE', 'OUT_OF_MEMORY'])(
    'with %s is tried twice more, each time on a new sidecar',
    async (code) => {
      const plan = smallPlan();
      expect(await run(plan, executing(failing('original', code, 2)))).toMatchObject({outcome: 'done'});
      expect(executed.filter((id) => id === 'original')).toHaveLength(3);
      expect(sidecars).toHaveLength(3);
      const failures = events.flatMap((event) => (event.type === 'taskFailed' ? [event] : []));
      expect(failures.map(({attempt, willRetry}) => [attempt, willRetry])).toEqual([
        [1, true],
        [2, true],
      ]);
    },
  );

  test('for the third time has failed', async () => {
    const result = await run(smallPlan(), executing(failing('unlearn/npo', 'DEADLINE')));
    expect(executed.filter((id) => id === 'unlearn/npo')).toHaveLength(3);
    expect(result).toMatchObject({outcome: 'partlyFailed', counts: {failed: 1, blocked: 1}});
  });

  test.each<FailureCode>(['INVALID_REQUEST', 'ASSET_MISSING', 'NON_FINITE', 'INTERNAL'])(
    'with %s is not tried again',
    async (code) => {
      await run(smallPlan(), executing(failing('unlearn/ga', code)));
      expect(executed.filter((id) => id === 'unlearn/ga')).toHaveLength(1);
      expect(sidecars).toHaveLength(1);
    },
  );

  test('by throwing what is no failure of ours is INTERNAL, with its stack', async () => {
    const result = await run(
      filePlan('one', [fileTask('a', 'data')]),
      executing(async () => {
        throw new TypeError('oops');
      }),
    );
    expect(result.failures[0]?.failure).toMatchObject({code: 'INTERNAL', type: 'TypeError', message: 'oops'});
  });
});

describe('a sidecar', () => {
  test('that dies under a task costs one attempt, even if the task never notices', async () => {
    const behave: Execute = async (task) => {
      if (task.id !== 'original' || sidecars.length > 1) return NOTHING;
      sidecars[0]?.die();
      return new Promise(() => {});
    };
    const result = await run(smallPlan(), executing(behave));
    expect(result.outcome).toBe('done');
    expect(events.map(({type}) => type)).toContain('laneLost');
    expect(sidecars).toHaveLength(2);
  });

  test('that dies between tasks costs nothing', async () => {
    const plan = smallPlan();
    const onEvent = ({event}: JournalEntry): void => {
      events.push(event);
      if (event.type === 'taskFinished' && sidecars.length === 1) sidecars[0]?.die();
    };
    expect(await run(plan, executing(), {onEvent})).toMatchObject({outcome: 'done'});
    expect(sidecars.length).toBeGreaterThan(1);
  });

  test.each<FailureCode>(['ASSET_MISSING', 'INVALID_REQUEST', 'PROTOCOL_MISMATCH'])(
    'that cannot open for %s ends the run at once',
    async (code) => {
      let numOpenings = 0;
      const openLane = async (): Promise<MortalSidecar> => {
        numOpenings += 1;
        throw new ImuError(code, 'no interpreter', {hint: 'imu doctor'});
      };
      const result = await run(smallPlan(), executing(), {openLane});
      expect(result).toMatchObject({outcome: 'failed', fatal: {code, message: 'no interpreter', hint: 'imu doctor'}});
      expect(numOpenings).toBe(1);
      expect(executed).toEqual([]);
    },
  );

  test('that dies while opening is given three chances, then the run ends', async () => {
    let numOpenings = 0;
    const fail = async (): Promise<MortalSidecar> => {
      numOpenings += 1;
      if (numOpenings <= 2) throw new ImuError('SIDECAR_EXITED', 'died early');
      return openLane();
    };
    expect(await run(smallPlan(), executing(), {openLane: fail})).toMatchObject({outcome: 'done'});
    numOpenings = -100;
    store = openStore(join(root, 'other'));
    expect(await run(smallPlan(), executing(), {openLane: fail})).toMatchObject({
      outcome: 'failed',
      fatal: {code: 'SIDECAR_EXITED'},
    });
    expect(numOpenings).toBe(-97);
  });

  test('is closed when everything else goes wrong', async () => {
    const appendFile = {append: async () => {}, sync: async () => {}, close: async () => {}};
    let numAppends = 0;
    const append = async (): Promise<void> => {
      numAppends += 1;
      if (numAppends === 6) throw Object.assign(new Error('ENOSPC: no space left'), {code: 'ENOSPC'});
    };
    store = openStore(root, {openAppendFile: async () => ({...appendFile, append})});
    const error = await run(smallPlan()).catch((thrown) => thrown);
    expect(error.failure).toMatchObject({type: 'StorageFailure', cause: 'ENOSPC'});
    expect(error.failure.hint).toContain('Free some space');
    expect(await allClosed()).toBe(true);
    expect(executed.length).toBeLessThan(7);
  });
});

describe('a full disk', () => {
  const full = (): never => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC'});
  };

  test.each<[string, () => Partial<RunSuiteRequest>]>([
    ['a task writes', () => ({execute: async () => full()})],
    [
      'an object is stored',
      () => ({execute: (_, {commitObject}) => commitObject(''), store: {...store, commitObject: full}}),
    ],
    ['a result is stored', () => ({store: {...store, commitResult: async () => full()}})],
    ['a task is leased', () => ({store: {...store, leaseTask: full}})],
  ] as [string, () => Partial<RunSuiteRequest>][])(
    'met when %s ends the run, with what to do, and blames no task for long',
    async (_, change) => {
      const result = await run(smallPlan(), executing(), change());
      expect(result).toMatchObject({outcome: 'failed', fatal: {type: 'StorageFailure', cause: 'ENOSPC'}});
      expect(result.fatal?.hint).toContain('Free some space');
      expect(await allClosed()).toBe(true);
      expect(await run(smallPlan())).toMatchObject({outcome: 'done'});
    },
  );
});

describe('stopping', () => {
  test('cancels what runs through its signal, closes lanes, and the same command goes on', async () => {
    const plan = smallPlan();
    const stop = new AbortController();
    const behave: Execute = async (task, {signal}) => {
      if (task.id !== 'unlearn/ga') return NOTHING;
      setTimeout(() => stop.abort(), 5);
      await delay(60_000, undefined, {signal});
      return NOTHING;
    };
    const result = await run(plan, executing(behave), {signal: stop.signal});
    expect(result.outcome).toBe('interrupted');
    expect(typesOf('unlearn/ga', plan)).toEqual(['taskStarted', 'taskCancelled']);
    expect(await allClosed()).toBe(true);
    const before = [...executed];
    executed = [];
    expect(await run(plan)).toMatchObject({outcome: 'done'});
    expect(executed.filter((id) => before.includes(id))).toEqual(['unlearn/ga']);
  });

  test('before the start begins nothing', async () => {
    expect(await run(smallPlan(), executing(), {signal: AbortSignal.abort()})).toMatchObject({outcome: 'interrupted'});
    expect([executed, sidecars]).toEqual([[], []]);
  });

  test('by force waits for nobody', async () => {
    const [stop, force] = [new AbortController(), new AbortController()];
    const behave: Execute = () => {
      setTimeout(() => stop.abort(), 5);
      setTimeout(() => force.abort(), 30);
      return new Promise(() => {});
    };
    const openLane = async (): Promise<MortalSidecar> => ({...openMortalSidecar(), close: () => new Promise(() => {})});
    const result = await run(smallPlan(), executing(behave), {
      signal: stop.signal,
      forceSignal: force.signal,
      openLane,
    });
    expect(result.outcome).toBe('interrupted');
  });

  test('takes the sidecar from a task that does not heed its signal', async () => {
    const stop = new AbortController();
    const lane = {close: async () => sidecars[0]?.close()} as unknown as Lane;
    await openLane();
    const forget = closeWhenDeaf(stop.signal, lane, 5);
    stop.abort();
    expect(await sidecars[0]?.ended).toBeNull();
    forget();
  });

  test('one task blocks what stands on it and lets the others go on', async () => {
    const plan = smallPlan();
    let controls: Controls | undefined;
    const behave: Execute = async (task, {signal}) => {
      if (task.id !== 'unlearn/npo') return NOTHING;
      controls?.cancelTask(task.key);
      await delay(60_000, undefined, {signal});
      return NOTHING;
    };
    const onControls = (given: Controls): void => {
      controls = given;
    };
    const result = await run(plan, executing(behave), {onControls});
    expect(result).toMatchObject({outcome: 'partlyFailed', counts: {finished: 5, cancelled: 1, blocked: 1}});
    expect(controls?.cancelTask('no such')).toBe(false);
    expect(controls?.cancelTask(plan.tasks[0]?.key ?? '')).toBe(false);
  });

  test('a task that has not begun takes it out of the queue', async () => {
    const plan = smallPlan();
    const onControls = ({cancelTask}: Controls): void => void cancelTask(plan.tasks[3]?.key ?? '');
    const result = await run(plan, executing(), {onControls});
    expect(result.counts).toEqual({finished: 5, found: 0, failed: 0, blocked: 1, cancelled: 1});
    expect(executed).not.toContain('unlearn/ga');
    expect(typesOf('unlearn/ga', plan)).toEqual(['taskCancelled']);
  });

  test('for a while: a paused run begins nothing until it is resumed', async () => {
    const onControls = ({pause, resume}: Controls): void => {
      pause();
      setTimeout(() => {
        expect(executed).toEqual([]);
        resume();
      }, 30);
    };
    expect(await run(smallPlan(), executing(), {onControls})).toMatchObject({outcome: 'done'});
  });
});

describe('damage between runs', () => {
  const writing: Execute = async (task, {stagePath, commitObject, inputs, objectPath}) => {
    for (const input of Object.values(inputs))
      for (const file of Object.values(input.artefacts)) readFileSync(objectPath(file));
    const path = stagePath('txt');
    writeFileSync(path, task.id);
    return {...NOTHING, artefacts: {file: await commitObject(path)}};
  };

  test('a flipped byte in a result has it computed again, and said', async () => {
    const plan = smallPlan();
    await run(plan, executing(writing));
    const key = plan.tasks[3]?.key ?? '';
    const path = join(root, 'results', key.slice(0, 2), `${key}.json`);
    writeFileSync(path, readFileSync(path, 'utf8').replace('unlearn/ga', 'unlearn/gb'));
    [executed, events] = [[], []];
    const result = await run(plan, executing(writing));
    expect(result.decisions[3]).toMatchObject({action: 'run', reason: 'result damaged'});
    expect(executed).toEqual(['unlearn/ga']);
    expect(events).toContainEqual(expect.objectContaining({type: 'logged', level: 'warning', source: 'store'}));
  });

  test('a flipped byte in an object that is needed has it computed again before it is read', async () => {
    const plan = smallPlan();
    await run(plan, executing(writing));
    store = openStore(root);
    const [model, unlearned] = [plan.tasks[1] as Task, plan.tasks[3] as Task];
    const object = store.findResult(model.key)?.artefacts.file;
    writeFileSync(store.objectPath(object as NonNullable<typeof object>), 'origiNal');
    rmSync(join(root, 'results', unlearned.key.slice(0, 2), `${unlearned.key}.json`));
    executed = [];
    expect(await run(plan, executing(writing))).toMatchObject({outcome: 'done'});
    expect(executed).toEqual(['original', 'unlearn/ga']);
  });
});

test('two suites that share tasks share the work: each key is executed once', async () => {
  const slow: Execute = async () => {
    await delay(30);
    return NOTHING;
  };
  const dataset = fileTask('data', 'data');
  const model = fileTask('train', 'train', {dataset});
  const plans = ['a', 'b'].map((suite) =>
    filePlan(suite, [dataset, model, fileTask(`evaluate/${suite}`, 'evaluate', {model})]),
  );
  const results = await Promise.all(plans.map((plan) => run(plan, executing(slow), {store: openStore(root)})));
  expect(results.map(({outcome}) => outcome)).toEqual(['done', 'done']);
  expect([...executed].sort()).toEqual(['data', 'evaluate/a', 'evaluate/b', 'train']);
});

test('what is executed is what was planned, whatever was known before', async () => {
  const node = fc.record({inputs: fc.array(fc.nat(6), {maxLength: 3}), known: fc.boolean()});
  await fc.assert(
    fc.asyncProperty(
      fc.array(node, {minLength: 1, maxLength: 7}),
      fc.integer({min: 1, max: 3}),
      async (nodes, numLanes) => {
        const fresh = mkdtempSync(join(root, 'case-'));
        store = openStore(fresh);
        const tasks: Task[] = [];
        nodes.forEach(({inputs}, index) => {
          const earlier = inputs.filter((input) => input < index).map((input) => [`i${input}`, tasks[input] as Task]);
          tasks.push(fileTask(`t${index}`, 'evaluate', Object.fromEntries(earlier)));
        });
        for (const [index, {known}] of nodes.entries()) if (known) await commit(tasks[index] as Task);
        const plan = filePlan('random', tasks);
        const planned = (await decide(plan, store)).filter(({action}) => action === 'run').map(({id}) => id);
        executed = [];
        const result = await run(plan, executing(), {numLanes});
        expect([...executed].sort()).toEqual([...planned].sort());
        expect(result.counts).toMatchObject({finished: planned.length, found: tasks.length - planned.length});
      },
    ),
    {numRuns: 40},
  );
}, 60_000);

async function commit({key, id, spec, keyParts}: Task): Promise<void> {
  const rest = {provenance: {keyParts}, seconds: 1, finishedAt: '2026-01-01T00:00:00.000Z'};
  await store.commitResult({key, id, kind: spec.kind, ...NOTHING, ...rest});
}

test('every state leads on but those of tasks that are done, and out of a bad end there is one way', () => {
  for (const [state, next] of Object.entries(MOVES)) {
    expect(next.length === 0).toBe(['finished', 'found'].includes(state));
    if (isBadEnd(state as TaskState)) expect(next).toEqual(['pending']);
  }
});
