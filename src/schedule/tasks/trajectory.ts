import type {Arrays} from '../../protocol/index.ts';

/** The metrics of a descent along its way: `values[k][j]` is metric `labels[j]` after `steps[k]` steps. */
export interface Trajectory {
  readonly labels: readonly string[];
  readonly steps: readonly number[];
  readonly values: readonly (readonly number[])[];
}

/** The trajectory with what a `descend` call measured appended. A step measured twice, at the seam of two calls, counts once. */
export function extend(trajectory: Trajectory, arrays: Arrays): Trajectory {
  const steps = Array.from(arrays.steps?.data ?? []);
  const numLabels = trajectory.labels.length;
  const rows = steps.map((_, row) =>
    Array.from(arrays.trace?.data.slice(row * numLabels, (row + 1) * numLabels) ?? []),
  );
  const last = trajectory.steps.at(-1) ?? -1;
  const isNew = (_: unknown, row: number): boolean => (steps[row] as number) > last;
  return {
    ...trajectory,
    steps: [...trajectory.steps, ...steps.filter(isNew)],
    values: [...trajectory.values, ...rows.filter(isNew)],
  };
}
