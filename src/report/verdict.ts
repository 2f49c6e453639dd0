import type {Manifest} from '../store/manifest.ts';
import type {ModelRole, TableModel} from './aggregate.ts';

/** What a table says about unlearning: every row against Retrain, the trivial baselines and the noise of the seeds. */
export interface Verdict {
  /** Label of the row that all others are compared with; null while it has no value. */
  readonly reference: string | null;
  /** The unlearned rows and Original, nearest to Retrain first; rows without a value last. */
  readonly rows: readonly VerdictRow[];
  /** Plain words for somebody who reads nothing else; the most important first. */
  readonly sentences: readonly string[];
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

/** Row − Retrain, paired by train seed. */
export interface GapToRetrain {
  readonly n: number;
  readonly mean: number | null;
  readonly std: number | null;
  /** Half of the 95 % confidence interval of the mean (Student's t); null for fewer than two pairs. */
  readonly halfWidth: number | null;
  /** Whether 0 lies outside that interval; null where the noise is unknown. */
  readonly isBeyondSeedNoise: boolean | null;
}

export interface Cost {
  /** Mean seconds of one unlearning, and of one retraining. */
  readonly seconds: number;
  readonly retrainSeconds: number | null;
}

/** Seconds by task key: of finished and found tasks. */
export type SecondsOf = (taskKey: string) => number | null;

/** The verdict of a table, complete or not. */
export function verdictOf(_manifest: Manifest, _table: TableModel, _secondsOf: SecondsOf): Verdict {
  return {reference: null, rows: [], sentences: [], caveats: []};
}
