import type {TableCell, TableModel, TableRow} from './aggregate.ts';
import {mean, type SeededValue, type SeedInterval, seedInterval} from './statistics.ts';

/** Row − Retrain, paired by train seed; `n` counts the pairs. */
export type GapToRetrain = SeedInterval;

/** The gap of a row in every column, by column id. Without a retrained model at a train seed its values have no pair. */
export const gapsToRetrain = (table: TableModel, row: TableRow): Readonly<Record<string, GapToRetrain>> =>
  Object.fromEntries(table.columns.map(({id}) => [id, seedInterval(differences(table, row, id))]));

/** One per value of the row that has a retrained model beside it. */
export function differences(table: TableModel, row: TableRow, column: string): readonly SeededValue[] {
  const retrained = retrainedValues(table, column);
  return (row.cells[column]?.values ?? []).flatMap(({value, trainSeed, unlearnSeed}) => {
    const reference = retrained.get(trainSeed);
    return reference === undefined ? [] : [{value: value - reference, trainSeed, unlearnSeed}];
  });
}

/** The row that all others are compared with; null where the suite has none. */
export const retrainedRow = (table: TableModel): TableRow | null =>
  table.rows.find(({model}) => model === 'retrainedModel') ?? null;

/** Mean of |gap| over the columns; null where columns differ in unit, for they cannot be summed, or where a gap is missing. */
export function averageGap(table: TableModel, gaps: Readonly<Record<string, GapToRetrain>>): number | null {
  if (new Set(table.columns.map(({unit}) => unit)).size !== 1) return null;
  const means = table.columns.map(({id}) => gaps[id]?.mean ?? null);
  return means.includes(null) ? null : mean(means.map((gap) => Math.abs(gap ?? 0)));
}

/** Train seed → mean of the retrained models' values. */
function retrainedValues(table: TableModel, column: string): ReadonlyMap<number | null, number> {
  const cells = table.rows.filter(({model}) => model === 'retrainedModel').map(({cells}) => cells[column]);
  const values = cells.flatMap((cell: TableCell | undefined) => cell?.values ?? []);
  const groups = Map.groupBy(values, ({trainSeed}) => trainSeed);
  return new Map([...groups].map(([trainSeed, group]) => [trainSeed, mean(group.map(({value}) => value))]));
}
