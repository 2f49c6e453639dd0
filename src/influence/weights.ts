import {ImuError, type WeightDiagnostics} from '../protocol/index.ts';
import {diagnose} from './diagnose.ts';
import {type Normalisation, normalise} from './normalise.ts';
import {type SelectionRule, select} from './select.ts';
import {type Transform, transform} from './transform.ts';
import {truncate} from './truncate.ts';

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

export interface Shaping {
  readonly selection: SelectionRule;
  /** Share of the selected that stays, largest |score| first; (0, 1]. */
  readonly selectionFraction: number;
  readonly transform: Transform;
  /** Weights above this quantile of the selected weights are cut to it; null cuts nothing. */
  readonly truncationQuantile: number | null;
  readonly normalise: Normalisation;
}

/**
 * Scores → weights: select, transform, truncate, normalise (paper 3.2 and eq. 5).
 * When no sample is selected, every weight is zero and `diagnostics.numSelected` is 0: Algorithm 1 then has nothing to ascend on.
 * Throws NON_FINITE with the samples' indices when a score is NaN or infinite.
 */
export function toSampleWeights(influence: InfluenceScores, shaping: Shaping): SampleWeights {
  refuseNonFinite(influence.scores);
  const selected = select(influence.scores, shaping.selection, shaping.selectionFraction);
  const transformed = transform(
    selected.map((index) => influence.scores[index] as number),
    shaping.transform,
  );
  const truncated = truncate(transformed, shaping.truncationQuantile);
  const normalised = normalise(truncated.weights, shaping.normalise);

  const weights = new Float64Array(influence.scores.length);
  selected.forEach((index, position) => {
    weights[index] = normalised[position] as number;
  });
  return {weights, diagnostics: diagnose(influence, weights, truncated.threshold)};
}

const NUM_SAMPLES_NAMED = 10;

function refuseNonFinite(scores: Float64Array): void {
  const bad: number[] = [];
  for (const [index, score] of scores.entries()) if (!Number.isFinite(score)) bad.push(index);
  if (bad.length === 0) return;
  const named = bad.slice(0, NUM_SAMPLES_NAMED).map((index) => `${index} (${scores[index]})`);
  const more = bad.length > named.length ? ` and ${bad.length - named.length} more` : '';
  throw new ImuError(
    'NON_FINITE',
    `influence: ${bad.length} of ${scores.length} scores are not finite: samples ${named.join(', ')}${more}`,
    {
      hint: 'Raise the damping, or look at the loss of these samples: a probability of zero has no finite gradient.',
    },
  );
}
