import {Command} from 'commander';
import {describe, expect, it} from 'vitest';
import {buildPlan, type PlanContext} from '../plan/plan.ts';
import {defineSuite, type Suite} from '../plan/suite.ts';
import {toFailure} from '../protocol/index.ts';
import {aggregate, explainCell, explainTask, NO_EVIDENCE} from '../report/index.ts';
import {markovChain} from '../scenarios/markovChain.ts';
import type {Manifest} from '../store/index.ts';
import {addSuiteOptions, type SuiteOptions} from './suiteOptions.ts';
import {suiteWith} from './suiteWith.ts';

const suite = defineSuite({
  id: 'whole',
  title: 'Whole',
  scenario: markovChain(),
  seeds: {train: [42, 7], unlearn: [1, 2, 3]},
  columns: [{id: 'forgetLoss', header: 'l_f', unit: 'nats', direction: 'up', paperColumn: null}],
  rows: [
    {method: 'original'},
    {method: 'retrain'},
    {method: 'no-op'},
    {method: 'ga'},
    {id: 'imu-official', method: 'imu', profile: 'official'},
  ],
});

const context: PlanContext = {
  environment: {
    python: '3.11',
    packages: {torch: '2.13.0', numpy: '2.4.6'},
    deviceClass: 'cpu',
    numThreads: 1,
    deterministic: true,
  },
  codeOf: (spec) => ({[`${spec.kind}.py`]: 'hash'}),
};
const plan = buildPlan(suite, context);
const manifestOf = (command: string): Manifest => ({
  formatVersion: 1,
  runId: 'whole-1',
  createdAt: '2026-01-02T12:00:00.000Z',
  version: '0.1.0',
  commit: null,
  command,
  suite,
  plan,
});

function optionsOf(...words: string[]): SuiteOptions {
  const command = addSuiteOptions(new Command('run'), 'imu run').exitOverride().allowExcessArguments();
  return command.parse(words, {from: 'user'}).opts<SuiteOptions>();
}

const narrowed = (...words: string[]): Suite => suiteWith(suite, optionsOf(...words), 'whole.ts', 'imu run');
const keysOf = (part: Suite): string[] => buildPlan(part, context).tasks.map(({key}) => key);

describe('--rows', () => {
  it('leaves what is only trained beside the rows that are named, in the order of the suite', () => {
    expect(narrowed('--rows', 'imu-official,ga').rows.map(({id}) => id)).toEqual([
      'original',
      'retrain',
      'ga',
      'imu-official',
    ]);
  });

  it('makes a plan of the same tasks and fewer of them', () => {
    const keys = keysOf(narrowed('--rows', 'imu-official', '--train-seeds', '42', '--seeds', '1'));
    const all = new Set(plan.tasks.map(({key}) => key));
    // Data, two models and their evaluations, one unlearning and its evaluation.
    expect(keys).toHaveLength(7);
    expect(keys.filter((key) => !all.has(key))).toEqual([]);
  });

  it.each([
    ['imu-oficial', /"imu-oficial" is not allowed.*Did you mean imu-official\?/s],
    ['ga,ga', /"ga" is given twice/],
    ['ga,,imu', /has an empty word/],
  ])('refuses %s', (list, message) => {
    let thrown: unknown;
    try {
      narrowed('--rows', list);
    } catch (error) {
      thrown = error;
    }
    const {message: said, hint} = toFailure(thrown);
    expect(`${said} ${hint}`).toMatch(message);
  });
});

describe('the command that a cell is reproduced by', () => {
  const evaluation = plan.tasks.find(({id}) => id === 'evaluate/imu-official/t7/u2');
  const key = evaluation?.key ?? '';
  const explained = (command: string) => {
    const manifest = manifestOf(command);
    const measured = [{row: 'imu-official', trainSeed: 7, unlearnSeed: 2, taskKey: key, values: {forgetLoss: 7}}];
    return explainCell(manifest, aggregate(manifest, measured), 'imu-official', 'forgetLoss', NO_EVIDENCE);
  };

  it('narrows rows and seeds, and keeps what else decides the numbers', () => {
    const command =
      'imu run my/suite.ts --seeds=1,2,3 --json --model gpt2 --rows ga --train-seeds 42,7 --device cuda --no-tui --threads 2';
    expect(explained(command)?.command).toBe(
      'imu run my/suite.ts --model gpt2 --device cuda --threads 2 --rows imu-official --train-seeds 7 --seeds 2',
    );
  });

  it('keeps quoted words whole', () => {
    const command = `imu run 'a b/it'\\''s.ts' --out "c d" -- --json`;
    expect(explained(command)?.command).toBe(
      `imu run 'a b/it'\\''s.ts' --out 'c d' --rows imu-official --train-seeds 7 --seeds 2 -- --json`,
    );
  });

  it('plans the very tasks that the cell stands on', () => {
    const cell = explained('imu run whole.ts --no-tui');
    const value = cell?.values[0];
    for (const command of [cell?.command, value?.command, value?.tasks[0]?.command]) {
      const keys = new Set(keysOf(narrowed(...(command ?? '').split(' ').slice(3))));
      expect(keys).toContain(key);
      expect(value?.tasks.filter((task) => !keys.has(task.key))).toEqual([]);
    }
    expect(value?.tasks.map(({id}) => id)).toEqual([
      'evaluate/imu-official/t7/u2',
      'unlearn/imu-official/t7/u2',
      'train/original/t7',
      'train/retrain/t7',
      'data',
    ]);
  });

  it('holds for every task of the plan', () => {
    for (const task of plan.tasks) {
      const {command = ''} = explainTask(manifestOf('imu run whole.ts'), task.key, NO_EVIDENCE) ?? {};
      expect(keysOf(narrowed(...command.split(' ').slice(3)))).toContain(task.key);
    }
  });
});
