import type {Manifest} from '../../store/manifest.ts';
import type {TableModel, TableRow} from '../aggregate.ts';
import type {Evidence} from '../evidence.ts';
import type {Trajectory} from '../nearest.ts';
import {mean} from '../statistics.ts';

/** How one metric went while rows unlearned: what is drawn. */
export interface TrajectoryChart {
  /** Column id. */
  readonly column: string;
  readonly header: string;
  readonly unit: string;
  readonly rows: readonly ChartRow[];
  /** Horizontal rules: models that stand still. */
  readonly rules: readonly {readonly label: string; readonly value: number}[];
  readonly lastStep: number;
  /** Samples of each set that a trajectory is measured on; null for all. */
  readonly limit: number | null;
}

export interface ChartRow {
  readonly row: string;
  readonly label: string;
  /** Place among the unlearned rows of the suite: the same colour in every chart. */
  readonly index: number;
  readonly lines: readonly ChartLine[];
  /** Over the seeds, at the steps that all of them have. */
  readonly mean: readonly ChartPoint[];
  /** What the paper prints for the row. */
  readonly paper: number | null;
}

export interface ChartLine {
  readonly seed: string;
  readonly points: readonly ChartPoint[];
}

export type ChartPoint = readonly [step: number, value: number];

/** Points of a line that is drawn; and, so that many seeds do not make a huge file, of all lines of a chart together. */
export const MAXIMUM_POINTS = 200;
const MAXIMUM_CHART_POINTS = 6_000;
const MINIMUM_POINTS = 12;

/** One per column that trajectories measured. Empty where no run has any. */
export function trajectoryCharts(manifest: Manifest, table: TableModel, evidence: Evidence): TrajectoryChart[] {
  const unlearned = table.rows.filter(({model}) => model === 'unlearnedModel');
  const runs = unlearned.map((row) => runsOf(manifest, row, evidence));
  const numLines = runs.reduce((sum, {length}) => sum + length, 0);
  const numPoints = Math.min(MAXIMUM_POINTS, Math.max(MINIMUM_POINTS, Math.floor(MAXIMUM_CHART_POINTS / numLines)));
  return table.columns.flatMap(({id, header, unit}): TrajectoryChart[] => {
    const rows = unlearned.flatMap((row, index) => chartRow(row, index, id, runs[index] ?? [], numPoints));
    if (rows.length === 0) return [];
    const rules = table.rows.flatMap(({model, label, cells}) => {
      const value = cells[id]?.mean ?? null;
      return model === 'unlearnedModel' || value === null || !Number.isFinite(value) ? [] : [{label, value}];
    });
    const lastStep = Math.max(...rows.flatMap(({lines}) => lines.map(({points}) => points.at(-1)?.[0] ?? 0)));
    return [{column: id, header, unit, rows, rules, lastStep, limit: manifest.suite.scenario.trace.limit}];
  });
}

interface SeededTrajectory {
  readonly seed: string;
  readonly trajectory: Trajectory;
}

function runsOf({plan}: Manifest, row: TableRow, evidence: Evidence): SeededTrajectory[] {
  return plan.tasks.flatMap((task) => {
    const trajectory = task.spec.kind === 'unlearn' && task.row === row.id ? evidence.trajectory(task.key) : null;
    return trajectory === null ? [] : [{seed: `train ${task.trainSeed}, unlearn ${task.unlearnSeed}`, trajectory}];
  });
}

function chartRow(
  row: TableRow,
  index: number,
  column: string,
  runs: readonly SeededTrajectory[],
  numPoints: number,
): ChartRow[] {
  const full = runs.flatMap(({seed, trajectory}) => {
    const points = pointsOf(trajectory, column);
    return points.length === 0 ? [] : [{seed, points}];
  });
  if (full.length === 0) return [];
  return [
    {
      row: row.id,
      label: row.label,
      index,
      lines: full.map(({seed, points}) => ({seed, points: decimate(points, numPoints)})),
      mean: decimate(meanLine(full.map(({points}) => points)), MAXIMUM_POINTS),
      paper: row.cells[column]?.paper?.mean ?? null,
    },
  ];
}

/** What is not finite cannot be drawn: the line has a gap there. */
function pointsOf({steps, labels, values}: Trajectory, column: string): ChartPoint[] {
  const at = labels.indexOf(column);
  if (at === -1) return [];
  return steps.flatMap((step, k): ChartPoint[] => {
    const value = values[k]?.[at];
    return value === undefined || !Number.isFinite(value) ? [] : [[step, value]];
  });
}

function meanLine(lines: readonly (readonly ChartPoint[])[]): ChartPoint[] {
  const byStep = Map.groupBy(lines.flat(), ([step]) => step);
  return [...byStep]
    .filter(([, points]) => points.length === lines.length)
    .map(([step, points]): ChartPoint => [step, mean(points.map(([, value]) => value))])
    .sort(([a], [b]) => a - b);
}

/** At most `limit` points: of every stretch its lowest and highest, so that no peak is lost, and both ends. */
export function decimate(points: readonly ChartPoint[], limit: number): readonly ChartPoint[] {
  if (points.length <= limit) return points;
  const first = points[0] as ChartPoint;
  const last = points.at(-1) as ChartPoint;
  const inner = points.slice(1, -1);
  const numStretches = Math.max(1, Math.floor((limit - 2) / 2));
  const kept = Array.from({length: numStretches}, (_, k) => {
    const from = Math.floor((k * inner.length) / numStretches);
    const stretch = inner.slice(from, Math.floor(((k + 1) * inner.length) / numStretches));
    const byValue = stretch.toSorted((a, b) => a[1] - b[1]);
    return [...new Set([byValue[0], byValue.at(-1)])]
      .filter((point) => point !== undefined)
      .sort((a, b) => a[0] - b[0]);
  });
  return [first, ...kept.flat(), last];
}
