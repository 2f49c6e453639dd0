import type {WeightDiagnostics} from '../protocol/index.ts';
import type {Manifest} from '../store/manifest.ts';
import {aggregate, type Measured, type TableColumn, type TableModel} from './aggregate.ts';

/** What became of the influence scores of one run, at its first scoring. */
export interface RowWeights extends Omit<Measured, 'values'> {
  readonly diagnostics: WeightDiagnostics;
}

/**
 * How weighted runs weighed: which share of the samples counts at all, how evenly, and which group carries the weight. Weights that are nearly
 * uniform make any weighted method the unweighted one. null where no run has weights.
 */
export function weightsTable(manifest: Manifest, runs: readonly RowWeights[]): TableModel | null {
  if (runs.length === 0) return null;
  const groups = [...new Set(runs.flatMap(({diagnostics}) => Object.keys(diagnostics.weightShareByGroup)))];
  const percent = (id: string, header: string): TableColumn => ({
    id,
    header,
    unit: '%',
    direction: null,
    paperColumn: null,
  });
  const measured = runs.map(({diagnostics, ...run}): Measured => {
    const {effectiveSampleSize, numSamples, shareSelected, weightShareByGroup} = diagnostics;
    const shares = groups.map((group) => [group, 100 * (weightShareByGroup[group] ?? 0)] as const);
    return {
      ...run,
      values: {
        selected: 100 * shareSelected,
        effective: (100 * effectiveSampleSize) / numSamples,
        ...Object.fromEntries(shares),
      },
    };
  });
  return aggregate(manifest, measured, {
    title: `${manifest.suite.title}: sample weights at the first scoring`,
    columns: [
      percent('selected', 'selected %'),
      percent('effective', 'ESS %'),
      ...groups.map((group) => percent(group, `${group} %`)),
    ],
    rows: manifest.suite.rows.filter(({id}) => runs.some(({row}) => row === id)),
    notes: [
      'selected: share of the forgetSet that has weight; ESS: effective sample size, (Σw)²/Σw², as a share of the forgetSet (100 % is uniform).',
      'The other columns: share of all weight on the samples of a group.',
    ],
  });
}
