import type {WeightDiagnostics} from '../protocol/index.ts';
import {SELECTIONS, TRANSFORMS} from './index.ts';

/** How scores were shaped, as far as a picture of them needs it; a method's parameters of these names. */
export interface ShapingParams {
  readonly selection: (typeof SELECTIONS)[number];
  readonly transform: (typeof TRANSFORMS)[number];
  readonly truncationQuantile: number | null;
  /** The weights were dealt to other samples than they are of. */
  readonly isShuffled: boolean;
}

export function shapingOf(params: Readonly<Record<string, unknown>>): ShapingParams {
  const {selection, transform, truncationQuantile, assignment} = params;
  return {
    selection: SELECTIONS.find((known) => known === selection) ?? 'negative',
    transform: TRANSFORMS.find((known) => known === transform) ?? 'sqrt',
    truncationQuantile: typeof truncationQuantile === 'number' ? truncationQuantile : null,
    isShuffled: assignment === 'shuffled',
  };
}

/** |I| from which on weights are cut. */
export interface RawThreshold {
  readonly size: number;
  /** false: read off the histogram, to within one of its bins. */
  readonly isExact: boolean;
}

/**
 * Where truncation lies on the axis of the raw scores. The threshold is on the scale of the transformed scores: √|I| and |I| are undone; the logarithm
 * has its unit, and the rank its order, from the selected scores, so there the same quantile of |I| is read off the histogram: every transform is
 * monotone in |I|. null where nothing is cut, or where the histogram cannot say.
 */
export function rawThreshold(diagnostics: WeightDiagnostics, shaping: ShapingParams): RawThreshold | null {
  const {truncationThreshold: threshold} = diagnostics;
  if (threshold === null) return null;
  switch (shaping.transform) {
    case 'sqrt':
      return {size: threshold ** 2, isExact: true};
    case 'abs':
      return {size: threshold, isExact: true};
    default:
      return quantileOfSelected(diagnostics, shaping);
  }
}

/** The samples of the largest |I| are the selected ones; of those the quantile leaves a share above. */
function quantileOfSelected(
  {histogram: {edges, counts}, numSelected}: WeightDiagnostics,
  {selection, truncationQuantile}: ShapingParams,
): RawThreshold | null {
  if (truncationQuantile === null || edges.length !== counts.length + 1) return null;
  const bins = counts
    .map((count, bin) => ({count, size: -((edges[bin] ?? 0) + (edges[bin + 1] ?? 0)) / 2}))
    .filter(({size}) => selection === 'all' || size > 0)
    .map(({count, size}) => ({count, size: Math.abs(size)}))
    .sort((a, b) => b.size - a.size);
  let left = (1 - truncationQuantile) * numSelected;
  for (const {count, size} of bins) {
    left -= count;
    if (left <= 0) return {size, isExact: false};
  }
  return null;
}
