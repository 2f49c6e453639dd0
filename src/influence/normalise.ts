export const NORMALISATIONS = ['meanOne', 'sumOne', 'none'] as const;
export type Normalisation = (typeof NORMALISATIONS)[number];

/**
 * `sumOne`: Î of paper eq. 5; `meanOne`: n·Î, so that a batch mean estimates n times eq. 5 whatever the batch size;
 * `none`: as they are, for kernels that divide by the batch's own sum. Weights that are all zero carry no preference and become equal.
 */
export function normalise(weights: readonly number[], kind: Normalisation): number[] {
  if (weights.length === 0) return [];
  const largest = weights.reduce((a, b) => Math.max(a, b), 0);
  if (largest === 0)
    return normalise(
      weights.map(() => 1),
      kind,
    );
  if (kind === 'none') return [...weights];
  // Scaled by the largest first, so that a sum of huge or denormal weights neither overflows nor vanishes.
  const scaled = weights.map((weight) => weight / largest);
  const sum = scaled.reduce((a, b) => a + b, 0);
  const total = kind === 'sumOne' ? 1 : weights.length;
  return scaled.map((weight) => (weight / sum) * total);
}
