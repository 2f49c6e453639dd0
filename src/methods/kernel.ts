import type {InfluenceScores, SampleWeights} from '../influence/index.ts';
import type {Estimator, Objective, Optimiser, ParameterScope} from '../protocol/index.ts';

/** What a method may do to the model: the paper's verbs. Bound to one model, one forgetSet, one unlearn seed. */
export interface Kernel {
  /** Loss of a model that knows nothing: ln of the number of classes or tokens, nats. */
  readonly chanceLoss: number;
  /** Raw influence of every sample of the forgetSet on the loss over the forgetSet (paper eq. 4). */
  scoreInfluence(request: {
    readonly estimator: Estimator;
    /** `randomInitialisation` reproduces the released code, which scores before it loads the weights (spec llm 4.7, item 1). */
    readonly at: 'currentModel' | 'randomInitialisation';
  }): Promise<InfluenceScores>;
  openDescent(request: DescentRequest): Promise<Descent>;
}

export interface DescentRequest {
  readonly objective: Objective;
  readonly parameterScope: ParameterScope;
  readonly optimiser: Optimiser;
  readonly batchSize: number;
  /** Steps of the whole descent, for progress. */
  readonly numSteps: number;
  readonly normalisePerBatch?: boolean;
  readonly l1Penalty?: number;
  readonly lossScale?: number;
}

export interface Descent {
  /** Weights from here on; a sample of weight zero is not drawn. Journals the diagnostics that came with them. */
  setSampleWeights(weights: SampleWeights): Promise<void>;
  /** Goes `numSteps` further; resolves with the last loss. */
  descend(numSteps: number): Promise<{readonly step: number; readonly loss: number}>;
}
