import {
  Architecture,
  type Arrays,
  DatasetSpec,
  type DescentSpec,
  float64,
  ImuError,
  type Input,
  int32,
  type Measurement,
  type OperationName,
  type Output,
  PROTOCOL_VERSION,
  SCHEMA_HASH,
} from '../../protocol/index.ts';
import type {SidecarOptions} from '../sidecar.ts';
import type {FakeCall} from './call.ts';
import {type FakeDataset, fakeDataset, selectGroups} from './dataset.ts';
import {drawFrom} from './draw.ts';
import {readSafetensors, writeSafetensors} from './files.ts';
import type {Handles} from './handles.ts';
import {countParameters, createModel, type FakeModel, measure, moveModel, tokenLoss} from './model.ts';

export interface FakeContext {
  readonly options: SidecarOptions;
  readonly pid: number;
  readonly handles: Handles;
  readonly call: FakeCall;
  readonly arrays: Arrays;
}

export interface FakeDescent {
  readonly model: FakeModel;
  readonly dataset: FakeDataset;
  readonly spec: DescentSpec;
  readonly numSamples: number;
  readonly draw: () => number;
  step: number;
  /** Moves with the weights, so that other weights make another model. */
  meanWeight: number;
}

type Answered<O extends OperationName> = Output<O> | {readonly output: Output<O>; readonly arrays: Arrays};
type Operations = {
  readonly [O in OperationName]: (input: Input<O>, context: FakeContext) => Promise<Answered<O>> | Answered<O>;
};

/** Time is pretended, and so is its measurement: the same inputs give the same bytes. */
const SECONDS_PER_STEP = 0.001;
/** Steps between which the fake lets go of the event loop where steps take no time. */
const STEPS_PER_TURN = 16;
/** Samples per epoch are thousands; the fake's epochs are short. */
const STEPS_PER_EPOCH = 20;

/** Every operation without a computation: numbers from hashes of the inputs, finite and plausible. Failures are those of the real one. */
export const fakeOperations: Operations = {
  hello: (_input, {options, pid}) => ({
    protocolVersion: PROTOCOL_VERSION,
    schemaHash: SCHEMA_HASH,
    pid,
    pythonVersion: 'none',
    packages: {},
    device: options.device,
    deviceName: 'fake',
    devices: [{id: options.device, name: 'fake', memoryBytes: null}],
    numThreads: options.numThreads,
    deterministic: true,
  }),

  async selfTest({action, value, count, intervalSeconds}, {call, arrays}) {
    if (action === 'raise') throw new ImuError('INTERNAL', `raised on purpose: ${value}`, {type: 'ValueError'});
    if (action === 'outOfMemory')
      throw new ImuError('OUT_OF_MEMORY', 'could not allocate, on purpose', {type: 'MemoryError'});
    if (action === 'unserialisable') throw new ImuError('INTERNAL', 'no JSON form', {type: 'TypeError'});
    if (action === 'exit') return call.die({code: count});
    if (action === 'kill') return call.die({signal: 'SIGKILL'});
    if (action === 'segfault') return call.die({signal: 'SIGSEGV'});
    while (action === 'hang') await call.spend(1, 20);
    for (let step = 0; action === 'progress' && step < count; step += 1) {
      call.emit({type: 'logged', level: 'debug', message: String(step)});
      call.emit({
        type: 'stepCompleted',
        step: step + 1,
        numSteps: count,
        loss: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY][step % 3] ?? 0,
        secondsPerStep: intervalSeconds,
      });
      await call.spend(1, intervalSeconds * 1000);
    }
    return {output: {value: action === 'progress' ? count : value}, arrays};
  },

  async generateDataset({dataset, path}, {call}) {
    await call.spend();
    const draw = drawFrom('dataset', dataset);
    const file = writeSafetensors(path, Float32Array.from({length: 16}, draw), {dataset});
    return {file, sets: [...fakeDataset(dataset, file.sha256).sets]};
  },
  loadDataset({path, sha256}, {handles}) {
    const {dataset: spec} = readSafetensors(path, sha256).description as {dataset: unknown};
    const dataset = fakeDataset(DatasetSpec.parse(spec), sha256);
    return {dataset: handles.put('dataset', dataset), sets: [...dataset.sets], groups: [...dataset.groups]};
  },

  createModel: ({architecture, seed}, {handles}) => describeModel(createModel(architecture, seed), handles),
  loadModel({architecture, path, sha256}, {handles}) {
    const {values, description} = readSafetensors(path, sha256);
    const saved = Architecture.parse((description as {architecture: unknown}).architecture);
    if (JSON.stringify(saved) !== JSON.stringify(architecture))
      throw new ImuError('INVALID_REQUEST', `${path} does not fit the architecture: it holds a ${saved.kind}`);
    return describeModel({architecture, weights: values}, handles);
  },
  saveModel({model, path}, {handles}) {
    const {architecture, weights} = handles.get('model', model);
    return writeSafetensors(path, weights, {architecture});
  },
  release({handles: released}, {handles}) {
    for (const handle of released) handles.drop(handle);
    return {};
  },

  async train(input, {handles, call}) {
    const model = handles.get('model', input.model);
    const dataset = handles.get('dataset', input.dataset);
    const numSamples = selectGroups(dataset, input.selection).length;
    const {selection, optimiser, batchSize, numEpochs, seed} = input;
    const draw = drawFrom('train', [...model.weights], dataset.identity, {selection, optimiser, batchSize, seed});
    const numSteps = numEpochs * Math.min(STEPS_PER_EPOCH, Math.ceil(numSamples / batchSize));
    call.emit({type: 'phaseStarted', phase: 'training'});
    for (let step = 1; step <= numSteps; step += 1) {
      moveModel(model, draw, optimiser.learningRate);
      await takeStep(call, step, numSteps, tokenLoss(model, selection, dataset));
    }
    return {numSteps, loss: tokenLoss(model, selection, dataset), seconds: numSteps * SECONDS_PER_STEP};
  },

  async evaluate({model, dataset, measurements, reference}, {handles, call}) {
    await call.spend();
    const values = measurements.map((measurement) => ({
      label: measurement.label,
      value:
        measureAll(
          handles,
          handles.get('model', model),
          handles.get('dataset', dataset),
          [measurement],
          reference,
        )[0] ?? 0,
      numSamples: selectGroups(handles.get('dataset', dataset), measurement.selection).length,
    }));
    return {values, seconds: SECONDS_PER_STEP};
  },

  async scoreInfluence({model, dataset: datasetHandle, selection, estimator}, {handles, call}) {
    await call.spend();
    const {weights} = handles.get('model', model);
    const dataset = handles.get('dataset', datasetHandle);
    const groups = selectGroups(dataset, selection);
    const draw = drawFrom('influence', [...weights], dataset.identity, selection, estimator);
    // As in a trained model: more scores are negative than not, and a few are large.
    const scores = Array.from(groups, () => (draw() - 0.7) * draw() ** 2);
    const output = {
      numSamples: groups.length,
      damping: 'damping' in estimator ? estimator.damping : 0,
      largestEigenvalue: estimator.kind === 'exact' || estimator.kind === 'dense' ? 1 : null,
      medianCurvature: estimator.kind === 'diagFisher' ? 0.01 : null,
      numIterations: estimator.kind === 'exact' ? 12 : 0,
      residual: 0,
      seconds: SECONDS_PER_STEP,
    };
    return {
      output,
      arrays: {influenceScores: float64(scores), losses: float64(scores.map(() => 1 + draw())), groups: int32(groups)},
    };
  },

  openDescent({model: modelHandle, dataset: datasetHandle, descent: spec, reference}, {handles}) {
    const model = handles.get('model', modelHandle);
    const dataset = handles.get('dataset', datasetHandle);
    if (spec.objective.kind === 'npo' && reference === null)
      throw new ImuError('INVALID_REQUEST', 'the objective npo needs a reference model');
    const numSamples = selectGroups(dataset, spec.selection).length;
    const draw = drawFrom('descent', [...model.weights], dataset.identity, spec);
    const {all, head} = countParameters(model.architecture);
    const descent = handles.put('descent', {model, dataset, spec, numSamples, draw, step: 0, meanWeight: 1});
    return {descent, numTrainable: spec.parameterScope === 'head' ? head : all, numSamples};
  },
  setSampleWeights({descent: handle}, {handles, arrays}) {
    const descent = handles.get('descent', handle);
    const weights = Float64Array.from(arrays.sampleWeights?.data ?? []);
    if (weights.length !== descent.numSamples || weights.some((weight) => !(weight >= 0)))
      throw new ImuError('INVALID_REQUEST', `sampleWeights must be ${descent.numSamples} numbers ≥ 0`);
    const draw = drawFrom('sampleWeights', [...weights]);
    descent.meanWeight = 0.5 + draw();
    return {numDrawn: weights.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0)};
  },
  async descend({descent: handle, numSteps, totalSteps, trace, traceEvery, reference}, {handles, call}) {
    const descent = handles.get('descent', handle);
    const {model, dataset, spec} = descent;
    const steps: number[] = [];
    const rows: number[] = [];
    const record = () => {
      const values = measureAll(handles, model, dataset, trace, reference);
      steps.push(descent.step);
      rows.push(...values);
      trace.forEach(({label}, index) => {
        call.emit({type: 'metricMeasured', step: descent.step, label, value: values[index] ?? 0});
      });
    };
    if (descent.step === 0 && trace.length > 0) record();
    for (let taken = 0; taken < numSteps; taken += 1) {
      descent.step += 1;
      moveModel(model, descent.draw, spec.optimiser.learningRate * descent.meanWeight);
      await takeStep(call, descent.step, totalSteps, tokenLoss(model, spec.selection, dataset));
      if (trace.length > 0 && descent.step % traceEvery === 0) record();
    }
    const loss = tokenLoss(model, spec.selection, dataset);
    const output = {step: descent.step, loss, seconds: numSteps * SECONDS_PER_STEP, traceSeconds: 0};
    const table = {dtype: 'float64', shape: [steps.length, trace.length], data: Float64Array.from(rows)} as const;
    return {output, arrays: {steps: int32(steps), trace: table}};
  },
};

function describeModel(model: FakeModel, handles: Handles): Output<'createModel'> {
  const {all, head} = countParameters(model.architecture);
  return {model: handles.put('model', model), numParameters: all, numHeadParameters: head};
}

async function takeStep(call: FakeCall, step: number, numSteps: number, loss: number): Promise<void> {
  call.emit({type: 'stepCompleted', step, numSteps, loss, secondsPerStep: SECONDS_PER_STEP});
  if (call.takesTime || step % STEPS_PER_TURN === 0) await call.spend();
}

function measureAll(
  handles: Handles,
  model: FakeModel,
  dataset: FakeDataset,
  measurements: readonly Measurement[],
  referenceHandle: string | null,
): number[] {
  const reference = referenceHandle === null ? null : handles.get('model', referenceHandle);
  return measurements.map((measurement) => {
    if (measurement.primitive === 'klToReference' && reference === null)
      throw new ImuError('INVALID_REQUEST', `${measurement.label} needs a reference model`);
    selectGroups(dataset, measurement.selection);
    return measure(model, reference, measurement, dataset);
  });
}
