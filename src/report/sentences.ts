import {againstBestTrivial, likenedInNumbers, likenedInWords} from './againstBaselines.ts';
import type {TableColumn} from './aggregate.ts';
import type {GapToRetrain} from './gaps.ts';
import {explainFirstMentions, isAboutForgotten, mention, metricOfColumn} from './mentions.ts';
import type {VerdictFacts, VerdictRow} from './verdict.ts';
import {amount, beyondOrWithin, listed, withNoise} from './words.ts';

/** A verdict in words, made from its numbers alone: plain ones to take away, and what bears them out in numbers. */
export function wordsOf(facts: VerdictFacts): {
  readonly sentences: readonly string[];
  readonly findings: readonly string[];
} {
  if (facts.retrained === null) return {sentences: [noReference(facts)], findings: []};
  const {columns} = facts.table;
  const plain = [
    ...madeUp(facts),
    ...incomplete(facts),
    ...againstBestTrivial(facts),
    ...diverged(facts),
    ...likenedInWords(facts),
    ...nearestInWords(facts),
    ...overshootInWords(facts),
    ...cost(facts),
  ];
  const numbers = [
    ...likenedInNumbers(facts),
    ...columns.flatMap((column) => nearest(facts, column)),
    ...columns.flatMap((column) => overshoot(facts, column)),
  ];
  const all = explainFirstMentions(facts, [...plain, ...numbers]);
  return {sentences: all.slice(0, plain.length), findings: all.slice(plain.length)};
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

/** A verdict on part of the runs may yet change. */
function incomplete({table}: VerdictFacts): string[] {
  const planned = table.rows.reduce((sum, {numExpected}) => sum + numExpected, 0);
  const there = table.rows.reduce((sum, {cells}) => sum + Math.max(0, ...Object.values(cells).map(({n}) => n)), 0);
  return there < planned ? [`Incomplete: ${there} of ${planned} evaluations are there.`] : [];
}

/** By their means: `Mean nearest to Retrain: No-op, a trivial baseline, in l_r and KL_r; IMU in l_f.` Runs that scatter on both sides have a near mean, too. */
function nearestInWords(facts: VerdictFacts): string[] {
  const firsts = facts.table.columns.flatMap((column) => {
    const [first] = rankedIn(facts, column);
    return first === undefined ? [] : [{first, column}];
  });
  const places = [...Map.groupBy(firsts, ({first}) => first)].map(
    ([{label, isTrivial}, group]) =>
      `${label}${isTrivial ? ', a trivial baseline,' : ''} in ${listed(group.map(({column}) => mention(column)))}`,
  );
  return places.length === 0 ? [] : [`Mean nearest to Retrain: ${places.join('; ')}.`];
}

/** Unlearned rows by their distance from Retrain in a column. */
function rankedIn({rows}: VerdictFacts, {id}: TableColumn): readonly VerdictRow[] {
  const distance = ({gaps}: VerdictRow): number => Math.abs(gaps[id]?.mean ?? Number.NaN);
  return rows
    .filter((row) => row.model === 'unlearnedModel' && !Number.isNaN(distance(row)))
    .sort((a, b) => distance(a) - distance(b));
}

/** Which unlearned row is nearest in a column, and how far the nearest of the other kind is. */
function nearest(facts: VerdictFacts, column: TableColumn): string[] {
  const gapOf = (row: VerdictRow): GapToRetrain | undefined => row.gaps[column.id];
  const ranked = rankedIn(facts, column);
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
    `Mean nearest to Retrain (${withNoise({mean: goal, halfWidth: null})}) in ${mention(column)}: ${first.label}${first.isTrivial ? ', a trivial baseline' : ''}, gap ${withNoise(gap)} ${column.unit} (${beyondOrWithin(gap)})${rest}.`,
  ];
}

/** How many rows are past Retrain, where more than none are. */
function overshootInWords(facts: VerdictFacts): string[] {
  const numUnlearned = facts.rows.filter(({model, n}) => model === 'unlearnedModel' && n > 0).length;
  const counts = facts.table.columns.flatMap((column) => {
    const {past} = pastRetrain(facts, column);
    return past.length === 0 ? [] : [`${past.length} of ${numUnlearned} unlearned rows in ${mention(column)}`];
  });
  return counts.length === 0
    ? []
    : [`Overshoot, past Retrain and farther from it than Original was before unlearning: ${listed(counts)}.`];
}

function overshoot(facts: VerdictFacts, column: TableColumn): string[] {
  const {past, start} = pastRetrain(facts, column);
  if (past.length === 0) return [];
  const verb = past.length === 1 ? 'row overshoots' : 'rows overshoot';
  return [
    `${past.length} ${verb} in ${mention(column)}: past Retrain, and farther from it than Original was before unlearning (${listed(past)} ${column.unit}; Original ${withNoise({mean: start, halfWidth: null})}).`,
  ];
}

/** Rows past Retrain on the side that Original is not on, where Original was wrong to begin with. A metric whose ideal is zero has no other side. */
function pastRetrain(
  {manifest, rows}: VerdictFacts,
  column: TableColumn,
): {readonly past: readonly string[]; readonly start: number} {
  const original = rows.find(({model}) => model === 'originalModel')?.gaps[column.id];
  const start = original?.mean ?? 0;
  const hasSides =
    metricOfColumn(manifest, column.id)?.card.target === 'retrain' && isAboutForgotten(manifest, column.id);
  if (!hasSides || !(Math.abs(start) > 0) || original?.isBeyondSeedNoise === false) return {past: [], start};
  const past = rows.flatMap(({label, model, gaps}) => {
    const gap = gaps[column.id];
    if (gap === undefined || gap.mean === null || model !== 'unlearnedModel') return [];
    const isPast = gap.isBeyondSeedNoise === true && gap.mean * start < 0 && Math.abs(gap.mean) > Math.abs(start);
    return isPast ? [`${label} by ${amount(gap)}`] : [];
  });
  return {past, start};
}

/** A value that is not finite leaves no gap to speak of; one of Retrain's leaves none to any row. */
function diverged({table}: VerdictFacts): string[] {
  return table.rows.flatMap(({label, model, cells}) => {
    const lost = table.columns.filter(({id}) => !Number.isFinite(cells[id]?.mean ?? 0)).map(mention);
    const what = model === 'retrainedModel' ? 'nothing can be held against it there' : 'its gap is not a number';
    return lost.length === 0 ? [] : [`${label} diverged: a value of ${listed(lost)} is not finite, so ${what}.`];
  });
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
