import {defineSuite} from '../plan/suite.ts';
import type {Task} from '../plan/task.ts';
import {markovChain} from '../scenarios/markovChain.ts';
import type {Manifest} from '../store/manifest.ts';
import type {TaskResult} from '../store/result.ts';

/** A suite of three rows with two train seeds and two unlearn seeds, and results whose statistics can be worked out by hand. For tests. */
export function handMadeRun(label = 'IMU'): {manifest: Manifest; results: ReadonlyMap<string, TaskResult>} {
  const scenario = markovChain();
  const suite = defineSuite({
    id: 'by-hand',
    title: 'By hand',
    paperTable: 'table3',
    scenario,
    seeds: {train: [1, 2], unlearn: [1, 2]},
    columns: [
      {id: 'retainLoss', header: 'l_r', unit: 'nats', direction: 'down', paperColumn: 'loss_r'},
      {id: 'forgetKl', header: 'KL_f', unit: 'nats', direction: 'up', paperColumn: 'kl_f'},
    ],
    rows: [
      {id: 'imu', method: 'imu', label, profile: 'official', paperRow: 'IMU'},
      {id: 'ga', method: 'ga', label: 'GA', profile: 'official', paperRow: 'GA', note: 'uniform weights'},
      {id: 'retrain', method: 'retrain', label: 'Retrain'},
      {id: 'original', method: 'original', label: 'Original', paperRow: 'Original'},
    ],
  });
  const environment = {
    python: '3.11.9',
    packages: {torch: '2.13.0'},
    deviceClass: 'cpu',
    numThreads: 2,
    deterministic: true,
  };
  const tasks: Task[] = [];
  const add = (id: string, spec: object, rest: Partial<Task>): string => {
    const key = `key-${id}`;
    const inputs = rest.inputs ?? {};
    const keyParts = {kind: 'x', spec, inputs, code: {}, environment} as unknown as Task['keyParts'];
    const task = {key, id, label: id, spec, row: null, trainSeed: null, unlearnSeed: null, ...rest, inputs, keyParts};
    tasks.push(task as unknown as Task);
    return key;
  };
  const results = new Map<string, TaskResult>();
  const evaluate = (
    row: string,
    model: string,
    train: number,
    unlearn: number | null,
    values: number[] | null,
  ): void => {
    const id = `evaluate/${row}/t${train}/u${unlearn}`;
    const key = add(id, {kind: 'evaluate'}, {inputs: {model}, row, trainSeed: train, unlearnSeed: unlearn});
    const measured = suite.columns.map((column, i) => ({label: column.id, value: values?.[i], numSamples: 9}));
    if (values !== null) results.set(key, resultOf(key, id, {values: measured}));
  };
  // Retain loss of IMU: 1, 2 | 3, 6: mean 3, deviations −2 −1 0 3, std √(14/3); means 1.5 and 4.5; within √((0.5 + 4.5)/2).
  const imu = [1, 2, 3, 6];
  for (const train of [1, 2]) {
    const original = add(`train/original/t${train}`, {kind: 'train', selection: scenario.pretraining.selection}, {});
    const retrain = add(`train/retrain/t${train}`, {kind: 'train', selection: scenario.retraining.selection}, {});
    evaluate('original', original, train, null, [2, 0.2]);
    evaluate('retrain', retrain, train, null, [1.5, 0]);
    for (const unlearn of [1, 2]) {
      const at = (train - 1) * 2 + unlearn - 1;
      for (const row of ['imu', 'ga']) {
        const unlearned = add(
          `unlearn/${row}/t${train}/u${unlearn}`,
          {kind: 'unlearn', method: row, params: {numSteps: 50, learningRate: 1e-3}},
          {row, trainSeed: train, unlearnSeed: unlearn, inputs: {model: original}},
        );
        // The last run of GA is missing.
        const values = row === 'imu' ? [imu[at] ?? 0, 3 + at / 100] : at === 3 ? null : [4, 3.5];
        evaluate(row, unlearned, train, unlearn, values);
      }
    }
  }
  const manifest: Manifest = {
    formatVersion: 1,
    runId: 'by-hand-1',
    createdAt: '2026-01-02T12:00:00.000Z',
    version: '0.1.0',
    commit: '0123abc',
    command: 'imu run by-hand.ts',
    suite,
    plan: {suiteId: suite.id, title: suite.title, planHash: '', tasks},
  };
  return {manifest, results};
}

const resultOf = (key: string, id: string, outputs: TaskResult['outputs']): TaskResult => ({
  key,
  id,
  kind: 'evaluate',
  outputs,
  artefacts: {},
  metrics: {},
  provenance: {},
  seconds: 1,
  finishedAt: '2026-01-02T12:00:00.000Z',
});
