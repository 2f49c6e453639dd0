import {metricOf} from '../metrics/index.ts';
import type {TableColumn} from './aggregate.ts';
import type {Comparison} from './comparisons.ts';
import type {GapToRetrain} from './gaps.ts';
import type {VerdictFacts, VerdictRow} from './verdict.ts';
import {amount, beyondOrWithin, counted, listed, withNoise} from './words.ts';

/** A verdict in plain words, made from its numbers alone: who is nearer to Retrain than the trivial baselines, who is not told apart from them. */
export function sentencesOf(facts: VerdictFacts): readonly string[] {
  if (facts.retrained === null) return [noReference(facts)];
  return explainFirstMentions(facts, [
    ...madeUp(facts),
    ...againstBestTrivial(facts),
    ...diverged(facts),
    ...notToldApart(facts),
    ...facts.table.columns.flatMap((column) => nearest(facts, column)),
    ...facts.table.columns.flatMap((column) => overshoot(facts, column)),
    ...cost(facts),
  ]);
}

/** Stands for a column until it is known where it is mentioned first. No label can hold it: labels have no control characters. */
const mention = ({id}: Pick<TableColumn, 'id'>): string => `\u0001${id}\u0001`;

/** `l_f (token loss on forgetTest)` the first time, `l_f` from then on. */
function explainFirstMentions(facts: VerdictFacts, sentences: readonly string[]): readonly string[] {
  const mentioned = new Set<string>();
  return sentences.map((sentence) =>
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what mention() writes
    sentence.replace(/\u0001([^\u0001]*)\u0001/g, (_, id: string) => {
      const column = facts.table.columns.find((known) => known.id === id);
      const meaning = mentioned.has(id) || column === undefined ? '' : meaningOf(facts, column);
      mentioned.add(id);
      return `${column?.header ?? id}${meaning === '' ? '' : ` (${meaning})`}`;
    }),
  );
}

function noReference({table}: VerdictFacts): string {
  const isPlanned = table.rows.some(({model}) => model === 'retrainedModel');
  return isPlanned
    ? 'No verdict yet: Retrain, which all rows are held against, has no value.'
    : 'No verdict: the suite has no row of a retrained model that others could be held against.';
}

const madeUp = ({table}: VerdictFacts): string[] =>
  table.provenance.device === 'fake'
    ? ['Nothing was computed: the stand-in sidecar made these numbers up, and what follows means nothing.']
    : [];

/** The claim that matters: does any method do more than the best of what is known to do nothing of use? */
function againstBestTrivial({rows, comparisons, table}: VerdictFacts): string[] {
  const family = comparisons.filter(({isBestTrivial}) => isBestTrivial);
  const methods = rows.filter(isMethod);
  if (methods.length === 0) return ['There is no method here beside the baselines.'];
  if (!rows.some(({isTrivial}) => isTrivial))
    return ['The suite has no trivial baseline: nothing shows whether a method does more than doing nothing would.'];
  if (family.length === 0) return ['No method and trivial baseline have a run of the same seeds yet.'];
  if (family.every(({n}) => n === 1))
    return [
      'Every method has a single run: whether one is nearer to Retrain than a trivial baseline cannot be told from noise.',
    ];
  const better = family.filter(({relation}) => relation === 'better');
  const beaten = new Set(better.map(({column}) => column));
  const unbeaten = table.columns.filter(({id}) => !beaten.has(id)).map(mention);
  return [
    ...better.map((comparison) => saidBetter(comparison, rows, table.columns)),
    ...(unbeaten.length === 0
      ? []
      : [saidUnbeaten(unbeaten, better.length > 0, bestNames(family, rows, table.columns, unbeaten))]),
    ...saidWorse(family, rows, table.columns),
  ];
}

const saidUnbeaten = (mentions: readonly string[], isElsewhere: boolean, best: string): string =>
  isElsewhere
    ? `In ${listed(mentions)} no method is shown to be nearer to Retrain than the best trivial baseline (${best}).`
    : `No method is shown to be nearer to Retrain than the best trivial baseline (${best}) in ${listed(mentions, 'or')}.`;

function saidBetter(comparison: Comparison, rows: readonly VerdictRow[], columns: readonly TableColumn[]): string {
  const unit = columns.find(({id}) => id === comparison.column)?.unit;
  const {row, trivial, column} = comparison;
  return `In ${mention({id: column})} ${labelOf(rows, row)} is nearer to Retrain than the best trivial baseline ${labelOf(rows, trivial)}, by ${amount(comparison)} ${unit} (${beyondOrWithin(comparison)}).`;
}

/** `No-op`, or `No-op in l_r; GA head in l_f` where columns differ. */
function bestNames(
  family: readonly Comparison[],
  rows: readonly VerdictRow[],
  columns: readonly TableColumn[],
  mentions: readonly string[],
): string {
  const shown = columns.filter((column) => mentions.includes(mention(column)));
  const groups = Map.groupBy(shown, ({id}) => family.find(({column}) => column === id)?.trivial ?? '');
  groups.delete('');
  if (groups.size === 1) return [...groups.keys()].map((id) => labelOf(rows, id)).join();
  return [...groups].map(([id, where]) => `${labelOf(rows, id)} in ${listed(where.map(mention))}`).join('; ');
}

/** Methods that are farther from Retrain in the same columns share a clause. */
function saidWorse(
  family: readonly Comparison[],
  rows: readonly VerdictRow[],
  columns: readonly TableColumn[],
): string[] {
  const worse = family.filter(({relation}) => relation === 'worse');
  if (worse.length === 0) return [];
  const byRow = [...Map.groupBy(worse, ({row}) => row)].map(([row, group]) => ({
    row,
    where: columns.filter(({id}) => group.some(({column}) => column === id)).map(mention),
  }));
  const groups = [...Map.groupBy(byRow, ({where}) => where.join())].map(([, group]) => {
    const where = group[0]?.where ?? [];
    const place = where.length === columns.length && columns.length > 1 ? 'every column' : listed(where);
    return `${listed(group.map(({row}) => labelOf(rows, row)))} in ${place}`;
  });
  const noise = listed([...new Set(worse.map(beyondOrWithin))]);
  return [`Farther from Retrain than the best trivial baseline, ${noise}: ${groups.join('; ')}.`];
}

/** Which unlearned row is nearest in a column, and how far the nearest of the other kind is. */
function nearest(facts: VerdictFacts, column: TableColumn): string[] {
  const gapOf = (row: VerdictRow): GapToRetrain | undefined => row.gaps[column.id];
  const distance = (row: VerdictRow): number => Math.abs(gapOf(row)?.mean ?? Number.NaN);
  const ranked = facts.rows
    .filter((row) => row.model === 'unlearnedModel' && !Number.isNaN(distance(row)))
    .sort((a, b) => distance(a) - distance(b));
  const [first] = ranked;
  const second = ranked.find(({isTrivial}) => isTrivial !== first?.isTrivial);
  const gap = first && gapOf(first);
  if (first === undefined || gap === undefined) return [];
  const other = second && gapOf(second);
  const rest =
    second === undefined || other === undefined
      ? ''
      : `; nearest ${second.isTrivial ? 'trivial baseline' : 'method'} ${second.label}, ${withNoise(other)}`;
  const goal = facts.retrained?.cells[column.id]?.mean ?? null;
  return [
    `Nearest to Retrain (${withNoise({mean: goal, halfWidth: null})}) in ${mention(column)}: ${first.label}${first.isTrivial ? ', a trivial baseline' : ''}, gap ${withNoise(gap)} ${column.unit} (${beyondOrWithin(gap)})${rest}.`,
  ];
}

/** Where the runs do not show a method to do anything else than what is known to be of no use, and are enough to have shown it. */
function notToldApart({rows, comparisons, table}: VerdictFacts): string[] {
  const same = comparisons.filter(({isBeyondSeedNoise}) => isBeyondSeedNoise === false);
  const {told = [], tooFew = []} = Object.groupBy(same, (one) => (isInformative(one) ? 'told' : 'tooFew'));
  const said = [...Map.groupBy(told, ({row}) => row)].map(([row, group]) => {
    const from = [...Map.groupBy(group, ({trivial}) => trivial)].map(([trivial, columns]) => {
      const isAll = columns.length === table.columns.length && columns.length > 1;
      const where = isAll
        ? 'any column'
        : listed(
            columns.map(({column}) => mention({id: column})),
            'or',
          );
      return `from ${labelOf(rows, trivial)} in ${where} (${numbersOf(columns)})`;
    });
    const n = Math.min(...group.map((one) => one.n));
    return `${labelOf(rows, row)} is not told apart from trivial baselines by its distance from Retrain: ${from.join('; ')}; differences over ${counted(n, 'pair')} of runs.`;
  });
  const pairs = [...Map.groupBy(tooFew, ({row, trivial}) => `${labelOf(rows, row)} and ${labelOf(rows, trivial)}`)];
  const left = pairs.map(([pair, columns]) => `${pair} (${numbersOf(columns)})`);
  return left.length === 0 ? said : [...said, `The runs are too few to tell apart, or to liken: ${left.join('; ')}.`];
}

const numbersOf = (comparisons: readonly Comparison[]): string =>
  comparisons.map((one) => `${mention({id: one.column})} ${withNoise(one)}`).join(', ');

/** An interval as wide as the distances themselves would hold a ruined model and an untouched one alike. */
const isInformative = ({halfWidth, distance, trivialDistance}: Comparison): boolean =>
  (halfWidth ?? Number.POSITIVE_INFINITY) <= Math.max(distance, trivialDistance) / 2;

/** Past Retrain on the side that Original is not on. A metric whose ideal is the least it can be has no other side. */
function overshoot(facts: VerdictFacts, column: TableColumn): string[] {
  const original = facts.rows.find(({model}) => model === 'originalModel')?.gaps[column.id]?.mean ?? 0;
  if (cardOf(facts, column)?.target !== 'retrain' || !(Math.abs(original) > 0)) return [];
  const past = facts.rows.filter((row) => {
    const {mean, isBeyondSeedNoise} = row.gaps[column.id] ?? {mean: null, isBeyondSeedNoise: null};
    const isPast = row.model === 'unlearnedModel' && isBeyondSeedNoise === true && (mean ?? 0) * original < 0;
    return isPast && Math.abs(mean ?? 0) > Math.abs(original);
  });
  if (past.length === 0) return [];
  const by = past.map((row) => `${row.label} by ${amount(row.gaps[column.id] ?? {mean: null, halfWidth: null})}`);
  const verb = past.length === 1 ? 'row overshoots' : 'rows overshoot';
  return [
    `${past.length} ${verb} in ${mention(column)}: past Retrain, and farther from it than Original was before unlearning (${listed(by)} ${column.unit}; Original ${withNoise({mean: original, halfWidth: null})}).`,
  ];
}

function diverged({rows, table}: VerdictFacts): string[] {
  const where = (row: VerdictRow): string[] =>
    table.columns.filter(({id}) => Number.isNaN(row.gaps[id]?.mean ?? 0)).map(mention);
  const lost = rows.filter((row) => where(row).length > 0);
  return lost.map(
    (row) => `${row.label} diverged: a value of ${listed(where(row))} is not finite, so its gap is not a number.`,
  );
}

/** Unlearning is worth its name while it costs less than training anew. */
function cost({rows}: VerdictFacts): string[] {
  const shares = rows.flatMap(({label, isTrivial, cost}) =>
    cost === null || cost.retrainSeconds === null || cost.retrainSeconds <= 0 || isTrivial
      ? []
      : [{label, share: cost.seconds / cost.retrainSeconds}],
  );
  if (shares.length === 0) return [];
  const percent = ({label, share}: {label: string; share: number}): string =>
    `${label} ${share >= 0.1 ? Math.round(100 * share) : (100 * share).toPrecision(1)} %`;
  return [`One unlearning took, of the time of one retraining: ${listed(shares.map(percent))}.`];
}

const isMethod = ({model, isTrivial}: VerdictRow): boolean => model === 'unlearnedModel' && !isTrivial;

const labelOf = (rows: readonly VerdictRow[], id: string): string => rows.find((row) => row.id === id)?.label ?? id;

const measurementOf = ({manifest}: VerdictFacts, {id}: TableColumn) =>
  manifest.suite.scenario.measurements.find(({label}) => label === id);

function cardOf(facts: VerdictFacts, column: TableColumn) {
  const measurement = measurementOf(facts, column);
  return measurement === undefined ? null : metricOf(measurement.primitive);
}

/** `token loss on forgetTest`; empty for a column that is no measurement. */
function meaningOf(facts: VerdictFacts, column: TableColumn): string {
  const card = cardOf(facts, column);
  const sets = measurementOf(facts, column)?.selection.sets ?? [];
  return card === null ? '' : `${card.title} on ${listed(sets)}`;
}
