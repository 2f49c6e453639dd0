import {z} from 'zod';

/** What the kernels can be told. Python knows these words and no method, table or scenario. Fields are always present; defaults live in TypeScript. */

const count = z.int().min(1);
const seed = z.int().min(0).max(4_294_967_295);
const positive = z.number().gt(0);

/** Sequence models. `markovDecoder` is the decoder of the paper's released code (spec llm 4.2); `gpt2` is the GPT-2 of transformers. */
export const Architecture = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('markovDecoder'),
        vocabularySize: count,
        numPositions: count,
        width: count,
        numLayers: count,
      })
      .meta({id: 'MarkovDecoder'}),
    z
      .strictObject({
        kind: z.literal('gpt2'),
        vocabularySize: count,
        numPositions: count,
        width: count,
        numLayers: count,
        numHeads: count,
      })
      .meta({id: 'Gpt2'}),
  ])
  .meta({id: 'Architecture'});
export type Architecture = z.infer<typeof Architecture>;

/** A mixture of Markov chains (paper 4.5): `numStates` states, one block of numStates/3 per chain, `leakage` out of the block. */
export const MarkovChains = z
  .strictObject({
    kind: z.literal('markovChains'),
    numStates: z.int().min(3),
    sequenceLength: z.int().min(2),
    leakage: z.number().min(0).max(1),
    numRetain: z.int().min(2),
    numForget1: z.int().min(2),
    numForget2: z.int().min(2),
    testFraction: z.number().gt(0).lt(1),
    seed,
  })
  .meta({id: 'MarkovChains'});

export const DatasetSpec = z.discriminatedUnion('kind', [MarkovChains]).meta({id: 'DatasetSpec'});
export type DatasetSpec = z.infer<typeof DatasetSpec>;

/** Samples named by the sets they are in, in this order; `limit` keeps the first samples of the whole, null keeps all. */
export const Selection = z
  .strictObject({sets: z.array(z.string()).min(1), limit: count.nullable()})
  .meta({id: 'Selection'});
export type Selection = z.infer<typeof Selection>;

export const Optimiser = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('adamW'),
        learningRate: positive,
        beta1: z.number(),
        beta2: z.number(),
        epsilon: positive,
        weightDecay: z.number().min(0),
      })
      .meta({id: 'AdamW'}),
    z
      .strictObject({
        kind: z.literal('sgd'),
        learningRate: positive,
        momentum: z.number().min(0),
        weightDecay: z.number().min(0),
      })
      .meta({id: 'Sgd'}),
  ])
  .meta({id: 'Optimiser'});
export type Optimiser = z.infer<typeof Optimiser>;

/** What is minimised. Per sample, l is the mean token cross-entropy and n the number of tokens. */
export const Objective = z
  .discriminatedUnion('kind', [
    z.strictObject({kind: z.literal('crossEntropy')}).meta({id: 'CrossEntropy'}),
    z.strictObject({kind: z.literal('gradientAscent')}).meta({id: 'GradientAscent'}),
    z.strictObject({kind: z.literal('npo'), beta: positive}).meta({id: 'Npo'}),
    z.strictObject({kind: z.literal('simNpo'), beta: positive, delta: z.number()}).meta({id: 'SimNpo'}),
  ])
  .meta({id: 'Objective'});
export type Objective = z.infer<typeof Objective>;

/**
 * Curvature P in I_i = −g_iᵀ P⁻¹ ḡ at the output layer.
 * `exact`: Hessian, conjugate gradients; `dense`: Hessian, Cholesky; both with damping = `damping`·λ_max.
 * `diagFisher`: mean of squared per-sample gradients + `damping` (absolute). `identity`: P = I. `loss`: I_i = −(1 − exp(−l_i)), no gradient at all.
 * `aliasFirstSample` reproduces the released code, whose first sample holds the mean gradient (spec llm 4.7, item 2).
 */
export const Estimator = z
  .discriminatedUnion('kind', [
    z
      .strictObject({kind: z.literal('exact'), damping: positive, tolerance: positive, maxIterations: count})
      .meta({id: 'ExactEstimator'}),
    z.strictObject({kind: z.literal('dense'), damping: positive}).meta({id: 'DenseEstimator'}),
    z
      .strictObject({kind: z.literal('diagFisher'), damping: positive, aliasFirstSample: z.boolean()})
      .meta({id: 'DiagFisherEstimator'}),
    z.strictObject({kind: z.literal('identity')}).meta({id: 'IdentityEstimator'}),
    z.strictObject({kind: z.literal('loss')}).meta({id: 'LossEstimator'}),
  ])
  .meta({id: 'Estimator'});
export type Estimator = z.infer<typeof Estimator>;

export const ParameterScope = z.enum(['all', 'head']).meta({id: 'ParameterScope'});
export type ParameterScope = z.infer<typeof ParameterScope>;

/** `tokenLoss`: mean cross-entropy per token, nats. `klToReference`: mean per token of KL(reference ‖ model) over the vocabulary, nats. */
export const Primitive = z.enum(['tokenLoss', 'klToReference']).meta({id: 'Primitive'});
export type Primitive = z.infer<typeof Primitive>;

/** One number to measure: `primitive` on `selection`, known to the caller as `label`. */
export const Measurement = z
  .strictObject({label: z.string(), primitive: Primitive, selection: Selection})
  .meta({id: 'Measurement'});
export type Measurement = z.infer<typeof Measurement>;

/** A descent, all but its sample weights. The gradient is lossScale·∇(weighted objective) + l1Penalty·sign(θ) on the parameters in scope. */
export const DescentSpec = z
  .strictObject({
    selection: Selection,
    objective: Objective,
    parameterScope: ParameterScope,
    optimiser: Optimiser,
    batchSize: count,
    seed,
    /** true: a batch's loss is Σ w_i l_i / Σ w_i over the batch; false: Σ w_i l_i / B, for weights whose mean over the set is one. */
    normalisePerBatch: z.boolean(),
    l1Penalty: z.number().min(0),
    lossScale: positive,
  })
  .meta({id: 'DescentSpec'});
export type DescentSpec = z.infer<typeof DescentSpec>;
