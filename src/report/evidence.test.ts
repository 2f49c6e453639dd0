import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, it} from 'vitest';
import {stringify} from '../protocol/index.ts';
import type {TaskResult} from '../store/result.ts';
import {evidenceOf, NO_EVIDENCE} from './evidence.ts';

const folder = mkdtempSync(join(tmpdir(), 'imu-evidence-'));
afterAll(() => rmSync(folder, {recursive: true, force: true}));

const trajectory = {steps: [0, 1], labels: ['forgetLoss'], values: [[2], [Number.NaN]]};
const resultOf = (key: string): TaskResult => ({
  key,
  id: key,
  kind: 'unlearn',
  outputs: {weightings: [{step: 0, diagnostics: {}, scoring: null}]},
  artefacts: {trajectory: {sha256: key, sizeBytes: 1}},
  metrics: {},
  provenance: {},
  seconds: 1,
  finishedAt: '2026-01-02T12:00:00.000Z',
});

/** A store of results by key, their trajectories in files of the same name, that counts what is asked of it. */
function storeOf(results: Map<string, TaskResult>) {
  const asked: string[] = [];
  return {
    asked,
    findResult: (key: string) => {
      asked.push(key);
      return results.get(key) ?? null;
    },
    objectPath: ({sha256}: {sha256: string}) => join(folder, sha256),
  };
}

describe('evidence', () => {
  it('is read once where it is there, and asked for again where it is not', () => {
    const results = new Map<string, TaskResult>();
    const store = storeOf(results);
    const evidence = evidenceOf(store);
    expect(evidence.result('late')).toBeNull();
    results.set('late', resultOf('late'));
    expect(evidence.result('late')?.id).toBe('late');
    expect(evidence.result('late')).toBe(evidence.result('late'));
    expect(store.asked).toEqual(['late', 'late']);
    expect(evidence.weightings('late')).toHaveLength(1);
  });

  it('has trajectories at full length, values that are not finite too', () => {
    writeFileSync(join(folder, 'whole'), stringify(trajectory));
    const evidence = evidenceOf(storeOf(new Map([['whole', resultOf('whole')]])));
    expect(evidence.trajectory('whole')).toEqual(trajectory);
    expect(evidence.trajectory('whole')).toBe(evidence.trajectory('whole'));
  });

  it('is null or empty for a file that is gone, damaged or holds no step', () => {
    writeFileSync(join(folder, 'torn'), '{"steps":[0');
    writeFileSync(join(folder, 'empty'), stringify({...trajectory, steps: [], values: []}));
    const evidence = evidenceOf(storeOf(new Map(['gone', 'torn', 'empty'].map((key) => [key, resultOf(key)]))));
    for (const key of ['gone', 'torn', 'empty', 'unknown']) expect(evidence.trajectory(key)).toBeNull();
    expect(evidence.weightings('unknown')).toEqual([]);
    expect([NO_EVIDENCE.result('gone'), NO_EVIDENCE.trajectory('gone')]).toEqual([null, null]);
  });
});
