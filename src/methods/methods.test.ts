import {existsSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import type {InfluenceScores, SampleWeights} from '../influence/index.ts';
import {methods} from './index.ts';
import type {DescentRequest, Kernel} from './kernel.ts';
import {paramsOf} from './params.ts';

const row = (
  method: string,
  profile: 'official' | 'paper' | 'sound' = 'sound',
  params: Record<string, unknown> = {},
) => ({method, profile, params});

/** Writes down what a method asks for; losses fall as ascent would make them. */
function recordingKernel(scores: number[]) {
  const calls: string[] = [];
  const requests: DescentRequest[] = [];
  const shaped: SampleWeights[] = [];
  let step = 0;
  const influence: InfluenceScores = {
    scores: Float64Array.from(scores),
    groups: new Int32Array(scores.length),
    groupNames: ['all'],
  };
  const kernel: Kernel = {
    chanceLoss: Math.log(10),
    async scoreInfluence({estimator, at}) {
      calls.push(`score ${estimator.kind} ${at}`);
      return influence;
    },
    async openDescent(request) {
      requests.push(request);
      return {
        async setSampleWeights(weights) {
          shaped.push(weights);
          calls.push('weigh');
        },
        async descend(numSteps) {
          step += numSteps;
          calls.push(`descend ${numSteps}`);
          return {step, loss: -1 - step * 0.1};
        },
      };
    },
  };
  return {kernel, calls, requests, shaped};
}

async function run(
  method: string,
  profile: 'official' | 'paper' | 'sound',
  params: Record<string, unknown>,
  scores = [-4, -1, 2],
) {
  const recording = recordingKernel(scores);
  await methods[method]?.unlearn?.(recording.kernel, {params: paramsOf(row(method, profile, params), 'test'), seed: 1});
  return recording;
}

describe('methods', () => {
  it('live in a file named for their id', () => {
    for (const id of Object.keys(methods)) expect(existsSync(new URL(`./${id}.ts`, import.meta.url)), id).toBe(true);
  });

  it('have parameters that are complete in every profile', () => {
    for (const id of Object.keys(methods))
      for (const profile of ['official', 'paper', 'sound'] as const)
        expect(() => paramsOf(row(id, profile), id)).not.toThrow();
  });

  it('refuse a misspelt parameter with the name that was probably meant', () => {
    expect(() => paramsOf(row('ga', 'sound', {learningrate: 1}), 'mine.ts: rows[3]')).toThrowError(
      /mine\.ts: rows\[3\]: params: .*learningrate/,
    );
    try {
      paramsOf(row('ga', 'sound', {learningrate: 1}), 'mine.ts');
    } catch (error) {
      expect((error as {nearest: string}).nearest).toBe('learningRate');
    }
  });

  it.each([
    ['ga', {learningRate: 0}],
    ['ga', {learningRate: Number.NaN}],
    ['ga', {batchSize: 1.5}],
    ['npo', {beta: -1}],
    ['imu', {truncationQuantile: 1.2}],
    ['imu', {selectionFraction: 0}],
    ['imu', {refreshEvery: 0}],
    ['imu', {estimator: {kind: 'exakt'}}],
  ])('refuse %s with %j', (method, params) => {
    expect(() => paramsOf(row(method, 'sound', params), 'test')).toThrowError();
  });

  it('no-op touches nothing', async () => {
    const {calls, requests} = await run('no-op', 'sound', {});
    expect([calls, requests]).toEqual([[], []]);
  });
});

describe('IMU', () => {
  it('as published scores once, on random weights, doubles the loss and adds the L1 penalty', async () => {
    const {calls, requests} = await run('imu', 'official', {numSteps: 50});
    expect(calls).toEqual(['score diagFisher randomInitialisation', 'weigh', 'descend 50']);
    expect(requests[0]).toMatchObject({
      parameterScope: 'head',
      lossScale: 2,
      l1Penalty: 0.002,
      normalisePerBatch: true,
    });
  });

  it('as Algorithm 1 says scores the current model before every step', async () => {
    const {calls} = await run('imu', 'paper', {numSteps: 3});
    expect(calls).toEqual([1, 2, 3].flatMap(() => ['score exact currentModel', 'weigh', 'descend 1']));
  });

  it('scores every refreshEvery steps and goes exactly numSteps', async () => {
    const {calls} = await run('imu', 'paper', {numSteps: 25, refreshEvery: 10});
    expect(calls.filter((call) => call.startsWith('descend'))).toEqual(['descend 10', 'descend 10', 'descend 5']);
  });

  it('stops at chance: when the mean of the last ten losses reaches ln 10', async () => {
    const {calls} = await run('imu', 'sound', {numSteps: 1000});
    // Losses are 1 + step/10, so the mean of steps k−9…k reaches 2.3026 first at k = 18.
    expect(calls.filter((call) => call === 'descend 1')).toHaveLength(18);
  });

  it('leaves the model alone when no sample has negative influence', async () => {
    const {calls, shaped} = await run('imu', 'sound', {}, [0, 1, 2]);
    expect(calls).toEqual(['score exact currentModel', 'weigh']);
    expect(shaped[0]?.diagnostics.numSelected).toBe(0);
  });

  it('weighs only samples of negative influence, and the shuffled control gives the same weights to others', async () => {
    const scores = Array.from({length: 40}, (_, i) => (i % 2 === 0 ? -(i + 1) : i + 1));
    const {shaped} = await run('imu', 'paper', {numSteps: 1}, scores);
    const control = await run('imu', 'paper', {numSteps: 1, assignment: 'shuffled'}, scores);
    expect([...(shaped[0]?.weights ?? [])].every((weight, i) => weight > 0 === (i % 2 === 0))).toBe(true);
    expect([...(control.shaped[0]?.weights ?? [])].sort()).toEqual([...(shaped[0]?.weights ?? [])].sort());
    expect(control.shaped[0]?.weights).not.toEqual(shaped[0]?.weights);
  });
});
