import type {Manifest} from '../store/manifest.ts';
import {aggregate, type Measured, type TableColumn, type TableModel} from './aggregate.ts';
import {paperCell, paperTable} from './paper.ts';

/** What a model measured on its way: `values[k][j]` is label j after `steps[k]` steps. */
export interface Trajectory {
  readonly steps: readonly number[];
  readonly labels: readonly string[];
  readonly values: readonly (readonly number[])[];
}

export interface NearestPoint {
  readonly step: number;
  /** Root of the mean squared relative difference over the columns compared. */
  readonly distance: number;
  readonly values: Readonly<Record<string, number>>;
}

/**
 * The step whose values lie nearest to the paper's row: least √mean(((ours − paper)/paper)²) over the labels both have; the divisor is 1 where the
 * paper's number is 0. Steps with a value that is not finite are passed over. null where nothing can be compared.
 */
export function nearestPoint(trajectory: Trajectory, paperRow: Readonly<Record<string, number>>): NearestPoint | null {
  const compared = trajectory.labels.flatMap((label, index) => {
    const wanted = paperRow[label];
    return wanted === undefined ? [] : [{index, wanted, unit: Math.abs(wanted) || 1}];
  });
  if (compared.length === 0) return null;
  let nearest: NearestPoint | null = null;
  for (const [k, step] of trajectory.steps.entries()) {
    const values = trajectory.values[k] ?? [];
    const squares = compared.map(({index, wanted, unit}) => (((values[index] ?? Number.NaN) - wanted) / unit) ** 2);
    const distance = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / compared.length);
    if (!Number.isFinite(distance) || (nearest !== null && distance >= nearest.distance)) continue;
    nearest = {
      step,
      distance,
      values: Object.fromEntries(trajectory.labels.map((label, j) => [label, values[j] ?? Number.NaN])),
    };
  }
  return nearest;
}

export interface RowTrajectory extends Omit<Measured, 'values'> {
  readonly trajectory: Trajectory;
}

const STEP: TableColumn = {id: 'step', header: 'step', unit: 'steps', direction: null, paperColumn: null};

/**
 * A second table: for every run whose row the paper has, the point of its trajectory nearest to the paper's row. It answers whether the paper's
 * numbers lie on the way at all, where the iteration that the paper reports is not known (spec llm 4.6). null where no row has a point.
 */
export function nearestTable(manifest: Manifest, trajectories: readonly RowTrajectory[]): TableModel | null {
  const measured = trajectories.flatMap(({trajectory, ...run}): Measured[] => {
    const point = nearestPoint(trajectory, paperValues(manifest, run.row));
    return point === null ? [] : [{...run, values: {...point.values, step: point.step}}];
  });
  if (measured.length === 0) return null;
  return aggregate(manifest, measured, {
    title: `${manifest.suite.title}: nearest point of the trajectory to the paper's row`,
    columns: [STEP, ...manifest.suite.columns],
    rows: manifest.suite.rows.filter(({id}) => measured.some(({row}) => row === id)),
    notes: [
      "Each value is read at the step where the run comes nearest to the paper's row (relative differences, all columns alike): a best case, not a result.",
      ...(manifest.suite.scenario.trace.limit === null
        ? []
        : [`Trajectories are measured on the first ${manifest.suite.scenario.trace.limit} samples of each set.`]),
    ],
  });
}

function paperValues({suite}: Manifest, rowId: string): Record<string, number> {
  const row = suite.rows.find(({id}) => id === rowId);
  const table = paperTable(suite.paperTable);
  return Object.fromEntries(
    suite.columns.flatMap(({id, paperColumn}) => {
      const cell = paperCell(table, row?.paperRow ?? null, paperColumn);
      return cell === null ? [] : [[id, cell.mean]];
    }),
  );
}
