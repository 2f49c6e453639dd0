import {describe, expect, it} from 'vitest';
import {buildPlan} from '../plan/plan.ts';
import type {Task} from '../plan/task.ts';
import type {Manifest} from '../store/manifest.ts';
import type {TaskResult} from '../store/result.ts';
import {aggregate, tableOfResults} from './aggregate.ts';
import {evidenceOf, NO_EVIDENCE} from './evidence.ts';
import {explainCell, explainTask} from './explain.ts';
import {handMadeRun} from './fixture.ts';

const {manifest: handMade, results: evaluations} = handMadeRun();

/** The hand-made suite with the plan that it really has. */
const manifest: Manifest = {
  ...handMade,
  command: 'imu run by-hand.ts --model gpt2 --seeds 1,2 --json',
  plan: buildPlan(handMade.suite, {
    environment: {python: '3.11', packages: {torch: '2.13.0'}, deviceClass: 'cpu', numThreads: 1, deterministic: true},
    codeOf: ({kind}) => ({[`${kind}.py`]: 'a'.repeat(64)}),
  }),
};

/** Everything is done; the models were trained by an earlier run of another commit. */
const resultOf = (task: Task): TaskResult => ({
  key: task.key,
  id: task.id,
  kind: task.spec.kind,
  outputs:
    task.spec.kind === 'evaluate'
      ? {
          values: [
            {label: 'retainLoss', value: 2, numSamples: 2000},
            {label: 'forgetKl', value: 1, numSamples: 1500},
          ],
        }
      : {},
  artefacts: task.spec.kind === 'evaluate' ? {} : {model: {sha256: task.key, sizeBytes: 1_000}},
  metrics: {},
  provenance: {
    runId: task.spec.kind === 'train' ? 'earlier-run' : manifest.runId,
    commit: '0123abc',
    device: 'cpu',
    packages: {torch: '2.13.0'},
    keyParts: task.keyParts,
  },
  seconds: 1,
  finishedAt: '2026-01-02T12:00:00.000Z',
});
const results = new Map(manifest.plan.tasks.map((task) => [task.key, resultOf(task)]));
const evidence = evidenceOf({findResult: (key) => results.get(key) ?? null, objectPath: () => ''});
const table = tableOfResults(manifest, results);
const cell = explainCell(manifest, table, 'imu', 'forgetKl', evidence);

describe('a cell', () => {
  it('leads to its metric: definition, sets and where the ideal lies', () => {
    expect(cell?.metric?.card).toMatchObject({id: 'kl-to-retrain', target: 'zero', unit: 'nats per token'});
    expect(cell?.metric?.measurement.selection).toEqual({sets: ['forgetTest'], limit: null});
    expect(cell?.row).toMatchObject({id: 'imu', profile: 'official'});
  });

  it('leads to one value per pair of seeds, in their order, each with its samples', () => {
    expect(cell?.values.map(({trainSeed, unlearnSeed, numSamples}) => [trainSeed, unlearnSeed, numSamples])).toEqual([
      [1, 1, 1500],
      [1, 2, 1500],
      [2, 1, 1500],
      [2, 2, 1500],
    ]);
  });

  it('leads from the evaluation to the model, to what that was made from, to the data: each once', () => {
    const ids = cell?.values[3]?.tasks.map(({id}) => id);
    expect(ids).toEqual(['evaluate/imu/t2/u2', 'unlearn/imu/t2/u2', 'train/original/t2', 'train/retrain/t2', 'data']);
    const trained = explainCell(manifest, table, 'original', 'retainLoss', evidence);
    expect(trained?.values[0]?.tasks.map(({id}) => id)).toEqual([
      'evaluate/original/t1',
      'train/original/t1',
      'train/retrain/t1',
      'data',
    ]);
  });

  it('has the command that makes it alone, and one for each of its values', () => {
    expect(cell?.command).toBe('imu run by-hand.ts --model gpt2 --rows imu --train-seeds 1,2 --seeds 1,2');
    expect(cell?.values[2]?.command).toBe('imu run by-hand.ts --model gpt2 --rows imu --train-seeds 2 --seeds 1');
  });

  it('of a row or column that is not there is null', () => {
    expect(explainCell(manifest, table, 'imuu', 'forgetKl', evidence)).toBeNull();
    expect(explainCell(manifest, table, 'imu', 'toString', evidence)).toBeNull();
  });

  it('without a store still has seeds, keys and commands', () => {
    const bare = explainCell(handMade, tableOfResults(handMade, evaluations), 'imu', 'retainLoss', NO_EVIDENCE);
    expect(bare?.values).toHaveLength(4);
    expect(bare?.values[0]).toMatchObject({value: 1, numSamples: null});
    expect(bare?.values[0]?.tasks.map(({id, seconds, computedBy}) => [id, seconds, computedBy])).toEqual([
      ['evaluate/imu/t1/u1', null, null],
      ['unlearn/imu/t1/u1', null, null],
      ['train/original/t1', null, null],
    ]);
  });

  it('of a trajectory says on how few samples it was measured', () => {
    const task = manifest.plan.tasks.find(({id}) => id === 'unlearn/imu/t1/u1');
    const measured = [
      {row: 'imu', trainSeed: 1, unlearnSeed: 1, taskKey: task?.key ?? '', values: {forgetKl: 3, step: 7}},
    ];
    const step = {id: 'step', header: 'step', unit: 'steps', direction: null, paperColumn: null};
    const nearest = aggregate(manifest, measured, {columns: [step, ...manifest.suite.columns]});
    expect(explainCell(manifest, nearest, 'imu', 'forgetKl', evidence)?.metric?.measurement.selection.limit).toBe(200);
    expect(explainCell(manifest, nearest, 'imu', 'step', evidence)?.metric).toBeNull();
  });
});

describe('a task', () => {
  const task = (id: string) => {
    const {key = ''} = manifest.plan.tasks.find((known) => known.id === id) ?? {};
    return explainTask(manifest, key, evidence);
  };

  it("has its parameters after defaults, and which of them are not the method's own", () => {
    const params = task('unlearn/imu/t1/u1')?.params ?? [];
    expect(params.find(({name}) => name === 'numSteps')).toMatchObject({value: 50, isDefault: true});
    expect(params.find(({name}) => name === 'scoreAt')).toEqual({
      name: 'scoreAt',
      value: 'randomInitialisation',
      isDefault: false,
      defaultValue: 'currentModel',
    });
    // What the profile official of IMU sets.
    expect(params.filter(({isDefault}) => !isDefault).map(({name}) => name)).toEqual([
      'estimator',
      'scoreAt',
      'normalise',
      'normalisePerBatch',
      'refreshEvery',
      'l1Penalty',
      'lossScale',
      'stopAtForgetLoss',
    ]);
    expect(task('train/original/t1')?.params).toEqual([]);
  });

  it('says which run computed it, be it this one or another', () => {
    expect(task('evaluate/imu/t1/u1')).toMatchObject({computedBy: 'by-hand-1', provenance: {commit: '0123abc'}});
    expect(task('train/retrain/t1')).toMatchObject({
      computedBy: 'earlier-run',
      provenance: {packages: {torch: '2.13.0'}},
    });
  });

  it('names its files, its code and what it took', () => {
    const unlearned = task('unlearn/imu/t1/u1');
    expect(unlearned?.artefacts.model?.sha256).toBe(unlearned?.key);
    expect(unlearned?.code).toEqual({'unlearn.py': 'a'.repeat(64)});
    expect(unlearned?.inputs).toEqual({
      dataset: task('data')?.key,
      model: task('train/original/t1')?.key,
      reference: task('train/retrain/t1')?.key,
    });
  });

  it('of a method that is no more has no defaults to differ from', () => {
    const plan = {
      ...manifest.plan,
      tasks: manifest.plan.tasks.map((known) => ({...known, spec: {...known.spec, method: 'forgotten'}}) as Task),
    };
    const {key = ''} = plan.tasks.find(({id}) => id === 'unlearn/imu/t1/u1') ?? {};
    const params = explainTask({...manifest, plan}, key, evidence)?.params ?? [];
    expect(params.length).toBeGreaterThan(5);
    expect(params.every(({isDefault}) => !isDefault)).toBe(true);
  });

  it('that the plan does not have is null', () => {
    expect(explainTask(manifest, '0'.repeat(64), evidence)).toBeNull();
  });
});
