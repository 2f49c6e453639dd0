import type {Kernel} from '../../methods/kernel.ts';
import type {TaskSpec} from '../../plan/task.ts';
import {
  type DescentSpec,
  float64,
  ImuError,
  type Measurement,
  type Output,
  type WeightDiagnostics,
} from '../../protocol/index.ts';
import type {TaskContext} from '../execute.ts';
import {release, SILENCE_MS} from './assets.ts';
import {relay} from './relay.ts';
import {extend, type Trajectory} from './trajectory.ts';

export type UnlearnSpec = Extract<TaskSpec, {kind: 'unlearn'}>;

/** What the kernel works on, by handle. */
export interface Subject {
  readonly key: string;
  readonly spec: UnlearnSpec;
  readonly dataset: string;
  readonly groups: readonly string[];
  /** Changed in place. */
  readonly model: string;
  /** The retrainedModel, for the trajectory's divergence. */
  readonly retrained: string;
  /** The originalModel, for objectives that compare with it. */
  readonly original: string;
}

/** What happened while a method drove the kernel. */
export interface KernelRecord {
  trajectory: Trajectory;
  readonly weightings: {
    readonly step: number;
    readonly diagnostics: WeightDiagnostics;
    readonly scoring: Output<'scoreInfluence'> | null;
  }[];
  numSteps: number;
  /** Handles that die with the task: a descent holds an optimiser and the features of its set. */
  readonly descents: string[];
}

/** A method's Kernel over one sidecar: verbs become calls, and everything measured on the way is kept. */
export function openKernel(context: TaskContext, subject: Subject): {kernel: Kernel; record: KernelRecord} {
  const {sidecar, signal, emit} = context;
  const {key, spec, dataset} = subject;
  const onEvent = relay(context, key);
  const options = {signal, silenceMs: SILENCE_MS, onEvent};
  const record: KernelRecord = {
    trajectory: {labels: spec.trace.map(({label}) => label), steps: [], values: []},
    weightings: [],
    numSteps: 0,
    descents: [],
  };
  let lastScoring: Output<'scoreInfluence'> | null = null;

  const kernel: Kernel = {
    chanceLoss: Math.log(spec.architecture.vocabularySize),

    async scoreInfluence({estimator, at}) {
      const model = at === 'currentModel' ? subject.model : await createRandom(context, spec);
      try {
        const request = {model, dataset, selection: spec.forgetSet, estimator, batchSize: spec.evaluationBatchSize};
        const {output, arrays} = await sidecar.call('scoreInfluence', request, options);
        lastScoring = output;
        emit({
          type: 'influenceScored',
          key,
          step: record.numSteps,
          estimator: estimator.kind,
          seconds: output.seconds,
          numIterations: output.numIterations,
          residual: output.residual,
        });
        return {
          scores: array(arrays.influenceScores?.data, Float64Array),
          groups: array(arrays.groups?.data, Int32Array),
          groupNames: subject.groups,
        };
      } finally {
        if (model !== subject.model) await release(context, [model]).catch(() => undefined);
      }
    },

    async openDescent(request) {
      const descentSpec: DescentSpec = {
        selection: spec.forgetSet,
        objective: request.objective,
        parameterScope: request.parameterScope,
        optimiser: request.optimiser,
        batchSize: request.batchSize,
        seed: spec.seed,
        normalisePerBatch: request.normalisePerBatch ?? false,
        l1Penalty: request.l1Penalty ?? 0,
        lossScale: request.lossScale ?? 1,
      };
      const opened = await sidecar.call(
        'openDescent',
        {model: subject.model, dataset, descent: descentSpec, reference: subject.original},
        options,
      );
      const {descent} = opened.output;
      record.descents.push(descent);
      return {
        async setSampleWeights({weights, diagnostics}) {
          emit({type: 'weightsShaped', key, step: record.numSteps, diagnostics});
          record.weightings.push({step: record.numSteps, diagnostics, scoring: lastScoring});
          if (diagnostics.numSelected === 0) return;
          await sidecar.call('setSampleWeights', {descent}, {...options, arrays: {sampleWeights: float64(weights)}});
        },
        async descend(numSteps) {
          const call = {
            descent,
            numSteps,
            totalSteps: request.numSteps,
            trace: [...spec.trace] as Measurement[],
            traceEvery: spec.traceEvery,
            reference: subject.retrained,
          };
          const {output, arrays} = await sidecar.call('descend', call, options);
          record.trajectory = extend(record.trajectory, arrays);
          record.numSteps = output.step;
          return {step: output.step, loss: output.loss};
        },
      };
    },
  };
  return {kernel, record};
}

/** The weights that a fresh process would draw for the unlearn seed: what the released code scores on. */
async function createRandom({sidecar, signal}: TaskContext, spec: UnlearnSpec): Promise<string> {
  const {output} = await sidecar.call(
    'createModel',
    {architecture: spec.architecture, seed: spec.seed},
    {signal, silenceMs: SILENCE_MS},
  );
  return output.model;
}

function array<T extends Float64Array | Int32Array>(data: unknown, type: new () => T): T {
  if (data instanceof type) return data;
  throw new ImuError('PROTOCOL_MISMATCH', `scoreInfluence: expected an array of ${type.name}`, {
    hint: 'Sidecar and orchestrator are of different versions: run imu doctor.',
  });
}
