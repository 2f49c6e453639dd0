import jstat from 'jstat';

/** One measured value and the two seeds it belongs to; unlearnSeed is null for models that were only trained. */
export interface SeededValue {
  readonly value: number;
  readonly trainSeed: number | null;
  readonly unlearnSeed: number | null;
}

/** A mean over seeds with its 95 % confidence interval by Student's t. */
export interface SeedInterval {
  /** Values behind it. */
  readonly n: number;
  /** Every train seed counts the same; NaN if a value is not finite, null of nothing. */
  readonly mean: number | null;
  /** Of the values, ddof 1; null for fewer than two or a mean that is NaN. */
  readonly std: number | null;
  /** Half of the interval; null for fewer than two independent values. */
  readonly halfWidth: number | null;
  /** Whether 0 lies outside the interval. */
  readonly isBeyondSeedNoise: boolean | null;
  /** Two-sided p of a mean of 0. */
  readonly pValue: number | null;
  /** Which seeds vary in the noise that the interval covers. */
  readonly noise: SeedNoise | null;
}

/** `trainSeeds`: models trained anew, and all that follows. `unlearnSeeds`: unlearning of one and the same trained model. */
export type SeedNoise = 'trainSeeds' | 'unlearnSeeds';

/** NaN of nothing. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Sample standard deviation (ddof 1); null of fewer than two values. */
export function std(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  if (isConstant(values)) return 0;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/**
 * The spread split by where it comes from: between train seeds (std of their means; null for fewer than two) and within them
 * (pooled over train seeds, √(Σ(nᵢ−1)sᵢ² / Σ(nᵢ−1)); null where no train seed has two values).
 */
export function splitStd(values: readonly SeededValue[]): {stdTrain: number | null; stdUnlearn: number | null} {
  const groups = byTrainSeed(values);
  const freedom = groups.reduce((sum, group) => sum + group.length - 1, 0);
  const squares = groups.reduce((sum, group) => sum + (group.length - 1) * (std(group) ?? 0) ** 2, 0);
  return {stdTrain: std(groups.map(mean)), stdUnlearn: freedom === 0 ? null : Math.sqrt(squares / freedom)};
}

/**
 * Mean and interval of values that share trained models. Unlearnings of one model are not independent of each other as far as the model goes, so
 * the train seed is the unit: with two or more, the interval is that of their means. With one it is that of the unlearn seeds, and covers no more.
 */
export function seedInterval(values: readonly SeededValue[]): SeedInterval {
  const numbers = values.map(({value}) => value);
  const none = {n: numbers.length, std: null, halfWidth: null, isBeyondSeedNoise: null, pValue: null, noise: null};
  if (numbers.length === 0) return {...none, mean: null};
  if (!numbers.every(Number.isFinite)) return {...none, mean: Number.NaN};
  const groups = byTrainSeed(values);
  const units = groups.length > 1 ? groups.map(mean) : numbers;
  const centre = isConstant(units) ? (units[0] ?? Number.NaN) : mean(units);
  const spread = std(units);
  if (spread === null) return {...none, mean: centre};
  const error = spread / Math.sqrt(units.length);
  const halfWidth = jstat.studentt.inv(0.975, units.length - 1) * error;
  return {
    n: numbers.length,
    mean: centre,
    std: std(numbers),
    halfWidth,
    isBeyondSeedNoise: Math.abs(centre) > halfWidth,
    pValue: pOfNoDifference(centre, error, units.length - 1),
    noise: groups.length > 1 ? 'trainSeeds' : 'unlearnSeeds',
  };
}

/** Holm's p-values: with them held against 5 %, the chance that any of the family is called a difference by noise alone is at most 5 %. */
export function holm(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => (pValues[a] ?? 1) - (pValues[b] ?? 1));
  const corrected = pValues.slice();
  let least = 0;
  for (const [rank, index] of order.entries()) {
    least = Math.min(1, Math.max(least, (pValues.length - rank) * (pValues[index] ?? 1)));
    corrected[index] = least;
  }
  return corrected;
}

/** Rounding must not make noise where every seed gave the same. */
const isConstant = (values: readonly number[]): boolean => values.every((value) => value === values[0]);

const byTrainSeed = (values: readonly SeededValue[]): number[][] =>
  [...Map.groupBy(values, ({trainSeed}) => trainSeed).values()].map((group) => group.map(({value}) => value));

/** I_{ν/(ν+t²)}(ν/2, 1/2), which keeps its digits where 1 − cdf has lost them. */
function pOfNoDifference(centre: number, error: number, freedom: number): number {
  if (centre === 0) return 1;
  return error === 0 ? 0 : jstat.ibeta(freedom / (freedom + (centre / error) ** 2), freedom / 2, 0.5);
}
