import {createHash} from 'node:crypto';
import {methods} from '../methods/index.ts';
import {paramsOf} from '../methods/params.ts';
import {models} from '../models/index.ts';
import type {Scenario, TrainingRecipe} from '../scenarios/scenario.ts';
import {taskKey} from './key.ts';
import type {Row, Suite} from './suite.ts';
import type {Environment, KeyParts, Plan, Task, TaskSpec} from './task.ts';

/** What keys need beside the suite. */
export interface PlanContext {
  /** Everything installed that may move a digit; a task's key takes from it what the task uses. */
  readonly environment: Environment;
  /** Files, with their hashes, that decide the result of a task. */
  codeOf(spec: TaskSpec): Readonly<Record<string, string>>;
}

/** Suite → task graph. Pure: the same suite and context give the same keys. Original and retrained models are trained once per train seed and shared. */
export function buildPlan(suite: Suite, context: PlanContext): Plan {
  const graph = new Graph(suite.scenario, context);
  const dataset = graph.add(
    {id: 'data', label: suite.scenario.dataset.kind},
    {kind: 'data', dataset: suite.scenario.dataset},
    {},
  );
  for (const trainSeed of suite.seeds.train) addTrainSeed(graph, suite, dataset, trainSeed);
  const keys = graph.tasks.map(({key}) => key);
  const planHash = createHash('sha256')
    .update(JSON.stringify([suite.id, suite.rows, suite.columns, keys]))
    .digest('hex');
  return {suiteId: suite.id, title: suite.title, planHash, tasks: graph.tasks};
}

interface Identity {
  readonly id: string;
  readonly label: string;
  readonly row?: string;
  readonly trainSeed?: number;
  readonly unlearnSeed?: number;
}

function addTrainSeed(graph: Graph, suite: Suite, dataset: Task, trainSeed: number): void {
  const {scenario} = suite;
  const original = graph.add(
    {id: `train/original/t${trainSeed}`, label: 'train original', trainSeed},
    trainSpec(scenario, scenario.pretraining, trainSeed),
    {dataset},
  );
  const retrained = graph.add(
    {id: `train/retrain/t${trainSeed}`, label: 'train retrain', trainSeed},
    trainSpec(scenario, scenario.retraining, trainSeed),
    {dataset},
  );
  const evaluate = (row: Row, model: Task, unlearnSeed?: number): void => {
    const seeds = {trainSeed, ...(unlearnSeed === undefined ? {} : {unlearnSeed})};
    graph.add(
      {id: `evaluate/${row.id}/${suffix(seeds)}`, label: `evaluate ${row.label}`, row: row.id, ...seeds},
      evaluateSpec(scenario),
      {dataset, model, reference: retrained},
    );
  };
  for (const row of suite.rows) {
    switch (methods[row.method]?.yields) {
      case 'originalModel':
        evaluate(row, original);
        break;
      case 'retrainedModel':
        evaluate(row, retrained);
        break;
      default:
        for (const unlearnSeed of suite.seeds.unlearn) {
          const seeds = {trainSeed, unlearnSeed};
          const spec = unlearnSpec(scenario, row, unlearnSeed);
          const unlearned = graph.add(
            {id: `unlearn/${row.id}/${suffix(seeds)}`, label: row.label, row: row.id, ...seeds},
            spec,
            {dataset, model: original, reference: retrained},
          );
          evaluate(row, unlearned, unlearnSeed);
        }
    }
  }
}

const suffix = (seeds: {trainSeed: number; unlearnSeed?: number}): string =>
  `t${seeds.trainSeed}${seeds.unlearnSeed === undefined ? '' : `/u${seeds.unlearnSeed}`}`;

function trainSpec({architecture}: Scenario, recipe: TrainingRecipe, seed: number): TaskSpec {
  return {kind: 'train', architecture, ...recipe, seed};
}

function unlearnSpec(scenario: Scenario, row: Row, seed: number): TaskSpec {
  return {
    kind: 'unlearn',
    architecture: scenario.architecture,
    method: row.method,
    params: paramsOf(row, `row ${row.id}`),
    forgetSet: scenario.forgetSet,
    trace: scenario.measurements.map((measurement) => ({
      ...measurement,
      selection: {...measurement.selection, limit: scenario.trace.limit},
    })),
    traceEvery: scenario.trace.every,
    evaluationBatchSize: scenario.evaluationBatchSize,
    seed,
  };
}

const evaluateSpec = ({architecture, measurements, evaluationBatchSize}: Scenario): TaskSpec => ({
  kind: 'evaluate',
  architecture,
  measurements,
  batchSize: evaluationBatchSize,
});

/** Collects tasks in an order in which inputs come first. */
class Graph {
  readonly tasks: Task[] = [];
  readonly #scenario: Scenario;
  readonly #context: PlanContext;

  constructor(scenario: Scenario, context: PlanContext) {
    this.#scenario = scenario;
    this.#context = context;
  }

  add(identity: Identity, spec: TaskSpec, inputs: Readonly<Record<string, Task>>): Task {
    const keys = Object.fromEntries(Object.entries(inputs).map(([role, task]) => [role, task.key]));
    const keyParts: KeyParts = {
      kind: spec.kind,
      spec,
      inputs: keys,
      code: this.#context.codeOf(spec),
      environment: this.#environmentOf(spec),
    };
    const {id, label, row = null, trainSeed = null, unlearnSeed = null} = identity;
    const task: Task = {key: taskKey(keyParts), id, label, spec, inputs: keys, row, trainSeed, unlearnSeed, keyParts};
    this.tasks.push(task);
    return task;
  }

  /** A new transformers must not undo runs of models that never load it. */
  #environmentOf(spec: TaskSpec): Environment {
    const {packages, ...rest} = this.#context.environment;
    const needed = ['torch', 'numpy', ...(spec.kind === 'data' ? [] : (models[this.#scenario.model]?.packages ?? []))];
    return {...rest, packages: Object.fromEntries(needed.map((name) => [name, packages[name] ?? 'absent']))};
  }
}
