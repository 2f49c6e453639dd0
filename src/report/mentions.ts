import {datasets} from '../datasets/index.ts';
import {type MetricCard, metricOf} from '../metrics/index.ts';
import type {Measurement} from '../protocol/index.ts';
import type {Manifest} from '../store/manifest.ts';
import type {TableColumn, TableModel} from './aggregate.ts';
import {listed} from './words.ts';

/** Stands for a column until it is known where it is mentioned first. No label can hold it: labels have no control characters. */
export const mention = ({id}: Pick<TableColumn, 'id'>): string => `\u0001${id}\u0001`;

/** `l_f (token loss on forgetTest)` the first time, `l_f` from then on. */
export function explainFirstMentions(
  {manifest, table}: {readonly manifest: Manifest; readonly table: TableModel},
  sentences: readonly string[],
): readonly string[] {
  const mentioned = new Set<string>();
  return sentences.map((sentence) =>
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what mention() writes
    sentence.replace(/\u0001([^\u0001]*)\u0001/g, (_, id: string) => {
      const column = table.columns.find((known) => known.id === id);
      const meaning = mentioned.has(id) || column === undefined ? '' : meaningOf(manifest, column);
      mentioned.add(id);
      return `${column?.header ?? id}${meaning === '' ? '' : ` (${meaning})`}`;
    }),
  );
}

/** What a column measures; null for one that is no measurement. */
export function metricOfColumn(
  {suite}: Manifest,
  id: string,
): {readonly card: MetricCard; readonly measurement: Measurement} | null {
  const measurement = suite.scenario.measurements.find(({label}) => label === id);
  const card = measurement === undefined ? null : metricOf(measurement.primitive);
  return measurement === undefined || card === null ? null : {card, measurement};
}

/** Whether a column is measured on data like those to be forgotten: there, and there alone, unlearning is meant to move it. */
export function isAboutForgotten(manifest: Manifest, id: string): boolean {
  const {dataset, forgetSet} = manifest.suite.scenario;
  const sets = Object.values(datasets).find(({kind}) => kind === dataset.kind)?.sets ?? {};
  const groupsOf = (names: readonly string[]): string[] => names.flatMap((name) => [...(sets[name]?.groups ?? [])]);
  const forgotten = groupsOf(forgetSet.sets);
  return groupsOf(metricOfColumn(manifest, id)?.measurement.selection.sets ?? []).some((group) =>
    forgotten.includes(group),
  );
}

/** `token loss on forgetTest`; empty for a column that is no measurement. */
function meaningOf(manifest: Manifest, {id}: TableColumn): string {
  const metric = metricOfColumn(manifest, id);
  return metric === null ? '' : `${metric.card.title} on ${listed(metric.measurement.selection.sets)}`;
}
