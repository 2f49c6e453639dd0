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
    const baselines = trivials.map((row) => ({id: row.id, distances: distancesOf(table, row, column)}));
    const best = nearestTo0(baselines);
    return methods.flatMap((method) => {
      const distances = distancesOf(table, method, column);
      return baselines.map((trivial) => ({
        row: method.id,
        trivial: trivial.id,
        column,
        isBestTrivial: trivial.id === best,
        ...seedInterval(lessOf(distances, trivial.distances)),
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

/** By pair of seeds. */
type Distances = ReadonlyMap<string, SeededValue>;

function distancesOf(table: TableModel, row: TableRow, column: string): Distances {
  const gaps = differences(table, row, column);
  return new Map(gaps.map((gap) => [`${gap.trainSeed}/${gap.unlearnSeed}`, {...gap, value: Math.abs(gap.value)}]));
}

/** For every pair of seeds that both have, the one's distance less the other's. */
const lessOf = (distances: Distances, others: Distances): SeededValue[] =>
  [...distances].flatMap(([seeds, distance]) => {
    const other = others.get(seeds);
    return other === undefined ? [] : [{...distance, value: distance.value - other.value}];
  });

/** By mean distance over the runs; null where no row has a finite one. */
function nearestTo0(rows: readonly {readonly id: string; readonly distances: Distances}[]): string | null {
  const means = rows.flatMap(({id, distances}) => {
    const {mean} = seedInterval([...distances.values()]);
    return mean === null || Number.isNaN(mean) ? [] : [{id, mean}];
  });
  return means.sort((a, b) => a.mean - b.mean)[0]?.id ?? null;
}
