/** One measured value and the two seeds it belongs to; unlearnSeed is null for models that were only trained. */
export interface SeededValue {
  readonly value: number;
  readonly trainSeed: number | null;
  readonly unlearnSeed: number | null;
}

/** NaN of nothing. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Sample standard deviation (ddof 1); null of fewer than two values. */
export function std(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/**
 * The spread split by where it comes from: between train seeds (std of their means; null for fewer than two) and within them
 * (pooled over train seeds, √(Σ(nᵢ−1)sᵢ² / Σ(nᵢ−1)); null where no train seed has two values).
 */
export function splitStd(values: readonly SeededValue[]): {stdTrain: number | null; stdUnlearn: number | null} {
  const groups = [...Map.groupBy(values, ({trainSeed}) => trainSeed).values()].map((group) =>
    group.map(({value}) => value),
  );
  const freedom = groups.reduce((sum, group) => sum + group.length - 1, 0);
  const squares = groups.reduce((sum, group) => sum + (group.length - 1) * (std(group) ?? 0) ** 2, 0);
  return {stdTrain: std(groups.map(mean)), stdUnlearn: freedom === 0 ? null : Math.sqrt(squares / freedom)};
}
