import {z} from 'zod';
import {NORMALISATIONS, SELECTIONS, shuffleWeights, TRANSFORMS, toSampleWeights} from '../influence/index.ts';
import {Estimator, ParameterScope} from '../protocol/index.ts';
import {defineMethod} from './method.ts';
import {adamW, descentParams} from './parameters.ts';

const params = z.strictObject({
  ...descentParams,
  /** The paper moves θ_c only (Algorithm 1, line 7). */
  parameterScope: ParameterScope.default('head'),
  estimator: Estimator.default({kind: 'exact', damping: 0.01, tolerance: 1e-4, maxIterations: 200}),
  /** `randomInitialisation` is the released script's order of lines: scores first, weights loaded after (spec llm 4.7, item 1). */
  scoreAt: z.enum(['currentModel', 'randomInitialisation']).default('currentModel'),
  selection: z.enum(SELECTIONS).default('negative'),
  /** r of paper Table 4. */
  selectionFraction: z.number().gt(0).max(1).default(1),
  transform: z.enum(TRANSFORMS).default('sqrt'),
  truncationQuantile: z.number().gt(0).max(1).nullable().default(0.93),
  normalise: z.enum(NORMALISATIONS).default('meanOne'),
  /** true divides a batch by its own sum of weights, as the released code does. */
  normalisePerBatch: z.boolean().default(false),
  /** Steps between two scorings; null scores once, before the first step. */
  refreshEvery: z.int().min(1).nullable().default(10),
  /** Weight of ‖θ_c‖₁; not in the paper's equations, but in its code. */
  l1Penalty: z.number().min(0).default(0),
  /** Factor on the loss's gradient beside the penalty's: the released code calls backward twice (spec llm 4.7, item 3). */
  lossScale: z.number().gt(0).default(1),
  /**
   * Stop when the mean loss of the last ten steps reaches this: nats per token, or `chance`, the loss of knowing nothing.
   * Ascent has no end of its own; beyond chance it only makes the model wrong with confidence. null goes all `numSteps`.
   */
  stopAtForgetLoss: z
    .union([z.literal('chance'), z.number().gt(0)])
    .nullable()
    .default('chance'),
  /** `shuffled` hands the same weights to the wrong samples: the control for influence itself. */
  assignment: z.enum(['influence', 'shuffled']).default('influence'),
});

/** Influence-guided Machine Unlearning: gradient ascent on the output layer, each sample weighted by its influence (paper Algorithm 1, eq. 5). */
export const imu = defineMethod({
  id: 'imu',
  label: 'IMU',
  cite: 'arXiv 2508.01620, Algorithm 1',
  yields: 'unlearnedModel',
  params,
  profiles: {
    official: {
      estimator: {kind: 'diagFisher', damping: 0.01, aliasFirstSample: true},
      scoreAt: 'randomInitialisation',
      normalise: 'none',
      normalisePerBatch: true,
      refreshEvery: null,
      l1Penalty: 0.002,
      lossScale: 2,
      stopAtForgetLoss: null,
    },
    paper: {refreshEvery: 1, stopAtForgetLoss: null},
    sound: {},
  },
  async unlearn(kernel, {params, seed}) {
    const descent = await kernel.openDescent({
      objective: {kind: 'gradientAscent'},
      parameterScope: params.parameterScope,
      optimiser: adamW(params.learningRate),
      batchSize: params.batchSize,
      numSteps: params.numSteps,
      normalisePerBatch: params.normalisePerBatch,
      l1Penalty: params.l1Penalty,
      lossScale: params.lossScale,
    });
    const stopAt = params.stopAtForgetLoss === 'chance' ? kernel.chanceLoss : params.stopAtForgetLoss;
    const recentLosses: number[] = [];
    for (let step = 0; step < params.numSteps; ) {
      const isDue = step === 0 || (params.refreshEvery !== null && step % params.refreshEvery === 0);
      if (isDue) {
        const influence = await kernel.scoreInfluence({estimator: params.estimator, at: params.scoreAt}); // Eq. 4
        const shaped = toSampleWeights(influence, params);
        const weights = params.assignment === 'shuffled' ? shuffleWeights(shaped, influence, seed) : shaped;
        await descent.setSampleWeights(weights); // Î of eq. 5
        if (weights.diagnostics.numSelected === 0) return; // D_f^{I<0} is empty: nothing to ascend on
      }
      const stride = nextStride(step, params);
      const {loss} = await descent.descend(stride); // −E[Î l], eq. 5
      step += stride;
      if (hasReached(recentLosses, -loss, stopAt)) return;
    }
  },
});

/** Up to the next scoring or the end; one step at a time where a stopping rule watches. */
function nextStride(step: number, {numSteps, refreshEvery, stopAtForgetLoss}: z.infer<typeof params>): number {
  if (stopAtForgetLoss !== null) return 1;
  const untilRefresh = refreshEvery === null ? numSteps : refreshEvery - (step % refreshEvery);
  return Math.min(untilRefresh, numSteps - step);
}

const NUM_STEPS_AVERAGED = 10;

function hasReached(recent: number[], loss: number, threshold: number | null): boolean {
  if (threshold === null) return false;
  recent.push(loss);
  if (recent.length > NUM_STEPS_AVERAGED) recent.shift();
  return recent.length === NUM_STEPS_AVERAGED && recent.reduce((a, b) => a + b, 0) / NUM_STEPS_AVERAGED >= threshold;
}
