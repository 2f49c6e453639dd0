import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {afterEach, describe, expect, test} from 'vitest';
import {markovChain} from '../scenarios/markovChain.ts';
import {codeClosure} from './codeClosure.ts';
import {taskKey} from './key.ts';
import {buildPlan} from './plan.ts';
import {defineSuite, type RowInput, type Suite} from './suite.ts';
import type {Environment, KeyParts, Plan, TaskSpec} from './task.ts';

/** Everything that a key may depend on, free to be changed. */
interface World {
  suite: Suite;
  environment: Environment;
  /** A small project: path → text. */
  files: Record<string, string>;
  folder: string;
}

const rows: RowInput[] = [{method: 'original'}, {method: 'retrain'}, {method: 'ga'}, {method: 'npo'}];

const makeWorld = (): World => ({
  suite: structuredClone(
    defineSuite({
      id: 'mutations',
      title: 'Mutations',
      scenario: markovChain({dataset: {numRetain: 100}}),
      rows,
      columns: [{id: 'forgetLoss', header: 'l_f', unit: 'nats', direction: 'up', paperColumn: null}],
      seeds: {train: [1], unlearn: [1, 2]},
    }),
  ),
  environment: {
    python: '3.11.9',
    packages: {torch: '2.13.0', numpy: '2.4.6', transformers: '5.23.0', rich: '1.0'},
    deviceClass: 'cpu',
    numThreads: 1,
    deterministic: true,
  },
  files: {
    'package.json': '{}',
    'src/tasks/train.ts': `import {load} from './load.ts';\nexport const train = 1;`,
    'src/tasks/unlearn.ts': `import {load} from './load.ts';\nimport type {Seen} from './seen.ts';`,
    'src/tasks/load.ts': 'export const load = 1;',
    'src/tasks/seen.ts': 'export type Seen = 1;',
    'src/methods/ga.ts': `import {steps} from './steps.ts';`,
    'src/methods/npo.ts': `import {steps} from './steps.ts';`,
    'src/methods/steps.ts': 'export const steps = 50;',
    'src/methods/index.ts': `export * from './ga.ts';\nexport * from './npo.ts';`,
    'src/dashboard/app.ts': 'export const app = 1;',
    'py/imu_sidecar/__init__.py': '',
    'py/imu_sidecar/data.py': 'import numpy',
    'py/imu_sidecar/train.py': 'from .models import decoder',
    'py/imu_sidecar/descend.py': 'from .models import decoder\nfrom .objectives import base',
    'py/imu_sidecar/evaluate.py': 'from .models import decoder',
    'py/imu_sidecar/models/__init__.py': '',
    'py/imu_sidecar/models/decoder.py': 'width = 128',
    'py/imu_sidecar/objectives/__init__.py': '',
    'py/imu_sidecar/objectives/base.py': 'x = 1  # loss',
    'py/imu_sidecar/objectives/npo.py': 'from .base import x',
    'README.md': 'read me',
  },
  folder: 'project',
});

const OBJECTIVES: Record<string, string> = {ga: 'base', npo: 'npo'};

function rootsOf(spec: TaskSpec): string[] {
  switch (spec.kind) {
    case 'data':
      return ['py/imu_sidecar/data.py'];
    case 'train':
      return ['src/tasks/train.ts', 'py/imu_sidecar/train.py'];
    case 'unlearn': {
      const objective = `py/imu_sidecar/objectives/${OBJECTIVES[spec.method]}.py`;
      return ['src/tasks/unlearn.ts', `src/methods/${spec.method}.ts`, 'py/imu_sidecar/descend.py', objective];
    }
    case 'evaluate':
      return ['py/imu_sidecar/evaluate.py'];
  }
}

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, {recursive: true});
});

function planOf({suite, environment, files, folder}: World): Plan {
  const base = mkdtempSync(join(tmpdir(), 'imu-key-'));
  folders.push(base);
  const root = join(base, folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), {recursive: true});
    writeFileSync(join(root, path), text);
  }
  return buildPlan(suite, {environment, codeOf: (spec) => codeClosure(rootsOf(spec), root)});
}

const ALL = ['data', 'train', 'unlearn', 'evaluate'];
const AFTER_DATA = ['train', 'unlearn', 'evaluate'];
const AFTER_ORIGINAL = ['train/original', 'evaluate/original', 'unlearn', 'evaluate/ga', 'evaluate/npo'];
const AFTER_RETRAIN = ['train/retrain', 'unlearn', 'evaluate'];
const AFTER_UNLEARN = ['unlearn', 'evaluate/ga', 'evaluate/npo'];
const NPO = ['unlearn/npo', 'evaluate/npo'];
const GA = ['unlearn/ga', 'evaluate/ga'];
const NONE: string[] = [];

// biome-ignore lint/suspicious/noExplicitAny: edits reach into read-only plain data
type Editable = any;

/** Name, edit, and the tasks whose key it changes, by the beginning of their ids. */
const EDITS: [string, (world: Editable) => void, string[]][] = [
  // What is computed.
  ['a data seed', ({suite}) => (suite.scenario.dataset.seed = 43), ALL],
  ['a number of samples', ({suite}) => (suite.scenario.dataset.numRetain = 102), ALL],
  ['a leakage', ({suite}) => (suite.scenario.dataset.leakage = 0.21), ALL],
  ['a leakage in its last digit', ({suite}) => (suite.scenario.dataset.leakage = 0.2 + 2 ** -54), ALL],
  [
    'the pretraining’s learning rate',
    ({suite}) => (suite.scenario.pretraining.optimiser = {...suite.scenario.pretraining.optimiser, learningRate: 1e-3}),
    AFTER_ORIGINAL,
  ],
  ['the pretraining’s epochs', ({suite}) => (suite.scenario.pretraining.numEpochs = 6), AFTER_ORIGINAL],
  [
    'the pretraining’s set',
    ({suite}) => (suite.scenario.pretraining.selection.sets = ['retainTrain', 'forgetTrain']),
    AFTER_ORIGINAL,
  ],
  [
    'the order of the pretraining’s sets',
    ({suite}) => suite.scenario.pretraining.selection.sets.reverse(),
    AFTER_ORIGINAL,
  ],
  ['the retraining’s batch size', ({suite}) => (suite.scenario.retraining.batchSize = 64), AFTER_RETRAIN],
  ['the retraining’s limit', ({suite}) => (suite.scenario.retraining.selection.limit = 50), AFTER_RETRAIN],
  ['the architecture’s width', ({suite}) => (suite.scenario.architecture.width = 64), AFTER_DATA],
  ['the train seed', ({suite}) => (suite.seeds.train = [2]), AFTER_DATA],
  ['a second train seed', ({suite}) => (suite.seeds.train = [1, 2]), NONE],
  ['one unlearn seed', ({suite}) => (suite.seeds.unlearn = [1]), NONE],
  [
    'another row',
    ({suite}) => suite.rows.push({...suite.rows[2], id: 'ga-head', params: {parameterScope: 'head'}}),
    NONE,
  ],
  ['one row less', ({suite}) => suite.rows.pop(), NONE],
  ['the order of rows', ({suite}) => suite.rows.reverse(), NONE],
  ['NPO’s beta', ({suite}) => (suite.rows[3].params = {beta: 0.2}), NPO],
  ['NPO’s learning rate', ({suite}) => (suite.rows[3].params = {learningRate: 1e-3}), NPO],
  ['NPO’s scope', ({suite}) => (suite.rows[3].params = {parameterScope: 'head'}), NPO],
  ['GA’s steps', ({suite}) => (suite.rows[2].params = {numSteps: 51}), GA],
  ['a default, written out', ({suite}) => (suite.rows[3].params = {beta: 0.1, numSteps: 50}), NONE],
  ['a default, written otherwise', ({suite}) => (suite.rows[3].params = {beta: 1e-1, learningRate: 0.0005}), NONE],
  ['the order of parameters', ({suite}) => (suite.rows[3].params = {numSteps: 50, beta: 0.1}), NONE],
  ['the profile of a method that has none', ({suite}) => (suite.rows[2].profile = 'official'), NONE],
  ['the forget set', ({suite}) => (suite.scenario.forgetSet.sets = ['forget1Train']), AFTER_UNLEARN],
  ['how often the trajectory is measured', ({suite}) => (suite.scenario.trace.every = 2), AFTER_UNLEARN],
  ['the trajectory’s limit', ({suite}) => (suite.scenario.trace.limit = 100), AFTER_UNLEARN],
  [
    'a measurement more',
    ({suite}) => suite.scenario.measurements.push({...suite.scenario.measurements[0], label: 'again'}),
    ['unlearn', 'evaluate'],
  ],
  ['the evaluation’s batch size', ({suite}) => (suite.scenario.evaluationBatchSize = 64), ['unlearn', 'evaluate']],
  // What is only said about it.
  ['the suite’s name and title', ({suite}) => Object.assign(suite, {id: 'other', title: 'Other'}), NONE],
  ['a row’s label and note', ({suite}) => Object.assign(suite.rows[3], {label: 'N', note: 'n', paperRow: 'NPO'}), NONE],
  ['a column', ({suite}) => (suite.columns[0].header = 'loss'), NONE],
  ['the scenario’s title', ({suite}) => (suite.scenario.title = 'Other'), NONE],
  [
    'the order of keys in the scenario',
    ({suite}) => (suite.scenario = Object.fromEntries(Object.entries(suite.scenario).reverse())),
    NONE,
  ],
  [
    'the order of keys in an optimiser',
    ({suite}) =>
      (suite.scenario.pretraining.optimiser = Object.fromEntries(
        Object.entries(suite.scenario.pretraining.optimiser).reverse(),
      )),
    NONE,
  ],
  // Where it is computed.
  ['torch', ({environment}) => (environment.packages.torch = '2.13.1'), ALL],
  ['numpy', ({environment}) => (environment.packages.numpy = '2.4.7'), ALL],
  ['a package that nothing uses', ({environment}) => (environment.packages.rich = '2.0'), NONE],
  ['transformers, which this model does not use', ({environment}) => (environment.packages.transformers = '6.0'), NONE],
  [
    'the order of packages',
    ({environment}) => (environment.packages = Object.fromEntries(Object.entries(environment.packages).reverse())),
    NONE,
  ],
  ['Python', ({environment}) => (environment.python = '3.12.1'), ALL],
  ['the device class', ({environment}) => (environment.deviceClass = 'cuda'), ALL],
  ['the number of threads', ({environment}) => (environment.numThreads = 2), ALL],
  ['determinism', ({environment}) => (environment.deterministic = false), ALL],
  // The code that computes it.
  ['NPO’s objective', ({files}) => (files['py/imu_sidecar/objectives/npo.py'] += '\ny = 2'), NPO],
  ['NPO’s file', ({files}) => (files['src/methods/npo.ts'] += '\nexport {};'), NPO],
  ['GA’s file', ({files}) => (files['src/methods/ga.ts'] += '\nexport {};'), GA],
  [
    'what both methods import',
    ({files}) => (files['src/methods/steps.ts'] = 'export const steps = 51;'),
    AFTER_UNLEARN,
  ],
  ['the list of methods', ({files}) => (files['src/methods/index.ts'] += '\n'), NONE],
  ['the base of objectives', ({files}) => (files['py/imu_sidecar/objectives/base.py'] = 'x = 2'), AFTER_UNLEARN],
  [
    'a comment in the base of objectives: a miss, on purpose',
    ({files}) => (files['py/imu_sidecar/objectives/base.py'] = 'x = 1  # the loss'),
    AFTER_UNLEARN,
  ],
  ['the decoder', ({files}) => (files['py/imu_sidecar/models/decoder.py'] = 'width = 64'), AFTER_DATA],
  ['a package’s __init__', ({files}) => (files['py/imu_sidecar/__init__.py'] = 'import os'), ALL],
  ['the evaluation', ({files}) => (files['py/imu_sidecar/evaluate.py'] += '\n'), ['evaluate']],
  ['the data', ({files}) => (files['py/imu_sidecar/data.py'] += '\n'), ALL],
  ['the training task', ({files}) => (files['src/tasks/train.ts'] += '\n'), AFTER_DATA],
  ['what training and unlearning import', ({files}) => (files['src/tasks/load.ts'] += '\n'), AFTER_DATA],
  ['a file of types alone', ({files}) => (files['src/tasks/seen.ts'] = 'export type Seen = 2;'), NONE],
  [
    'a new import of the decoder',
    ({files}) =>
      Object.assign(files, {
        'py/imu_sidecar/models/decoder.py': 'from . import mask',
        'py/imu_sidecar/models/mask.py': '',
      }),
    AFTER_DATA,
  ],
  ['the dashboard', ({files}) => (files['src/dashboard/app.ts'] = 'export const app = 2;'), NONE],
  ['a file that nothing imports', ({files}) => (files['py/imu_sidecar/new.py'] = 'x = 1'), NONE],
  ['the README', ({files}) => (files['README.md'] = 'read more'), NONE],
  ['the folder of the project', (world) => (world.folder = 'elsewhere/project'), NONE],
];

describe('keys change where they must and nowhere else', () => {
  const before = planOf(makeWorld());
  const keysBefore = new Map(before.tasks.map(({id, key}) => [id, key]));

  test('the same world has the same keys', () => {
    expect(planOf(makeWorld()).tasks.map(({key}) => key)).toEqual(before.tasks.map(({key}) => key));
    expect(before.tasks).toHaveLength(13);
  });

  test.each(EDITS)('%s', (_, edit, expected) => {
    const world = makeWorld();
    edit(world);
    const unseed = (id: string): string => id.replace('/t2', '/t1');
    const kept = planOf(world).tasks.filter(({id}) => keysBefore.has(unseed(id)));
    const isSecondSeed = ({id}: {id: string}): boolean => id.includes('/t2') && world.suite.seeds.train.length > 1;
    const changed = kept.filter((task) => !isSecondSeed(task) && keysBefore.get(unseed(task.id)) !== task.key);
    const known = kept
      .map(({id}) => id)
      .filter((id) => expected.some((start) => id === start || id.startsWith(`${start}/`)));
    expect(changed.map(({id}) => id)).toEqual(known);
    if (expected.length > 0) expect(known.length).toBeGreaterThan(0);
  });

  test('there are at least 60 edits', () => {
    expect(EDITS.length).toBeGreaterThanOrEqual(60);
  });
});

test('a key is 64 hex digits of the canonical text of its parts', () => {
  const [task] = planOf(makeWorld()).tasks;
  expect(task?.key).toMatch(/^[0-9a-f]{64}$/);
  expect(taskKey(task?.keyParts as KeyParts)).toBe(task?.key);
});
