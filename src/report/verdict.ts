import type {Row} from '../plan/suite.ts';
import type {Task} from '../plan/task.ts';
import type {Manifest} from '../store/manifest.ts';
import type {ModelRole, TableModel, TableRow} from './aggregate.ts';
import {caveatsOf} from './caveats.ts';
import {type Comparison, comparisonsOf} from './comparisons.ts';
import {averageGap, type GapToRetrain, gapsToRetrain, retrainedRow} from './gaps.ts';
import {wordsOf} from './sentences.ts';
import {mean} from './statistics.ts';

export type {Comparison} from './comparisons.ts';
export type {GapToRetrain} from './gaps.ts';

/** What a table says about unlearning: every row against Retrain, the trivial baselines and the noise of the seeds. */
export interface Verdict {
  /** Label of the row that all others are compared with; null while it has no value. */
  readonly reference: string | null;
  /** The unlearned rows and Original, nearest to Retrain first; rows without a value last. */
  readonly rows: readonly VerdictRow[];
  /** Every method against every trivial baseline in every column where both have runs of the same seeds. */
  readonly comparisons: readonly Comparison[];
  /** Plain words for somebody who reads nothing else; the most important first. */
  readonly sentences: readonly string[];
  /** What bears the sentences out, in numbers. */
  readonly findings: readonly string[];
  /** What limits the verdict: numbers of seeds, scale, what is missing, profiles. */
  readonly caveats: readonly string[];
}

export interface VerdictRow {
  readonly id: string;
  readonly label: string;
  readonly profile: string;
  readonly model: ModelRole;
  readonly isTrivial: boolean;
  /** Evaluations that are there, and that the plan holds. */
  readonly n: number;
  readonly numExpected: number;
  /** By column id; every column is there. */
  readonly gaps: Readonly<Record<string, GapToRetrain>>;
  /** Mean of |gap| over the columns; null where columns differ in unit or a gap is missing. */
  readonly averageGap: number | null;
  /** null where nothing was timed. */
  readonly cost: Cost | null;
}

export interface Cost {
  /** Mean seconds of one unlearning, scoring included, and of one retraining. */
  readonly seconds: number;
  readonly retrainSeconds: number | null;
}

/** Seconds by task key: of finished and found tasks. */
export type SecondsOf = (taskKey: string) => number | null;

/** The verdict of a table, complete or not. */
export function verdictOf(manifest: Manifest, table: TableModel, secondsOf: SecondsOf): Verdict {
  const retrained = retrainedRow(table);
  const hasReference = retrained !== null && table.columns.some(({id}) => (retrained.cells[id]?.n ?? 0) > 0);
  const others = table.rows.filter(({model}) => model !== 'retrainedModel');
  const costs = costsOf(manifest, secondsOf);
  const rows = nearestFirst(
    table,
    others.map((row) => toRow(manifest, table, row, costs.get(row.id) ?? null)),
  );
  const unlearned = others.filter(({model}) => model === 'unlearnedModel');
  const isTrivial = ({id}: TableRow): boolean => rows.some((row) => row.id === id && row.isTrivial);
  const comparisons = comparisonsOf(
    table,
    unlearned.filter((row) => !isTrivial(row)),
    unlearned.filter(isTrivial),
  );
  const facts = {manifest, table, retrained: hasReference ? retrained : null, rows, comparisons};
  return {
    reference: hasReference ? retrained.label : null,
    rows,
    comparisons,
    ...wordsOf(facts),
    caveats: caveatsOf(facts),
  };
}

/** What sentences and caveats are made from. */
export interface VerdictFacts {
  readonly manifest: Manifest;
  readonly table: TableModel;
  /** null while it has no value. */
  readonly retrained: TableRow | null;
  readonly rows: readonly VerdictRow[];
  readonly comparisons: readonly Comparison[];
}

function toRow(manifest: Manifest, table: TableModel, row: TableRow, cost: Cost | null): VerdictRow {
  const {id, label, profile, model, numExpected} = row;
  const gaps = gapsToRetrain(table, row);
  return {
    id,
    label,
    profile,
    model,
    isTrivial: isTrivialRow(manifest.suite.rows.find((known) => known.id === id)),
    n: Math.max(0, ...Object.values(row.cells).map(({n}) => n)),
    numExpected,
    gaps,
    averageGap: averageGap(table, gaps),
    cost,
  };
}

/** Manifests of version 0.1.0 say it in the note alone. */
const isTrivialRow = (row: Row | undefined): boolean => row?.isTrivial ?? row?.note.startsWith('trivial') ?? false;

/** Row → mean seconds of its unlearnings, beside those of the models that it is held against. */
function costsOf({plan}: Manifest, secondsOf: SecondsOf): ReadonlyMap<string | null, Cost> {
  const references = new Set(plan.tasks.flatMap(({inputs}) => inputs.reference ?? []));
  const retrainSeconds = meanSeconds(
    plan.tasks.filter(({key}) => references.has(key)),
    secondsOf,
  );
  const unlearnings = Map.groupBy(
    plan.tasks.filter(({spec}) => spec.kind === 'unlearn'),
    ({row}) => row,
  );
  return new Map(
    [...unlearnings].flatMap(([row, tasks]): [string | null, Cost][] => {
      const seconds = meanSeconds(tasks, secondsOf);
      return seconds === null ? [] : [[row, {seconds, retrainSeconds}]];
    }),
  );
}

function meanSeconds(tasks: readonly Task[], secondsOf: SecondsOf): number | null {
  const seconds = tasks.flatMap(({key}) => secondsOf(key) ?? []);
  return seconds.length === 0 ? null : mean(seconds);
}

/** By average gap where columns can be averaged, else by the mean of the ranks in each column. */
function nearestFirst(table: TableModel, rows: readonly VerdictRow[]): readonly VerdictRow[] {
  const hasOneUnit = new Set(table.columns.map(({unit}) => unit)).size === 1;
  const distance = new Map(
    rows.map((row) => [row, (hasOneUnit ? row.averageGap : meanRank(table, rows, row)) ?? Number.NaN]),
  );
  const of = (row: VerdictRow): number => {
    const found = distance.get(row) ?? Number.NaN;
    return Number.isNaN(found) ? Number.MAX_VALUE : found;
  };
  return rows.toSorted((a, b) => of(a) - of(b));
}

function meanRank(table: TableModel, rows: readonly VerdictRow[], row: VerdictRow): number {
  const size = ({gaps}: VerdictRow, column: string): number => Math.abs(gaps[column]?.mean ?? Number.NaN);
  const ranks = table.columns.flatMap(({id}) =>
    Number.isNaN(size(row, id)) ? [] : [rows.filter((other) => size(other, id) < size(row, id)).length],
  );
  return mean(ranks);
}
