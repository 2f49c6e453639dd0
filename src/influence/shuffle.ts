import {diagnose} from './diagnose.ts';
import type {InfluenceScores, SampleWeights} from './weights.ts';

/**
 * The same weights on the wrong samples: a seeded shuffle over the samples, so that only the assignment is lost and the
 * distribution of weights stays. The trivial baseline for influence: a method that does no better owes nothing to it.
 */
export function shuffleWeights(shaped: SampleWeights, influence: InfluenceScores, seed: number): SampleWeights {
  const weights = Float64Array.from(shaped.weights);
  const random = mulberry32(seed);
  for (let i = weights.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [weights[i], weights[j]] = [weights[j] as number, weights[i] as number];
  }
  return {weights, diagnostics: diagnose(influence, weights, shaped.diagnostics.truncationThreshold)};
}

/** T. Ettinger's 32-bit generator: enough for a shuffle, the same on every machine. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
