/** Weights above the `quantile` of the weights become that value, the threshold. A quantile of one or null changes nothing: threshold null. */
export function truncate(
  weights: readonly number[],
  quantile: number | null,
): {weights: number[]; threshold: number | null} {
  if (quantile === null || quantile === 1 || weights.length === 0) return {weights: [...weights], threshold: null};
  const threshold = quantileOf(weights, quantile);
  return {weights: weights.map((weight) => Math.min(weight, threshold)), threshold};
}

/** Linear interpolation between order statistics at position q·(n−1): torch.quantile's and numpy's default. */
export function quantileOf(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort();
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (high - low) * (position - below);
}
