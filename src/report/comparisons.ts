import type {TableModel, TableRow} from './aggregate.ts';
import {differences} from './gaps.ts';
import {holm, type SeedInterval, seedInterval} from './statistics.ts';

/**
 * A method against a trivial baseline in one column. The mean is how much farther from Retrain the method is,
 * |row − Retrain| − |trivial − Retrain|, paired by train and unlearn seed; below 0 it is nearer.
 */
export interface Comparison extends SeedInterval {
  readonly row: string;
  readonly trivial: string;
  readonly column: string;
  /** Of the trivial baselines, this one is nearest to Retrain in this column: the one to beat. */
  readonly isBestTrivial: boolean;
  /** Said of the baseline to beat alone, at 5 % after Holm's correction over all of these; null elsewhere and where the noise is unknown. */
  readonly relation: 'better' | 'worse' | 'noDifference' | null;
  /** Holm's p over all comparisons with a baseline to beat; null for others. */
  readonly correctedPValue: number | null;
}

/** Every method against every trivial baseline, in every column where both have runs of the same seeds. */
export function comparisonsOf(
  table: TableModel,
  methods: readonly TableRow[],
  trivials: readonly TableRow[],
): readonly Comparison[] {
  const raw = table.columns.flatMap(({id: column}) => {
    const best = bestTrivial(table, trivials, column);
    return methods.flatMap((method) =>
      trivials.map((trivial) => ({
        row: method.id,
        trivial: trivial.id,
        column,
        isBestTrivial: trivial.id === best,
        ...seedInterval(farther(table, method, trivial, column)),
      })),
    );
  });
  const family = raw.filter(({isBestTrivial, pValue}) => isBestTrivial && pValue !== null);
  const corrected = holm(family.map(({pValue}) => pValue ?? 1));
  const correctedOf = new Map(family.map((comparison, index) => [comparison, corrected[index] ?? 1]));
  return raw
    .filter(({n}) => n > 0)
    .map((comparison) => {
      const correctedPValue = correctedOf.get(comparison) ?? null;
      return {...comparison, correctedPValue, relation: relationOf(comparison, correctedPValue)};
    });
}

/** Probability of a wrong claim, over the whole family of comparisons. */
const SIGNIFICANCE = 0.05;

function relationOf({mean}: SeedInterval, correctedPValue: number | null): Comparison['relation'] {
  if (mean === null || correctedPValue === null) return null;
  if (correctedPValue >= SIGNIFICANCE) return 'noDifference';
  return mean < 0 ? 'better' : 'worse';
}

/** The row's distance from Retrain less the baseline's, for every pair of seeds that both have. */
function farther(table: TableModel, method: TableRow, trivial: TableRow, column: string) {
  const seeds = ({trainSeed, unlearnSeed}: {trainSeed: number | null; unlearnSeed: number | null}): string =>
    `${trainSeed}/${unlearnSeed}`;
  const baseline = new Map(differences(table, trivial, column).map((gap) => [seeds(gap), Math.abs(gap.value)]));
  return differences(table, method, column).flatMap((gap) => {
    const other = baseline.get(seeds(gap));
    return other === undefined ? [] : [{...gap, value: Math.abs(gap.value) - other}];
  });
}

/** By mean distance of its runs from Retrain; null where none has a finite one. */
function bestTrivial(table: TableModel, trivials: readonly TableRow[], column: string): string | null {
  const distances = trivials.flatMap((row) => {
    const distance = seedInterval(
      differences(table, row, column).map((gap) => ({...gap, value: Math.abs(gap.value)})),
    ).mean;
    return distance === null || Number.isNaN(distance) ? [] : [{id: row.id, distance}];
  });
  return distances.sort((a, b) => a.distance - b.distance)[0]?.id ?? null;
}
