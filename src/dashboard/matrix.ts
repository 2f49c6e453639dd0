import type {Row} from '../plan/suite.ts';
import type {PlannedTask} from '../protocol/index.ts';
import type {Manifest} from '../store/manifest.ts';
import type {Projection, TaskState, TaskView} from '../store/projection.ts';
import {isDone} from './taskCurves.ts';

/** Tasks by row of the table and pair of seeds. What rows share (data, original and retrained models) is the first row. */
export interface Matrix {
  readonly rows: readonly MatrixRow[];
  readonly columns: readonly MatrixColumn[];
}

export interface MatrixRow {
  /** Row of the table; null for what rows share. */
  readonly id: string | null;
  readonly label: string;
  /** Indices into the projection's tasks, by column; empty where the row has nothing there. */
  readonly cells: readonly (readonly number[])[];
  readonly tasks: readonly number[];
}

export interface MatrixColumn {
  readonly trainSeed: number | null;
  readonly unlearnSeed: number | null;
}

export interface CellPlace {
  readonly row: number;
  readonly column: number;
}

const matrices = new WeakMap<Projection['indexByKey'], Matrix>();

/** Made once per plan. */
export function matrixOf({suite}: Manifest, {tasks, indexByKey}: Projection): Matrix {
  const known = matrices.get(indexByKey);
  if (known !== undefined) return known;
  const made = makeMatrix(
    suite.rows,
    tasks.map(({plan}) => plan),
  );
  matrices.set(indexByKey, made);
  return made;
}

function makeMatrix(suiteRows: readonly Row[], plans: readonly PlannedTask[]): Matrix {
  const columns = columnsOf(plans);
  const rowIds = new Set(plans.flatMap(({row}) => row ?? []));
  const known = suiteRows.filter(({id}) => rowIds.has(id));
  const unknown = [...rowIds].filter((id) => !known.some((row) => row.id === id));
  const names: readonly {readonly id: string | null; readonly label: string}[] = [
    ...(plans.some(({row}) => row === null) ? [{id: null, label: 'shared'}] : []),
    ...known.map(({id, label}) => ({id, label})),
    ...unknown.map((id) => ({id, label: id})),
  ];
  const byRow = new Map(names.map(({id}): [string | null, number[]] => [id, []]));
  for (const [index, {row}] of plans.entries()) byRow.get(row)?.push(index);
  return {
    columns,
    rows: names.map(({id, label}) => {
      const own = byRow.get(id) ?? [];
      const cells: number[][] = columns.map(() => []);
      for (const index of own) cells[columnFor(columns, plans[index] as PlannedTask)]?.push(index);
      return {id, label, cells, tasks: own};
    }),
  };
}

/** Pairs of seeds in the order of the plan; a train seed that nothing is unlearned for is a column of its own. */
function columnsOf(plans: readonly PlannedTask[]): readonly MatrixColumn[] {
  const byTrain = new Map<number | null, Set<number | null>>();
  for (const {trainSeed, unlearnSeed} of plans) {
    const known = byTrain.get(trainSeed) ?? new Set();
    if (unlearnSeed !== null) known.add(unlearnSeed);
    byTrain.set(trainSeed, known);
  }
  if (byTrain.size > 1) byTrain.delete(null);
  return [...byTrain].flatMap(([trainSeed, unlearnSeeds]) =>
    unlearnSeeds.size === 0
      ? [{trainSeed, unlearnSeed: null}]
      : [...unlearnSeeds].map((unlearnSeed) => ({trainSeed, unlearnSeed})),
  );
}

/** What belongs to a train seed as a whole stands in its first column, what belongs to none in the first of all. */
function columnFor(columns: readonly MatrixColumn[], {trainSeed, unlearnSeed}: PlannedTask): number {
  if (trainSeed === null) return 0;
  return columns.findIndex(
    (column) => column.trainSeed === trainSeed && (unlearnSeed === null || column.unlearnSeed === unlearnSeed),
  );
}

/** Where a task stands. */
export function placeOf(matrix: Matrix, index: number): CellPlace | null {
  for (const [row, {cells, tasks}] of matrix.rows.entries()) {
    if (!tasks.includes(index)) continue;
    const column = cells.findIndex((cell) => cell.includes(index));
    if (column !== -1) return {row, column};
  }
  return null;
}

/** The worst and most urgent state of a cell's tasks, and how much of them is done. */
export interface CellSummary {
  readonly state: TaskState;
  /** 0 to 1 over all of its tasks. */
  readonly progress: number;
  readonly numDone: number;
  readonly numTasks: number;
  /** The task one wants to see: that failed, else that runs, else the last one done; else the first. */
  readonly main: TaskView;
}

/** The first that one of the tasks is in. */
const URGENCY: readonly TaskState[] = ['failed', 'running', 'blocked', 'cancelled', 'waiting', 'finished', 'found'];

export function summariseCell(tasks: readonly TaskView[], cell: readonly number[]): CellSummary | null {
  const own = cell.flatMap((index) => tasks[index] ?? []);
  const first = own[0];
  if (first === undefined) return null;
  const state = URGENCY.find((candidate) => own.some((task) => task.state === candidate)) ?? 'waiting';
  const done = own.filter(isDone);
  const total = own.reduce((sum, task) => sum + (isDone(task) ? 1 : (task.progress ?? 0)), 0);
  return {
    state,
    progress: total / own.length,
    numDone: done.length,
    numTasks: own.length,
    main: own.find((task) => task.state === 'failed' || task.state === 'running') ?? done.at(-1) ?? first,
  };
}
