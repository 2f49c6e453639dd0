import {readFileSync} from 'node:fs';
import {parse, type WeightDiagnostics} from '../protocol/index.ts';
import {
  nearestTable,
  type RowTrajectory,
  type RowWeights,
  type TableModel,
  type Trajectory,
  tableOfResults,
  weightsTable,
} from '../report/index.ts';
import type {Manifest, Store, TaskResult} from '../store/index.ts';

export interface Tables {
  readonly table: TableModel;
  /** Points of the trajectories nearest to the paper's rows; null where the paper has no such table. */
  readonly nearest: TableModel | null;
  /** How weighted methods weighed; null where none did. */
  readonly weights: TableModel | null;
}

/** A run's tables from what the store holds of it: complete or not. */
export function tablesOf(manifest: Manifest, store: Store): Tables {
  const results = new Map<string, TaskResult>();
  const trajectories: RowTrajectory[] = [];
  const weightings: RowWeights[] = [];
  for (const {key, row, trainSeed, unlearnSeed, spec} of manifest.plan.tasks) {
    const result = row === null ? null : store.findResult(key);
    if (result === null || row === null) continue;
    if (spec.kind === 'evaluate') results.set(key, result);
    const run = {row, trainSeed, unlearnSeed, taskKey: key};
    const [first] = (result.outputs.weightings ?? []) as {readonly diagnostics: WeightDiagnostics}[];
    if (first !== undefined) weightings.push({...run, diagnostics: first.diagnostics});
    const trajectory = readTrajectory(result, store);
    if (trajectory !== null) trajectories.push({...run, trajectory});
  }
  return {
    table: tableOfResults(manifest, results),
    nearest: nearestTable(manifest, trajectories),
    weights: weightsTable(manifest, weightings),
  };
}

function readTrajectory(result: TaskResult, store: Store): Trajectory | null {
  const object = result.artefacts.trajectory;
  if (object === undefined) return null;
  const trajectory = parse(readFileSync(store.objectPath(object), 'utf8')) as Trajectory;
  return trajectory.steps.length === 0 ? null : trajectory;
}
