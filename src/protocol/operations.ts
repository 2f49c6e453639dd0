import {z} from 'zod';
import {Float} from './floats.ts';
import {Architecture, DatasetSpec, DescentSpec, Estimator, Measurement, Optimiser, Selection} from './specs.ts';

/** Raised when the meaning of a message changes; both sides compare it, and the hash of the schema, in hello. */
export const PROTOCOL_VERSION = 1;

const handle = z.string().min(1);
const path = z.string().min(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const empty = z.strictObject({});
const json = z.json().meta({id: 'Json'});
const file = z.strictObject({sha256, sizeBytes: z.int().min(0)}).meta({id: 'WrittenFile'});

export const Hello = z
  .strictObject({
    protocolVersion: z.int(),
    schemaHash: z.string(),
    pid: z.int(),
    pythonVersion: z.string(),
    packages: z.record(z.string(), z.string()),
    device: z.string(),
    deviceName: z.string(),
    devices: z.array(
      z.strictObject({id: z.string(), name: z.string(), memoryBytes: z.int().nullable()}).meta({id: 'Device'}),
    ),
    numThreads: z.int(),
    deterministic: z.boolean(),
  })
  .meta({id: 'Hello'});
export type Hello = z.infer<typeof Hello>;

const sets = z.array(z.strictObject({name: z.string(), numSamples: z.int().min(0)}).meta({id: 'SetSize'}));

/**
 * Every operation of the sidecar: name → input and output. Arrays travel beside the JSON under the names given in the comments.
 * A handle names an object that lives in one sidecar process and dies with it.
 */
export const OPERATIONS = {
  hello: {input: empty, output: Hello},

  /** Answers with its input and arrays; with `selfTest`, what a transport must survive. Refused unless IMU_SIDECAR_SELF_TEST=1, but for `echo`. */
  selfTest: {
    input: z.strictObject({
      action: z.enum([
        'echo',
        'raise',
        'progress',
        'hang',
        'exit',
        'kill',
        'segfault',
        'print',
        'unserialisable',
        'outOfMemory',
      ]),
      value: json,
      count: z.int().min(0),
      intervalSeconds: z.number().min(0),
    }),
    output: z.strictObject({value: json}),
  },

  /** Writes the data set as safetensors to `path`, which must not exist. */
  generateDataset: {input: z.strictObject({dataset: DatasetSpec, path}), output: z.strictObject({file, sets})},
  loadDataset: {
    input: z.strictObject({path, sha256}),
    output: z.strictObject({dataset: handle, sets, groups: z.array(z.string())}),
  },

  /** A model with the weights that `seed` draws. */
  createModel: {
    input: z.strictObject({architecture: Architecture, seed: z.int().min(0)}),
    output: z.strictObject({model: handle, numParameters: z.int(), numHeadParameters: z.int()}),
  },
  loadModel: {
    input: z.strictObject({architecture: Architecture, path, sha256}),
    output: z.strictObject({model: handle, numParameters: z.int(), numHeadParameters: z.int()}),
  },
  /** Writes safetensors to `path`, which must not exist. */
  saveModel: {input: z.strictObject({model: handle, path}), output: file},
  release: {input: z.strictObject({handles: z.array(handle)}), output: empty},

  /** Trains in place on whole shuffled epochs, mean token cross-entropy. Emits stepCompleted. */
  train: {
    input: z.strictObject({
      model: handle,
      dataset: handle,
      selection: Selection,
      optimiser: Optimiser,
      batchSize: z.int().min(1),
      numEpochs: z.int().min(1),
      seed: z.int().min(0),
    }),
    output: z.strictObject({numSteps: z.int(), loss: Float, seconds: z.number()}),
  },

  /** Every measurement in one pass over the data; `reference` is the model that klToReference compares with. */
  evaluate: {
    input: z.strictObject({
      model: handle,
      dataset: handle,
      measurements: z.array(Measurement).min(1),
      reference: handle.nullable(),
      batchSize: z.int().min(1),
    }),
    output: z.strictObject({
      values: z.array(
        z.strictObject({label: z.string(), value: Float, numSamples: z.int()}).meta({id: 'MeasuredValue'}),
      ),
      seconds: z.number(),
    }),
  },

  /**
   * Raw influence of every selected sample at the output layer. Arrays out: `influenceScores` float64 [n]; `losses` float64 [n];
   * `groups` int32 [n], indices into the data set's groups.
   */
  scoreInfluence: {
    input: z.strictObject({
      model: handle,
      dataset: handle,
      selection: Selection,
      estimator: Estimator,
      batchSize: z.int().min(1),
    }),
    output: z.strictObject({
      numSamples: z.int(),
      /** Damping as added to the diagonal of the curvature; 0 where the estimator has none. */
      damping: z.number(),
      /** λ_max of the curvature; null where the estimator has none. */
      largestEigenvalue: z.number().nullable(),
      /** Median of the curvature's diagonal before damping, over a part of the tokens where there are many; null where the estimator has none. */
      medianCurvature: z.number().nullable(),
      numIterations: z.int(),
      /** ‖(H+δI)S − G‖ / ‖G‖ of the solve; 0 for closed forms. */
      residual: Float,
      seconds: z.number(),
    }),
  },

  /** Prepares a descent on the model in place. `reference` is what npo compares with. Every sample weighs one until setSampleWeights. */
  openDescent: {
    input: z.strictObject({model: handle, dataset: handle, descent: DescentSpec, reference: handle.nullable()}),
    output: z.strictObject({descent: handle, numTrainable: z.int(), numSamples: z.int()}),
  },
  /** Arrays in: `sampleWeights` float64 [n] over the descent's selection, ≥ 0; samples of weight zero are not drawn. The optimiser's state stays. */
  setSampleWeights: {input: z.strictObject({descent: handle}), output: z.strictObject({numDrawn: z.int()})},
  /**
   * Goes `numSteps` further. Measures `trace` before the first step ever and after every `traceEvery` steps. Emits stepCompleted and metricMeasured.
   * Arrays out: `steps` int32 [k]; `trace` float64 [k, number of measurements], in the order given. Fails with NON_FINITE on a loss that is not finite.
   */
  descend: {
    input: z.strictObject({
      descent: handle,
      numSteps: z.int().min(1),
      totalSteps: z.int().min(1),
      trace: z.array(Measurement),
      traceEvery: z.int().min(1),
      reference: handle.nullable(),
    }),
    output: z.strictObject({step: z.int(), loss: Float, seconds: z.number(), traceSeconds: z.number()}),
  },
} as const satisfies Record<string, {input: z.ZodType; output: z.ZodType}>;

export type OperationName = keyof typeof OPERATIONS;
export type Input<O extends OperationName> = z.infer<(typeof OPERATIONS)[O]['input']>;
export type Output<O extends OperationName> = z.infer<(typeof OPERATIONS)[O]['output']>;
