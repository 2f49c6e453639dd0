import type {Column, Row} from '../plan/suite.ts';
import type {Plan, Task} from '../plan/task.ts';
import type {Manifest} from '../store/manifest.ts';
import {type Projection, taskByKey} from '../store/projection.ts';
import type {TaskResult} from '../store/result.ts';
import {notesOf} from './notes.ts';
import {type PaperCell, paperCell, paperTable} from './paper.ts';
import {type Provenance, provenanceOf} from './provenance.ts';
import {mean, type SeededValue, splitStd, std} from './statistics.ts';

/** A table as data: what every format prints and the dashboard draws. */
export interface TableModel {
  readonly id: string;
  readonly title: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRow[];
  /** What a reader must know to read it rightly. */
  readonly notes: readonly string[];
  readonly provenance: Provenance;
}

export type TableColumn = Omit<Column, 'direction'> & {readonly direction: Column['direction'] | null};

/** Which model a row is about. */
export type ModelRole = 'originalModel' | 'retrainedModel' | 'unlearnedModel';

export interface TableRow {
  readonly id: string;
  readonly label: string;
  readonly profile: string;
  readonly note: string;
  readonly model: ModelRole;
  /** How many values a full cell has: evaluations the plan holds for the row. */
  readonly numExpected: number;
  /** By column id; every column is there, a cell without values has n = 0. */
  readonly cells: Readonly<Record<string, TableCell>>;
}

export interface TableCell {
  readonly values: readonly CellValue[];
  readonly n: number;
  /** Over what is there, never over what is missing; null for n = 0. NaN if a value is. */
  readonly mean: number | null;
  /** ddof 1; null for n < 2. */
  readonly std: number | null;
  /** Between train seeds, and within them: see splitStd. */
  readonly stdTrain: number | null;
  readonly stdUnlearn: number | null;
  readonly paper: PaperCell | null;
  /** Ours − paper. */
  readonly gap: number | null;
  /** Of the unlearned rows, this mean lies nearest to the retrained model's. */
  readonly isNearestToRetrain: boolean;
}

export interface CellValue extends SeededValue {
  readonly taskKey: string;
}

/** Numbers of one task for one row. */
export interface Measured {
  readonly row: string;
  readonly trainSeed: number | null;
  readonly unlearnSeed: number | null;
  readonly taskKey: string;
  readonly values: Readonly<Record<string, number>>;
}

/** The table of stored results: from `outputs.values` of the evaluate tasks. */
export function tableOfResults(manifest: Manifest, results: ReadonlyMap<string, TaskResult>): TableModel {
  return tableOfEvaluations(manifest, ({key}) => {
    const result = results.get(key);
    return result === undefined ? null : valuesOf(result);
  });
}

/** The table as far as it has come. */
export function tableOfProjection(manifest: Manifest, projection: Projection): TableModel {
  return tableOfEvaluations(manifest, ({key}) => taskByKey(projection, key)?.metrics ?? null);
}

/** The table of anything measured per row and seeds. `columns` and `rows` default to the suite's. */
export function aggregate(
  manifest: Manifest,
  measured: readonly Measured[],
  {
    title = manifest.suite.title,
    columns = manifest.suite.columns as readonly TableColumn[],
    rows = manifest.suite.rows,
    notes = notesOf(manifest.suite),
  } = {},
): TableModel {
  const byRow = Map.groupBy(measured, ({row}) => row);
  const unmarked = rows.map((row) => toRow(manifest, columns, row, byRow.get(row.id) ?? []));
  return {
    id: manifest.suite.id,
    title,
    columns,
    rows: markNearest(columns, inOrder(unmarked)),
    notes,
    provenance: provenanceOf(manifest),
  };
}

function tableOfEvaluations(
  manifest: Manifest,
  measure: (task: Task) => Readonly<Record<string, number>> | null,
): TableModel {
  const measured = evaluations(manifest.plan).flatMap((task): Measured[] => {
    const values = measure(task);
    if (values === null || task.row === null) return [];
    const {trainSeed, unlearnSeed} = task;
    return [{row: task.row, trainSeed, unlearnSeed, taskKey: task.key, values}];
  });
  return aggregate(manifest, measured);
}

const evaluations = (plan: Plan): readonly Task[] => plan.tasks.filter(({spec}) => spec.kind === 'evaluate');

/** `outputs.values` as the evaluate task writes it: label, value, numSamples. */
function valuesOf(result: TaskResult): Record<string, number> {
  const values = result.outputs.values;
  if (!Array.isArray(values)) return {};
  return Object.fromEntries(values.map(({label, value}: {label: string; value: number}) => [label, value]));
}

function toRow(manifest: Manifest, columns: readonly TableColumn[], row: Row, measured: readonly Measured[]): TableRow {
  const own = evaluations(manifest.plan).filter((task) => task.row === row.id);
  const paper = paperTable(manifest.suite.paperTable);
  const cells = columns.map((column): [string, TableCell] => {
    const values = measured.flatMap(({values: found, trainSeed, unlearnSeed, taskKey}): CellValue[] => {
      const value = found[column.id];
      return value === undefined ? [] : [{value, trainSeed, unlearnSeed, taskKey}];
    });
    return [column.id, toCell(values, paperCell(paper, row.paperRow, column.paperColumn))];
  });
  return {
    id: row.id,
    label: row.label,
    profile: row.profile,
    note: row.note,
    model: own[0] === undefined ? 'unlearnedModel' : modelOf(manifest, own[0]),
    numExpected: own.length,
    cells: Object.fromEntries(cells),
  };
}

function toCell(values: readonly CellValue[], paper: PaperCell | null): TableCell {
  const numbers = values.map(({value}) => value);
  const centre = numbers.length === 0 ? null : mean(numbers);
  return {
    values,
    n: values.length,
    mean: centre,
    std: std(numbers),
    ...splitStd(values),
    paper,
    gap: centre === null || paper === null ? null : centre - paper.mean,
    isNearestToRetrain: false,
  };
}

/** Read off the plan rather than off method names: what made the model that is evaluated, and on which data. */
function modelOf({plan, suite}: Manifest, evaluation: Task): ModelRole {
  const source = plan.tasks.find(({key}) => key === evaluation.inputs.model);
  if (source?.spec.kind !== 'train') return 'unlearnedModel';
  const trainedOn = source.spec.selection.sets.toSorted().join();
  return trainedOn === suite.scenario.retraining.selection.sets.toSorted().join() ? 'retrainedModel' : 'originalModel';
}

/** Original and Retrain first: what all others are read against. */
function inOrder(rows: readonly TableRow[]): TableRow[] {
  const rank = {originalModel: 0, retrainedModel: 1, unlearnedModel: 2};
  return rows.toSorted((a, b) => rank[a.model] - rank[b.model]);
}

/** Marks the value nearest to Retrain, not the highest or lowest: an unlearned model should be as one that never saw the data. */
function markNearest(columns: readonly TableColumn[], rows: readonly TableRow[]): readonly TableRow[] {
  const retrain = rows.find((row) => row.model === 'retrainedModel');
  const nearest = new Map(
    columns.map(({id}) => {
      const reference = retrain?.cells[id]?.mean ?? Number.NaN;
      const distance = (row: TableRow): number =>
        row.model === 'unlearnedModel' ? Math.abs((row.cells[id]?.mean ?? Number.NaN) - reference) : Number.NaN;
      const distances = rows.map(distance).filter(Number.isFinite);
      const least = distances.length < 2 ? null : Math.min(...distances);
      return [id, new Set(rows.filter((row) => distance(row) === least).map((row) => row.id))];
    }),
  );
  return rows.map((row) => ({
    ...row,
    cells: Object.fromEntries(
      Object.entries(row.cells).map(([id, cell]) => [
        id,
        {...cell, isNearestToRetrain: nearest.get(id)?.has(row.id) ?? false},
      ]),
    ),
  }));
}
