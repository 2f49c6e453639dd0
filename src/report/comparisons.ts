import type {TableModel, TableRow} from './aggregate.ts';
import {differences} from './gaps.ts';
import {holm, type SeededValue, type SeedInterval, seedInterval} from './statistics.ts';

/**
 * A method against a trivial baseline in one column. The mean is how much farther from Retrain the method is,
 * |row − Retrain| − |trivial − Retrain|, paired by train and unlearn seed; below 0 it is nearer.
 */
export interface Comparison extends SeedInterval {
  readonly row: string;
  readonly trivial: string;
  readonly column: string;
  /** Mean distances from Retrain of the two. */
  readonly distance: number;
  readonly trivialDistance: number;
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
    const baselines = trivials.map((row) => distancesOf(table, row, column));
    const best = nearestTo0(baselines);
    return methods.flatMap((method) => {
      const own = distancesOf(table, method, column);
      return baselines.map((trivial) => ({
        row: method.id,
        trivial: trivial.id,
        column,
        distance: own.mean,
        trivialDistance: trivial.mean,
        isBestTrivial: trivial.id === best,
        ...seedInterval(lessOf(own.bySeeds, trivial.bySeeds)),
      }));
    });
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

/** How far the runs of a row are from Retrain; the mean is NaN where there is none, or one that is not finite. */
interface Distances {
  readonly id: string;
  readonly bySeeds: ReadonlyMap<string, SeededValue>;
  readonly mean: number;
}

function distancesOf(table: TableModel, row: TableRow, column: string): Distances {
  const distances = differences(table, row, column).map((gap) => ({...gap, value: Math.abs(gap.value)}));
  return {
    id: row.id,
    bySeeds: new Map(distances.map((one) => [`${one.trainSeed}/${one.unlearnSeed}`, one])),
    mean: seedInterval(distances).mean ?? Number.NaN,
  };
}

/** For every pair of seeds that both have, the one's distance less the other's. */
const lessOf = (distances: Distances['bySeeds'], others: Distances['bySeeds']): SeededValue[] =>
  [...distances].flatMap(([seeds, distance]) => {
    const other = others.get(seeds);
    return other === undefined ? [] : [{...distance, value: distance.value - other.value}];
  });

const nearestTo0 = (rows: readonly Distances[]): string | null =>
  rows.filter(({mean}) => !Number.isNaN(mean)).sort((a, b) => a.mean - b.mean)[0]?.id ?? null;
