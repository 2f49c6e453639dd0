import type {TableColumn} from './aggregate.ts';
import type {Comparison} from './comparisons.ts';
import {mention} from './mentions.ts';
import type {VerdictFacts, VerdictRow} from './verdict.ts';
import {amount, beyondOrWithin, counted, listed, withNoise} from './words.ts';

/** The claim that matters: does any method do more than the best of what is known to do nothing of use? */
export function againstBestTrivial({rows, comparisons, table}: VerdictFacts): string[] {
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
      : [saidUnbeaten(unbeaten, table.columns.length, bestNames(family, rows, table.columns, unbeaten))]),
    ...saidWorse(family, rows, table.columns),
  ];
}

const saidUnbeaten = (mentions: readonly string[], numColumns: number, best: string): string =>
  mentions.length === numColumns && numColumns > 1
    ? 'In no column is a method shown to be nearer to Retrain than the best trivial baseline.'
    : `In ${listed(mentions)} no method is shown to be nearer to Retrain than the best trivial baseline (${best}).`;

function saidBetter(comparison: Comparison, rows: readonly VerdictRow[], columns: readonly TableColumn[]): string {
  const unit = columns.find(({id}) => id === comparison.column)?.unit;
  const {row, trivial, column} = comparison;
  return `In ${mention({id: column})} ${labelOf(rows, row)} comes nearer to Retrain, run for run, than the best trivial baseline ${labelOf(rows, trivial)}, by ${amount(comparison)} ${unit} (${beyondOrWithin(comparison)}).`;
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

/** Methods that the runs tell apart from some trivial baseline in no column at all, and are enough to have done so. */
export function likenedInWords({rows, comparisons, table}: VerdictFacts): string[] {
  const {told = []} = likened(comparisons);
  const whole = [...Map.groupBy(told, ({row, trivial}) => JSON.stringify([row, trivial])).values()].flatMap((group) =>
    group.length === table.columns.length ? group.slice(0, 1) : [],
  );
  const said = [...Map.groupBy(whole, ({row}) => row)].map(
    ([row, group]) => `${labelOf(rows, row)} from ${listed(group.map(({trivial}) => labelOf(rows, trivial)))}`,
  );
  const where = table.columns.length > 1 ? ' in any column' : ` in ${table.columns.map(mention).join()}`;
  return said.length === 0 ? [] : [`Not told apart from a trivial baseline${where}: ${said.join('; ')}.`];
}

const likened = (comparisons: readonly Comparison[]) =>
  Object.groupBy(
    comparisons.filter(({isBeyondSeedNoise}) => isBeyondSeedNoise === false),
    (one) => (isInformative(one) ? 'told' : 'tooFew'),
  );

/** Where the runs do not show a method to do anything else than what is known to be of no use, and are enough to have shown it. */
export function likenedInNumbers({rows, comparisons, table}: VerdictFacts): string[] {
  const {told = [], tooFew = []} = likened(comparisons);
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

const isMethod = ({model, isTrivial}: VerdictRow): boolean => model === 'unlearnedModel' && !isTrivial;

const labelOf = (rows: readonly VerdictRow[], id: string): string => rows.find((row) => row.id === id)?.label ?? id;
