import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {datasets} from '../../datasets/index.ts';
import {type Arrays, float64, ImuError, type Measurement} from '../../protocol/index.ts';
import {openSidecar, type Sidecar} from '../index.ts';

const folder = mkdtempSync(join(tmpdir(), 'imu-fake-'));
afterAll(() => rmSync(folder, {recursive: true}));

const architecture = {kind: 'markovDecoder', vocabularySize: 10, numPositions: 20, width: 128, numLayers: 4} as const;
const optimiser = {kind: 'sgd', learningRate: 0.1, momentum: 0, weightDecay: 0} as const;
const forgetSet = {sets: ['forgetTrain'], limit: 200};
const trace: Measurement[] = [
  {label: 'loss', primitive: 'tokenLoss', selection: {sets: ['retainTest'], limit: null}},
  {label: 'kl', primitive: 'klToReference', selection: forgetSet},
];

describe('the fake sidecar', () => {
  test('computes the same bytes from the same inputs, and others from others', async () => {
    const [first, again, other] = await Promise.all([unlearn('a', 1), unlearn('b', 1), unlearn('c', 2)]);
    expect(again.result).toEqual(first.result);
    expect(other.result.file.sha256).not.toBe(first.result.file.sha256);
  });

  test('descends as far in two parts as in one', async () => {
    const [whole, parts] = await Promise.all([unlearn('d', 1, [20]), unlearn('e', 1, [7, 13])]);
    expect(parts.result.file).toEqual(whole.result.file);
  });

  test('measures finite losses, and no divergence of a model from itself', async () => {
    const {values, trace: rows} = (await unlearn('f', 3)).result;
    expect(values.every(({value}) => Number.isFinite(value))).toBe(true);
    expect(rows.data.every(Number.isFinite)).toBe(true);
    expect(values[1]?.value).toBeGreaterThan(0);
    expect(rows.data[1]).toBe(0);
  });

  test('writes files that hold one tensor in safetensors format', async () => {
    const {path} = await unlearn('g', 1);
    const bytes = readFileSync(path);
    const headerLength = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength));
    expect(headerLength % 8).toBe(0);
    expect(header.weights).toEqual({dtype: 'F32', shape: [64], data_offsets: [0, 256]});
    expect(bytes).toHaveLength(8 + headerLength + 256);
  });

  test('refuses what the real one refuses', async () => {
    const sidecar = await open();
    const {path, result} = await unlearn('h', 1);
    const codes = await Promise.all(
      [
        sidecar.call('saveModel', {model: 'model-9', path: join(folder, 'x')}),
        sidecar.call('loadModel', {architecture, path, sha256: '0'.repeat(64)}),
        sidecar.call('loadModel', {architecture: {...architecture, width: 1}, path, sha256: result.file.sha256}),
        sidecar.call('loadModel', {architecture, path: join(folder, 'nowhere'), sha256: result.file.sha256}),
        sidecar.call('generateDataset', {dataset: spec(), path}),
        sidecar.call('generateDataset', {dataset: spec(), path: join(folder, 'no', 'folder')}),
      ].map(codeOf),
    );
    expect(codes).toEqual([
      'INVALID_REQUEST',
      'ASSET_MISSING',
      'INVALID_REQUEST',
      'ASSET_MISSING',
      'INVALID_REQUEST',
      'ASSET_MISSING',
    ]);
  });

  test('takes the time per step that it is told to', async () => {
    const sidecar = await open({IMU_FAKE_STEP_MS: '5'});
    const {model} = (await sidecar.call('createModel', {architecture, seed: 1})).output;
    const dataset = await loadData(sidecar, 'i');
    const startedAt = Date.now();
    const input = {model, dataset, selection: forgetSet, optimiser, batchSize: 100, numEpochs: 10, seed: 1};
    expect((await sidecar.call('train', input)).output.numSteps).toBe(20);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(95);
    expect(await codeOf(sidecar.call('train', {...input, numEpochs: 1000}, {deadlineMs: 50}))).toBe('DEADLINE');
  });
});

function open(environment: Record<string, string> = {}): Promise<Sidecar> {
  return openSidecar({
    transport: 'fake',
    interpreter: '',
    device: 'cpu',
    numThreads: 1,
    logPath: join(folder, 'log'),
    environment,
  });
}

function spec() {
  const card = datasets['markov-chains'];
  if (card === undefined) throw new Error('the card of markov-chains is missing');
  return card.spec;
}

async function loadData(sidecar: Sidecar, name: string): Promise<string> {
  const path = join(folder, `${name}-data`);
  const {file} = (await sidecar.call('generateDataset', {dataset: spec(), path})).output;
  return (await sidecar.call('loadDataset', {path, sha256: file.sha256})).output.dataset;
}

/** Everything a method does, once through. */
async function unlearn(name: string, seed: number, parts: readonly number[] = [20]) {
  const sidecar = await open();
  const dataset = await loadData(sidecar, name);
  const {model} = (await sidecar.call('createModel', {architecture, seed})).output;
  const {model: reference} = (await sidecar.call('createModel', {architecture, seed})).output;
  const estimator = {kind: 'exact', damping: 0.01, tolerance: 1e-6, maxIterations: 10} as const;
  const scored = await sidecar.call('scoreInfluence', {model, dataset, selection: forgetSet, estimator, batchSize: 50});
  const {descent} = (
    await sidecar.call('openDescent', {
      model,
      dataset,
      reference: null,
      descent: {
        selection: forgetSet,
        objective: {kind: 'gradientAscent'},
        parameterScope: 'all',
        optimiser,
        batchSize: 50,
        seed,
        normalisePerBatch: true,
        l1Penalty: 0,
        lossScale: 1,
      },
    })
  ).output;
  const sampleWeights = float64(Array.from(scored.arrays.influenceScores?.data ?? [], Math.abs));
  await sidecar.call('setSampleWeights', {descent}, {arrays: {sampleWeights}});
  const traces: Arrays[] = [];
  for (const numSteps of parts) {
    const input = {descent, numSteps, totalSteps: 20, trace: trace, traceEvery: 5, reference};
    traces.push((await sidecar.call('descend', input)).arrays);
  }
  const measured = await sidecar.call('evaluate', {model, dataset, measurements: trace, reference, batchSize: 50});
  const path = join(folder, `${name}-model`);
  const file = (await sidecar.call('saveModel', {model, path})).output;
  const rows = traces[0]?.trace;
  if (rows === undefined) throw new Error('descend answered without a trace');
  await sidecar.close();
  return {path, result: {file, values: measured.output.values, trace: rows, scores: scored.arrays}};
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const thrown = await promise.catch((error: unknown) => error);
  return thrown instanceof ImuError ? thrown.failure.code : 'none';
}
