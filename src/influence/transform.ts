export const TRANSFORMS = ['sqrt', 'abs', 'log', 'rank'] as const;
export type Transform = (typeof TRANSFORMS)[number];

/**
 * |score| → weight, monotone. `sqrt`: √|I| (paper eq. 5, with |·| under the root: the text takes the root of a negative number);
 * `abs`: |I|; `log`: ln(1 + |I| / median|I|), scale-free; `rank`: k/n for the k-th smallest |I|, ties share their mean rank.
 * All zero stays all zero.
 */
export function transform(scores: readonly number[], kind: Transform): number[] {
  const magnitudes = scores.map(Math.abs);
  switch (kind) {
    case 'sqrt':
      return magnitudes.map(Math.sqrt);
    case 'abs':
      return magnitudes;
    case 'log':
      return logarithms(magnitudes);
    case 'rank':
      return meanRanks(magnitudes).map((rank) => rank / magnitudes.length);
  }
}

function logarithms(magnitudes: readonly number[]): number[] {
  const positive = magnitudes.filter((value) => value > 0).sort((a, b) => a - b);
  const median = positive[Math.floor(positive.length / 2)];
  if (median === undefined) return magnitudes.map(() => 0);
  // A denormal median makes the ratio overflow; its logarithm never does.
  const logarithm = (value: number): number =>
    Number.isFinite(value / median) ? Math.log1p(value / median) : Math.log(value) - Math.log(median);
  return magnitudes.map(logarithm);
}

function meanRanks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] as number) - (values[b] as number));
  const ranks = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end + 1 < order.length && values[order[end + 1] as number] === values[order[start] as number]) end += 1;
    for (let k = start; k <= end; k += 1) ranks[order[k] as number] = (start + end) / 2 + 1;
    start = end + 1;
  }
  return ranks;
}
