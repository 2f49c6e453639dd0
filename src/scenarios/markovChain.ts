import {datasets} from '../datasets/index.ts';
import {models} from '../models/index.ts';
import {BadInput, type DatasetSpec, type Measurement, type Optimiser, type Selection} from '../protocol/index.ts';
import type {Scenario} from './scenario.ts';

/** What may be changed about the Markov-chain scenario; the defaults are the paper's experiment at full size. */
export interface MarkovChainOptions {
  readonly model?: string;
  readonly dataset?: Partial<DatasetSpec>;
  readonly numEpochs?: number;
  readonly batchSize?: number;
  readonly trace?: Partial<Scenario['trace']>;
}

/**
 * Paper 4.5, Table 3: a decoder trained on the retain chain and the first forget chain (`--only_forget1`; spec llm 0.2), asked to
 * forget both forget chains. Losses are on the held-out test sets, KL is against the retrained model.
 */
export function markovChain(options: MarkovChainOptions = {}): Scenario {
  const card = datasets['markov-chains'];
  if (card === undefined) throw new Error('the card of markov-chains is missing');
  const dataset = {...card.spec, ...options.dataset};
  const scenario: Scenario = {
    id: 'markov-chain',
    title: 'Unlearning on a sequence modelling problem',
    dataset,
    ...modelOf(options.model ?? 'markov-decoder', dataset),
    pretraining: recipe(['retainTrain', 'forget1Train'], options),
    retraining: recipe(['retainTrain'], options),
    forgetSet: all('forgetTrain'),
    measurements: [
      measure('retainLoss', 'tokenLoss', 'retainTest'),
      measure('retainKl', 'klToReference', 'retainTest'),
      measure('forgetLoss', 'tokenLoss', 'forgetTest'),
      measure('forgetKl', 'klToReference', 'forgetTest'),
      measure('forget1Loss', 'tokenLoss', 'forget1Test'),
      measure('forget2Loss', 'tokenLoss', 'forget2Test'),
    ],
    evaluationBatchSize: 128,
    trace: {every: 1, limit: 200, ...options.trace},
  };
  return scenario;
}

/** The same scenario with another model. Throws BadInput for a model that does not exist. */
export const withModel = (scenario: Scenario, model: string): Scenario => ({
  ...scenario,
  ...modelOf(model, scenario.dataset),
});

function modelOf(id: string, dataset: DatasetSpec): Pick<Scenario, 'model' | 'architecture'> {
  const card = models[id];
  if (card === undefined)
    throw new BadInput({who: 'scenario', field: 'model', value: id, allowed: Object.keys(models)});
  return {
    model: id,
    architecture: card.architecture({vocabularySize: dataset.numStates, numPositions: dataset.sequenceLength - 1}),
  };
}

function recipe(sets: string[], options: MarkovChainOptions): Scenario['pretraining'] {
  return {
    selection: {sets, limit: null},
    optimiser: ADAM_W,
    batchSize: options.batchSize ?? 128,
    numEpochs: options.numEpochs ?? 5,
  };
}

/** transformers 4.35's AdamW (spec llm 4.3). */
const ADAM_W: Optimiser = {kind: 'adamW', learningRate: 5e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weightDecay: 0};

const all = (set: string): Selection => ({sets: [set], limit: null});

const measure = (label: string, primitive: Measurement['primitive'], set: string): Measurement => ({
  label,
  primitive,
  selection: all(set),
});
