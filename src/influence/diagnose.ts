import type {WeightDiagnostics} from '../protocol/index.ts';
import type {InfluenceScores} from './weights.ts';

const NUM_BINS = 40;

/** What became of the scores: how many samples count, how evenly, and which group carries the weight. */
export function diagnose(
  influence: InfluenceScores,
  weights: Float64Array,
  truncationThreshold: number | null,
): WeightDiagnostics {
  const selected = [...weights].filter((weight) => weight > 0);
  const largest = selected.reduce((a, b) => Math.max(a, b), 0);
  return {
    numSamples: weights.length,
    numSelected: selected.length,
    shareSelected: weights.length === 0 ? 0 : selected.length / weights.length,
    effectiveSampleSize: effectiveSampleSize(selected, largest),
    maximumOverMedian: selected.length === 0 ? 0 : largest / median(selected),
    truncationThreshold,
    ...byGroup(influence, weights),
    histogram: histogram(influence.scores),
  };
}

/** (Σw)² / Σw²: n for equal weights, 1 when one sample has all. */
function effectiveSampleSize(selected: readonly number[], largest: number): number {
  if (selected.length === 0) return 0;
  const scaled = selected.map((weight) => weight / largest);
  const sum = scaled.reduce((a, b) => a + b, 0);
  return (sum * sum) / scaled.reduce((a, b) => a + b * b, 0);
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const high = sorted[middle] as number;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] as number) + high) / 2;
}

function byGroup({groups, groupNames}: InfluenceScores, weights: Float64Array) {
  const total = weights.reduce((a, b) => a + b, 0);
  const weightShareByGroup: Record<string, number> = {};
  const shareSelectedByGroup: Record<string, number> = {};
  for (const [group, name] of groupNames.entries()) {
    const members = [...weights].filter((_, i) => groups[i] === group);
    if (members.length === 0) continue;
    weightShareByGroup[name] = total === 0 ? 0 : members.reduce((a, b) => a + b, 0) / total;
    shareSelectedByGroup[name] = members.filter((weight) => weight > 0).length / members.length;
  }
  return {weightShareByGroup, shareSelectedByGroup};
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
