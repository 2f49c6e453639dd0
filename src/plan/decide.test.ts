import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {decide, type PastResults} from './decide.ts';
import {taskKey} from './key.ts';
import type {KeyParts, Plan, Task, TaskSpec} from './task.ts';

const ENVIRONMENT = {python: '3', packages: {torch: '2.13.0'}, deviceClass: 'cpu', numThreads: 1, deterministic: true};

function taskOf(id: string, inputs: Record<string, Task> = {}, change: Partial<KeyParts> = {}): Task {
  const spec = {kind: 'evaluate', batchSize: 1, architecture: {}, measurements: []} as unknown as TaskSpec;
  const keys = Object.fromEntries(Object.entries(inputs).map(([role, {key}]) => [role, key]));
  const keyParts = {kind: spec.kind, spec, inputs: keys, code: {'a.py': id}, environment: ENVIRONMENT, ...change};
  const nothing = {row: null, trainSeed: null, unlearnSeed: null};
  return {key: taskKey(keyParts), id, label: id, spec: keyParts.spec, inputs: keys, ...nothing, keyParts};
}

const planOf = (...tasks: Task[]): Plan => ({suiteId: 's', title: 's', planHash: 'h', tasks});

/** A store that holds the results of `tasks`; those in `rotten` have bad artefacts, which only reading tells. */
function storeOf(
  tasks: readonly Task[],
  {damaged = [], rotten = [], seconds = 3}: {damaged?: string[]; rotten?: string[]; seconds?: number} = {},
): PastResults {
  return {
    lookUp: (key) =>
      damaged.includes(key) ? 'damaged' : tasks.some((task) => task.key === key) ? 'present' : 'absent',
    verifyArtefacts: async (key) => !rotten.includes(key),
    latest: (id) => {
      const task = tasks.find((each) => each.id === id);
      return task === undefined ? null : {keyParts: task.keyParts, seconds};
    },
  };
}

const reasons = async (plan: Plan, past: PastResults): Promise<string[]> =>
  (await decide(plan, past)).map(({action, reason}) => `${action}: ${reason}`);

describe('every decision says why', () => {
  const data = taskOf('data');
  const train = taskOf('train/original', {dataset: data});

  test('found', async () => {
    expect(await reasons(planOf(data, train), storeOf([data, train]))).toEqual(['hit: found', 'hit: found']);
  });

  test('never run', async () => {
    expect(await reasons(planOf(data), storeOf([]))).toEqual(['run: never run']);
  });

  test('an input will run', async () => {
    const edited = taskOf('data', {}, {code: {'a.py': 'edited'}});
    const after = taskOf('train/original', {dataset: edited});
    expect(await reasons(planOf(edited, after), storeOf([data, train]))).toEqual([
      'run: code a.py changed',
      'run: input data will run',
    ]);
  });

  test('an input has changed and is there already', async () => {
    const edited = taskOf('data', {}, {code: {'a.py': 'edited'}});
    const after = taskOf('train/original', {dataset: edited});
    const past = storeOf([edited, train]);
    expect(await reasons(planOf(edited, after), past)).toEqual(['hit: found', 'run: input data changed']);
  });

  test('a parameter, a package, a file more and a file less', async () => {
    const spec = (params: object): TaskSpec => ({kind: 'unlearn', params}) as unknown as TaskSpec;
    const before = taskOf('u', {}, {spec: spec({learningRate: 0.0005}), code: {'a.py': '1', 'b.py': '2'}});
    const now = (change: Partial<KeyParts>): Plan => planOf(taskOf('u', {}, {...before.keyParts, ...change}));
    const why = async (change: Partial<KeyParts>): Promise<string[]> => reasons(now(change), storeOf([before]));
    expect(await why({spec: spec({learningRate: 0.00125})})).toEqual(['run: params.learningRate 0.0005 → 0.00125']);
    expect(await why({spec: spec({learningRate: 0.0005, beta: null})})).toEqual(['run: params.beta absent → null']);
    expect(await why({environment: {...ENVIRONMENT, packages: {torch: '2.14.0'}}})).toEqual([
      'run: torch 2.13.0 → 2.14.0',
    ]);
    expect(await why({environment: {...ENVIRONMENT, numThreads: 2}})).toEqual(['run: numThreads 1 → 2']);
    expect(await why({code: {'a.py': '1', 'c.py': '3'}})).toEqual(['run: code b.py removed; code c.py added']);
  });

  test('a damaged result, and one that is only missing', async () => {
    expect(await reasons(planOf(data), storeOf([data], {damaged: [data.key]}))).toEqual(['run: result damaged']);
    const missing: PastResults = {...storeOf([data]), lookUp: () => 'absent'};
    expect(await reasons(planOf(data), missing)).toEqual(['run: result missing']);
  });

  test('bytes are compared only of what will be read', async () => {
    const past = storeOf([data, train], {rotten: [data.key]});
    expect(await reasons(planOf(data, train), past)).toEqual(['hit: found', 'hit: found']);
    const next = taskOf('unlearn', {dataset: data});
    expect(await reasons(planOf(data, train, next), past)).toEqual([
      'run: result damaged',
      'hit: found',
      'run: never run',
    ]);
  });

  test('what cannot run here is blocked, with what stands on it', async () => {
    const other = taskOf('other');
    const decisions = await decide(planOf(data, train, other), storeOf([]), ({id}) =>
      id === 'data' ? 'no CUDA device' : null,
    );
    expect(decisions.map(({action, reason}) => `${action}: ${reason}`)).toEqual([
      'blocked: no CUDA device',
      'blocked: input data is blocked',
      'run: never run',
    ]);
  });

  test('a plan in which an input does not stand before its task is refused', async () => {
    await expect(decide(planOf(train, data), storeOf([]))).rejects.toThrow('does not stand before it');
  });
});

test('seconds are expected from the same task, else from its kind, else from a constant', async () => {
  const [a, b] = [taskOf('a'), taskOf('b')];
  const edited = taskOf('a', {}, {code: {}});
  const seconds = async (past: PastResults): Promise<number[]> =>
    (await decide(planOf(edited, b), past)).map(({expectedSeconds}) => expectedSeconds);
  expect(await seconds(storeOf([a], {seconds: 7}))).toEqual([7, 7]);
  expect(await seconds(storeOf([]))).toEqual([2, 2]);
  expect(await seconds(storeOf([edited, b]))).toEqual([0, 0]);
});

test('a task is a hit exactly when its key has a result that can be believed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({inputs: fc.array(fc.nat(9)), state: fc.constantFrom('present', 'absent', 'damaged')}), {
        maxLength: 10,
      }),
      async (nodes) => {
        const tasks: Task[] = [];
        nodes.forEach(({inputs}, index) => {
          const earlier = inputs.filter((input) => input < index);
          tasks.push(
            taskOf(`t${index}`, Object.fromEntries(earlier.map((input) => [`i${input}`, tasks[input] as Task]))),
          );
        });
        const in_ = (state: string): Task[] => tasks.filter((_, index) => nodes[index]?.state === state);
        const past = storeOf(in_('present'), {damaged: in_('damaged').map(({key}) => key)});
        const decisions = await decide(planOf(...tasks), past);
        expect(decisions.map(({action}) => action)).toEqual(
          nodes.map(({state}) => (state === 'present' ? 'hit' : 'run')),
        );
      },
    ),
  );
});
