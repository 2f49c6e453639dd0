import {z} from 'zod';
import {Failure} from './failures.ts';
import {Float} from './floats.ts';

/** What a sidecar says while it works on a call. */
export const SidecarEvent = z
  .discriminatedUnion('type', [
    z.strictObject({type: z.literal('phaseStarted'), phase: z.string()}).meta({id: 'PhaseStarted'}),
    z
      .strictObject({
        type: z.literal('stepCompleted'),
        step: z.int().min(0),
        numSteps: z.int().min(1),
        loss: Float,
        secondsPerStep: z.number().min(0),
      })
      .meta({id: 'StepCompleted'}),
    z
      .strictObject({type: z.literal('metricMeasured'), step: z.int().min(0), label: z.string(), value: Float})
      .meta({id: 'MetricMeasured'}),
    z
      .strictObject({
        type: z.literal('logged'),
        level: z.enum(['debug', 'info', 'warning', 'error']),
        message: z.string(),
      })
      .meta({id: 'Logged'}),
    /** How one process stands while it computes; every few seconds. */
    z
      .strictObject({
        type: z.literal('deviceMeasured'),
        rank: z.int().min(0),
        device: z.string(),
        /** Resident memory of the process on a CPU; what torch holds of the device's memory on an accelerator. */
        memoryBytes: z.int().min(0),
        /** What the device has; null where that is not known. */
        memoryLimitBytes: z.int().min(0).nullable(),
        /** 0 to 1: of the threads the process may use on a CPU, of the device on an accelerator; null where that is not known. */
        utilisation: z.number().min(0).max(1).nullable(),
      })
      .meta({id: 'DeviceMeasured'}),
  ])
  .meta({id: 'SidecarEvent'});
export type SidecarEvent = z.infer<typeof SidecarEvent>;

/** One sample of the forgetSet as influence saw it. */
export const InfluentialSample = z.strictObject({
  /** Its place in the forgetSet. */
  sample: z.int(),
  group: z.string(),
  /** Raw and signed. */
  score: Float,
  weight: Float,
});
export type InfluentialSample = z.infer<typeof InfluentialSample>;

/** How influence scores became weights; goes with every weighted run. Shares are of the total weight. */
export const WeightDiagnostics = z.strictObject({
  numSamples: z.int(),
  numSelected: z.int(),
  shareSelected: z.number(),
  /** (Σw)² / Σw², in samples. */
  effectiveSampleSize: z.number(),
  maximumOverMedian: z.number(),
  truncationThreshold: z.number().nullable(),
  weightShareByGroup: z.record(z.string(), z.number()),
  shareSelectedByGroup: z.record(z.string(), z.number()),
  /** Equal bins of the raw scores, for a picture: edges has one more entry than counts. */
  histogram: z.strictObject({edges: z.array(z.number()), counts: z.array(z.int())}),
  /** Samples of the largest |score|, largest first, and of the smallest, smallest first; at most NUM_INFLUENTIAL each. */
  mostInfluential: z.array(InfluentialSample),
  leastInfluential: z.array(InfluentialSample),
});
export type WeightDiagnostics = z.infer<typeof WeightDiagnostics>;

/** One node of the plan as the journal tells it: enough to draw it, not enough to run it. */
export const PlannedTask = z.strictObject({
  key: z.string(),
  id: z.string(),
  kind: z.enum(['data', 'train', 'unlearn', 'evaluate']),
  label: z.string(),
  row: z.string().nullable(),
  trainSeed: z.int().nullable(),
  unlearnSeed: z.int().nullable(),
  inputs: z.array(z.string()),
  /** Share of the suite's work, in units of one; used for ETA before a duration is known. */
  expectedSeconds: z.number().nullable(),
});
export type PlannedTask = z.infer<typeof PlannedTask>;

const key = z.string();

/** What a task left: role (model, dataset, trajectory) → stored object. */
const artefacts = z.record(z.string(), z.strictObject({sha256: z.string(), sizeBytes: z.int()}));
const metrics = z.record(z.string(), Float);

/** Of the events below. A journal of a higher one is refused with a clear word; what is only added needs no new number. */
export const JOURNAL_FORMAT = 1;

/** Everything that happens in a run, past tense: the lines of its journal and the stream that viewers fold. */
export const RunEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('runStarted'),
    runId: z.string(),
    suiteId: z.string(),
    title: z.string(),
    session: z.string(),
    version: z.string(),
    command: z.string(),
    numLanes: z.int(),
    device: z.string(),
    /** JOURNAL_FORMAT of the imu that wrote it. */
    formatVersion: z.int(),
  }),
  /** The queue stands still; what runs goes on. */
  z.strictObject({type: z.literal('runPaused')}),
  z.strictObject({type: z.literal('runResumed')}),
  z.strictObject({type: z.literal('planned'), tasks: z.array(PlannedTask)}),
  z.strictObject({
    type: z.literal('laneStarted'),
    lane: z.int(),
    pid: z.int(),
    device: z.string(),
    transport: z.string(),
  }),
  z.strictObject({type: z.literal('laneLost'), lane: z.int(), failure: Failure}),
  /** deviceMeasured of one rank of a lane's sidecar. */
  z.strictObject({
    type: z.literal('laneMeasured'),
    lane: z.int(),
    rank: z.int(),
    device: z.string(),
    memoryBytes: z.int(),
    memoryLimitBytes: z.int().nullable(),
    utilisation: z.number().nullable(),
  }),
  /** A finished task was found by its key; seconds and metrics are what it took and measured when it was computed. */
  z.strictObject({type: z.literal('taskFound'), key, seconds: z.number(), metrics, artefacts}),
  z.strictObject({type: z.literal('taskStarted'), key, lane: z.int(), attempt: z.int()}),
  z.strictObject({type: z.literal('phaseStarted'), key, phase: z.string()}),
  z.strictObject({
    type: z.literal('stepCompleted'),
    key,
    step: z.int(),
    numSteps: z.int(),
    loss: Float,
    secondsPerStep: z.number(),
  }),
  z.strictObject({type: z.literal('metricMeasured'), key, step: z.int(), label: z.string(), value: Float}),
  z.strictObject({
    type: z.literal('influenceScored'),
    key,
    step: z.int(),
    estimator: z.string(),
    seconds: z.number(),
    numIterations: z.int(),
    residual: Float,
  }),
  z.strictObject({type: z.literal('weightsShaped'), key, step: z.int(), diagnostics: WeightDiagnostics}),
  z.strictObject({type: z.literal('taskFinished'), key, seconds: z.number(), metrics, artefacts}),
  z.strictObject({type: z.literal('taskFailed'), key, attempt: z.int(), failure: Failure, willRetry: z.boolean()}),
  z.strictObject({type: z.literal('taskBlocked'), key, by: z.string()}),
  z.strictObject({type: z.literal('taskCancelled'), key}),
  /** A task that had failed, was blocked or was cancelled waits again: somebody asked for it. */
  z.strictObject({type: z.literal('taskRequeued'), key}),
  z.strictObject({
    type: z.literal('taskLogged'),
    key,
    level: z.enum(['debug', 'info', 'warning', 'error']),
    message: z.string(),
  }),
  z.strictObject({
    type: z.literal('logged'),
    source: z.string(),
    level: z.enum(['debug', 'info', 'warning', 'error']),
    message: z.string(),
  }),
  z.strictObject({
    type: z.literal('runFinished'),
    outcome: z.enum(['done', 'failed', 'partlyFailed', 'interrupted']),
    seconds: z.number(),
  }),
]);
export type RunEvent = z.infer<typeof RunEvent>;
