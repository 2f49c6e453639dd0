import {readFileSync} from 'node:fs';
import {parse, type WeightDiagnostics} from '../protocol/index.ts';
import type {StoredObject, TaskResult} from '../store/result.ts';
import type {Trajectory} from './nearest.ts';

/** What stands behind the numbers of a run, read when it is asked for. Everything is null or empty where a task is not done or a file is gone. */
export interface Evidence {
  result(key: string): TaskResult | null;
  /** What a model measured on its way, at full length. */
  trajectory(key: string): Trajectory | null;
  /** How influence became weight, at each scoring. */
  weightings(key: string): readonly Weighting[];
}

export interface Weighting {
  readonly step: number;
  readonly diagnostics: WeightDiagnostics;
  readonly scoring: {readonly seconds: number; readonly numIterations: number; readonly residual: number} | null;
}

/** Where there is no store: a recording, or a run on another machine. */
export const NO_EVIDENCE: Evidence = {result: () => null, trajectory: () => null, weightings: () => []};

/** The part of a store that is read. */
export interface EvidenceSource {
  findResult(key: string): TaskResult | null;
  objectPath(object: StoredObject): string;
}

/** Reads each result and trajectory once; asks again for what was not there. */
export function evidenceOf(store: EvidenceSource): Evidence {
  const results = new Map<string, TaskResult>();
  const trajectories = new Map<string, Trajectory>();
  const result = (key: string): TaskResult | null => {
    const found = results.get(key) ?? store.findResult(key);
    if (found !== null) results.set(key, found);
    return found;
  };
  return {
    result,
    trajectory: (key) => {
      const object = result(key)?.artefacts.trajectory;
      if (object === undefined) return null;
      const found = trajectories.get(key) ?? readTrajectory(store.objectPath(object));
      if (found !== null) trajectories.set(key, found);
      return found;
    },
    weightings: (key) => (result(key)?.outputs.weightings ?? []) as readonly Weighting[],
  };
}

function readTrajectory(path: string): Trajectory | null {
  try {
    const trajectory = parse(readFileSync(path, 'utf8')) as Trajectory;
    return trajectory.steps.length === 0 ? null : trajectory;
  } catch {
    return null;
  }
}
