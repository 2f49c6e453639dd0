import {z} from 'zod';
import {type Optimiser, ParameterScope} from '../protocol/index.ts';

/** Parameters that every gradient method of the sequence experiments has, with the released scripts' defaults (spec llm 4.4). */
export const descentParams = {
  /** Which parameters move. */
  parameterScope: ParameterScope.default('all'),
  learningRate: z.number().gt(0).max(10).default(5e-4),
  /** Samples a step. */
  batchSize: z.int().min(1).default(4),
  /** Steps of the whole descent. */
  numSteps: z.int().min(1).max(1_000_000).default(50),
};

/** AdamW as transformers 4.35 had it by default: ε 1e-6 and no weight decay (spec llm 4.3). */
export const adamW = (learningRate: number): Optimiser => ({
  kind: 'adamW',
  learningRate,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-6,
  weightDecay: 0,
});
