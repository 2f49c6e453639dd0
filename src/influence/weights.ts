import type {WeightDiagnostics} from '../protocol/index.ts';

/** Raw, signed influence of each sample, in the order of its set; `groups[i]` indexes `groupNames`. */
export interface InfluenceScores {
  readonly scores: Float64Array;
  readonly groups: Int32Array;
  readonly groupNames: readonly string[];
}

/** Shaped weights (≥ 0, zero means not selected) in the order of the scores, with what became of them. */
export interface SampleWeights {
  readonly weights: Float64Array;
  readonly diagnostics: WeightDiagnostics;
}
