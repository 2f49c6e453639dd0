import type {InfluentialSample, WeightDiagnostics} from '../protocol/index.ts';
import type {InfluenceScores} from './weights.ts';

const NUM_BINS = 40;
/** Samples named at either end of |score|. */
const NUM_INFLUENTIAL = 8;

/** What became of the scores: how many samples count, how evenly, and which group carries the weight. */
export function diagnose(
  influence: InfluenceScores,
  weights: Float64Array,
  truncationThreshold: number | null,
): WeightDiagnostics {
  const selected = weights.filter((weight) => weight > 0).sort();
  const largest = selected.at(-1) ?? 0;
  return {
    numSamples: weights.length,
    numSelected: selected.length,
    shareSelected: weights.length === 0 ? 0 : selected.length / weights.length,
    effectiveSampleSize: effectiveSampleSize(selected, largest),
    maximumOverMedian: selected.length === 0 ? 0 : largest / median(selected),
    truncationThreshold,
    ...byGroup(influence, weights),
    histogram: histogram(influence.scores),
    ...extremes(influence, weights),
  };
}

/** (Σw)² / Σw²: n for equal weights, 1 when one sample has all. */
function effectiveSampleSize(selected: Float64Array, largest: number): number {
  if (selected.length === 0) return 0;
  let [sum, squares] = [0, 0];
  for (const weight of selected) {
    // Scaled by the largest, so that squares of huge or denormal weights neither overflow nor vanish.
    sum += weight / largest;
    squares += (weight / largest) ** 2;
  }
  return (sum * sum) / squares;
}

function median(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  const high = sorted[middle] as number;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] as number) + high) / 2;
}

/** Groups without a sample are left out. */
function byGroup({groups, groupNames}: InfluenceScores, weights: Float64Array) {
  const sizes = new Float64Array(groupNames.length);
  const numSelected = new Float64Array(groupNames.length);
  const sums = new Float64Array(groupNames.length);
  for (const [index, weight] of weights.entries()) {
    const group = groups[index] as number;
    sizes[group] = (sizes[group] as number) + 1;
    sums[group] = (sums[group] as number) + weight;
    if (weight > 0) numSelected[group] = (numSelected[group] as number) + 1;
  }
  const total = sums.reduce((a, b) => a + b, 0);
  const present = groupNames.map((name, group) => ({name, group})).filter(({group}) => sizes[group] !== 0);
  const shares = (part: Float64Array, whole: (group: number) => number): Record<string, number> =>
    Object.fromEntries(
      present.map(({name, group}) => [name, whole(group) === 0 ? 0 : (part[group] as number) / whole(group)]),
    );
  return {
    weightShareByGroup: shares(sums, () => total),
    shareSelectedByGroup: shares(numSelected, (group) => sizes[group] as number),
  };
}

/** Equal bins between the 0.5 % and 99.5 % quantiles; what lies outside falls into the end bins, so that one huge score hides nothing. */
function histogram(scores: Float64Array): WeightDiagnostics['histogram'] {
  if (scores.length === 0) return {edges: [], counts: []};
  const sorted = Float64Array.from(scores).sort();
  const low = sorted[Math.floor(0.005 * (sorted.length - 1))] as number;
  const high = sorted[Math.ceil(0.995 * (sorted.length - 1))] as number;
  const width = (high - low) / NUM_BINS;
  if (!(width > 0) || !Number.isFinite(width)) return {edges: [low, high], counts: [scores.length]};
  const counts = new Array<number>(NUM_BINS).fill(0);
  for (const score of scores) {
    const bin = Math.min(NUM_BINS - 1, Math.max(0, Math.floor((score - low) / width)));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return {edges: Array.from({length: NUM_BINS + 1}, (_, i) => low + i * width), counts};
}

/** By |score|; equal ones in the order of the set. A score that is not finite counts as the largest: it is what must be looked at. */
function extremes({scores, groups, groupNames}: InfluenceScores, weights: Float64Array) {
  const sizes = scores.map((score) => (Number.isFinite(score) ? Math.abs(score) : Number.POSITIVE_INFINITY));
  const describe = (sample: number): InfluentialSample => ({
    sample,
    group: groupNames[groups[sample] as number] ?? '',
    score: scores[sample] as number,
    weight: weights[sample] as number,
  });
  return {
    mostInfluential: firstBy(sizes, (a, b) => a > b).map(describe),
    leastInfluential: firstBy(sizes, (a, b) => a < b).map(describe),
  };
}

/** Indices of the first NUM_INFLUENTIAL sizes. One pass: to sort them all would cost more than all the rest of the shaping. */
function firstBy(sizes: Float64Array, isBefore: (a: number, b: number) => boolean): number[] {
  const first: number[] = [];
  const sizeAt = (place: number): number => sizes[first[place] as number] as number;
  sizes.forEach((size, sample) => {
    let place = first.length;
    while (place > 0 && isBefore(size, sizeAt(place - 1))) place -= 1;
    if (place === NUM_INFLUENTIAL) return;
    first.splice(place, 0, sample);
    first.length = Math.min(first.length, NUM_INFLUENTIAL);
  });
  return first;
}
