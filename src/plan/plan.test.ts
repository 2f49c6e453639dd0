import {describe, expect, it} from 'vitest';
import {markovChain} from '../scenarios/markovChain.ts';
import {checkSuite} from './check.ts';
import {buildPlan, type PlanContext} from './plan.ts';
import {defineSuite, type RowInput, type Suite} from './suite.ts';
import type {Environment} from './task.ts';

const environment: Environment = {
  python: '3.11',
  packages: {torch: '2.13.0', numpy: '2.4.6', transformers: '5.23.0', rich: '1.0'},
  deviceClass: 'cpu',
  numThreads: 1,
  deterministic: true,
};
const context: PlanContext = {environment, codeOf: (spec) => ({[`${spec.kind}.py`]: 'hash'})};

const columns = [{id: 'forgetLoss', header: 'l_f', unit: 'nats', direction: 'up', paperColumn: null}] as const;
const suiteOf = (rows: RowInput[], change: Partial<Suite> = {}): Suite =>
  ({
    ...defineSuite({
      id: 'test',
      title: 'Test',
      scenario: markovChain(),
      rows,
      columns: [...columns],
      seeds: {train: [42, 7], unlearn: [1, 2, 3]},
    }),
    ...change,
  }) as Suite;

const baseRows: RowInput[] = [
  {method: 'original'},
  {method: 'retrain'},
  {method: 'ga'},
  {id: 'ga-head', method: 'ga', params: {parameterScope: 'head'}},
];

describe('a plan', () => {
  const plan = buildPlan(suiteOf(baseRows), context);

  it('trains Original and Retrain once per train seed and unlearns once per pair of seeds', () => {
    const count = (kind: string) => plan.tasks.filter(({spec}) => spec.kind === kind).length;
    expect({
      data: count('data'),
      train: count('train'),
      unlearn: count('unlearn'),
      evaluate: count('evaluate'),
    }).toEqual({data: 1, train: 4, unlearn: 12, evaluate: 16});
  });

  it('lists every task behind its inputs, under unique ids and keys', () => {
    const seen = new Set<string>();
    for (const task of plan.tasks) {
      for (const input of Object.values(task.inputs)) expect(seen.has(input)).toBe(true);
      seen.add(task.key);
    }
    expect(new Set(plan.tasks.map(({id}) => id)).size).toBe(plan.tasks.length);
    expect(seen.size).toBe(plan.tasks.length);
  });

  it('shares every key with another suite that asks for the same, whatever its name, labels and other rows', () => {
    const other = buildPlan(
      suiteOf([{method: 'ga', id: 'renamed', label: 'Other', note: 'x'}], {id: 'other', title: 'Other'}),
      context,
    );
    const keys = new Set(plan.tasks.map(({key}) => key));
    expect(other.tasks.every(({key}) => keys.has(key))).toBe(true);
    expect(other.planHash).not.toBe(plan.planHash);
  });

  it('gives every pair of seeds keys of its own', () => {
    const unlearn = plan.tasks.filter(({id}) => id.startsWith('unlearn/ga/'));
    expect(new Set(unlearn.map(({key}) => key)).size).toBe(6);
  });

  it('hashes transformers into the keys of models that use it, and of no other', () => {
    const upgraded = {
      ...context,
      environment: {...environment, packages: {...environment.packages, transformers: '6.0.0'}},
    };
    const keysOf = (suite: Suite, context_: PlanContext) => buildPlan(suite, context_).tasks.map(({key}) => key);
    expect(keysOf(suiteOf(baseRows), upgraded)).toEqual(keysOf(suiteOf(baseRows), context));
    const gpt2 = suiteOf(baseRows, {scenario: markovChain({model: 'gpt2'})});
    expect(keysOf(gpt2, upgraded).slice(1)).not.toEqual(keysOf(gpt2, context).slice(1));
    expect(keysOf(gpt2, upgraded)[0]).toEqual(keysOf(gpt2, context)[0]);
  });
});

describe('a suite is refused', () => {
  const good = suiteOf(baseRows);
  const scenario = good.scenario;
  const cases: [string, unknown, RegExp][] = [
    ['that is not an object', 42, /expected|object|type/i],
    ['with an unknown key', {...good, colums: []}, /colums/],
    ['with an unknown method', suiteOf([{method: 'impu'}]), /rows\[0\]\.method: .*impu/],
    ['with an unknown model', {...good, scenario: {...scenario, model: 'gpt3'}}, /model.*gpt3/],
    [
      'with an unknown set',
      {...good, scenario: {...scenario, forgetSet: {sets: ['forgetTrian'], limit: null}}},
      /forgetTrian/,
    ],
    ['with an unknown profile', suiteOf([{method: 'ga', profile: 'oficial' as never}]), /oficial/],
    ['with no train seed', {...good, seeds: {train: [], unlearn: [1]}}, /seeds\.train/],
    ['with a seed given twice', {...good, seeds: {train: [1], unlearn: [3, 3]}}, /seeds\.unlearn: .*3.* twice/],
    ['with a seed above 2^32 − 1', {...good, seeds: {train: [4_294_967_296], unlearn: [1]}}, /seeds\.train\[0\]/],
    ['with a negative seed', {...good, seeds: {train: [-1], unlearn: [1]}}, /seeds\.train\[0\]/],
    [
      'with rows of one id',
      suiteOf([{method: 'ga'}, {method: 'ga', params: {learningRate: 1e-3}}]),
      /rows\.id.*ga.*twice/,
    ],
    [
      'with two rows that compute the same',
      suiteOf([{method: 'ga'}, {id: 'ga2', method: 'ga', params: {numSteps: 50}}]),
      /same as row "?ga/,
    ],
    ['without rows', {...good, rows: []}, /rows/],
    ['with an id that is a path', {...good, id: '../up'}, /id/],
    ['with an id that begins with a dash', {...good, id: '-rf'}, /id/],
    ['with control characters in a label', suiteOf([{method: 'ga', label: 'a\u001b[31m'}]), /label/],
    [
      'with a column that nothing measures',
      {...good, columns: [{...columns[0], id: 'forgetloss'}]},
      /columns\[0\]\.id.*forgetloss/,
    ],
    [
      'whose retraining sees the forgetSet',
      {...good, scenario: {...scenario, retraining: scenario.pretraining}},
      /retraining.*train\/forget1/,
    ],
    [
      'whose forgetSet was never trained on',
      {...good, scenario: {...scenario, forgetSet: {sets: ['forget2Train'], limit: null}}},
      /nothing that the model was trained on/,
    ],
    [
      'whose forgetSet is everything',
      {
        ...good,
        scenario: {
          ...scenario,
          pretraining: {...scenario.pretraining, selection: {sets: ['forget1Train'], limit: null}},
        },
      },
      /nothing is left to retain/,
    ],
    [
      'with a limit beyond the set',
      {...good, scenario: {...scenario, forgetSet: {sets: ['forgetTrain'], limit: 8001}}},
      /limit.*8001/,
    ],
    [
      'with a vocabulary that does not fit',
      {...good, scenario: {...scenario, architecture: {...scenario.architecture, vocabularySize: 9}}},
      /vocabularySize/,
    ],
    [
      'with heads that do not divide the width',
      {
        ...good,
        scenario: {
          ...markovChain({model: 'gpt2'}),
          architecture: {...markovChain({model: 'gpt2'}).architecture, numHeads: 3},
        },
      },
      /numHeads/,
    ],
    [
      'with a learning rate that is not a number',
      suiteOf([{method: 'ga', params: {learningRate: Number.NaN}}]),
      /learningRate/,
    ],
    [
      'with more cells than the cap',
      {
        ...good,
        seeds: {train: Array.from({length: 100}, (_, i) => i), unlearn: Array.from({length: 100}, (_, i) => i)},
      },
      /40,?000.*--max-cells/s,
    ],
  ];

  it.each(cases)('%s', (_name, suite, message) => {
    let refused: unknown;
    try {
      checkSuite(suite, 'mine.ts');
    } catch (error) {
      refused = error;
    }
    const {failure} = refused as {failure: {message: string; hint: string; type: string}};
    expect(failure.type).toBe('BadInput');
    expect(`${failure.message} ${failure.hint}`).toMatch(message);
    expect(failure.message).toMatch(/^mine\.ts/);
  });

  it('only then: the good one passes', () => {
    expect(checkSuite(good, 'mine.ts')).toEqual(good);
  });
});
