import type {Architecture, DatasetSpec, Measurement, Optimiser, Selection} from '../protocol/index.ts';

/** How a model is trained from nothing: whole shuffled epochs of mean cross-entropy over `selection`. */
export interface TrainingRecipe {
  readonly selection: Selection;
  readonly optimiser: Optimiser;
  readonly batchSize: number;
  readonly numEpochs: number;
}

/** An unlearning problem: data, model, what is to be forgotten, and what is measured afterwards. Knows no method. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly dataset: DatasetSpec;
  /** Model card id, e.g. 'markov-decoder'. */
  readonly model: string;
  readonly architecture: Architecture;
  /** Makes the originalModel. */
  readonly pretraining: TrainingRecipe;
  /** Makes the retrainedModel: as pretraining, without the forgetSet. */
  readonly retraining: TrainingRecipe;
  readonly forgetSet: Selection;
  /** What the finished model is measured on. Labels are metric ids and column keys. */
  readonly measurements: Measurement[];
  readonly evaluationBatchSize: number;
  /** The trajectory: the same measurements on the first `limit` samples of each set, every `every` steps; null limit means all. */
  readonly trace: {readonly every: number; readonly limit: number | null};
}
