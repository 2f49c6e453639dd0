import {againstBestTrivial, notToldApart} from './againstBaselines.ts';
import type {TableColumn} from './aggregate.ts';
import type {GapToRetrain} from './gaps.ts';
import {explainFirstMentions, isAboutForgotten, mention, metricOfColumn} from './mentions.ts';
import type {VerdictFacts, VerdictRow} from './verdict.ts';
import {amount, beyondOrWithin, listed, withNoise} from './words.ts';

/** A verdict in plain words, made from its numbers alone: who is nearer to Retrain than the trivial baselines, who is not told apart from them. */
export function sentencesOf(facts: VerdictFacts): readonly string[] {
  if (facts.retrained === null) return [noReference(facts)];
  return explainFirstMentions(facts, [
    ...madeUp(facts),
    ...incomplete(facts),
    ...againstBestTrivial(facts),
    ...diverged(facts),
    ...notToldApart(facts),
    ...facts.table.columns.flatMap((column) => nearest(facts, column)),
    ...facts.table.columns.flatMap((column) => overshoot(facts, column)),
    ...cost(facts),
  ]);
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

/** Past Retrain on the side that Original is not on, where Original was wrong to begin with. A metric whose ideal is zero has no other side. */
function overshoot({manifest, rows}: VerdictFacts, column: TableColumn): string[] {
  const original = rows.find(({model}) => model === 'originalModel')?.gaps[column.id];
  const start = original?.mean ?? 0;
  const hasSides =
    metricOfColumn(manifest, column.id)?.card.target === 'retrain' && isAboutForgotten(manifest, column.id);
  if (!hasSides || !(Math.abs(start) > 0) || original?.isBeyondSeedNoise === false) return [];
  const past = rows.flatMap(({label, model, gaps}) => {
    const gap = gaps[column.id];
    if (gap === undefined || gap.mean === null || model !== 'unlearnedModel') return [];
    const isPast = gap.isBeyondSeedNoise === true && gap.mean * start < 0 && Math.abs(gap.mean) > Math.abs(start);
    return isPast ? [`${label} by ${amount(gap)}`] : [];
  });
  if (past.length === 0) return [];
  const verb = past.length === 1 ? 'row overshoots' : 'rows overshoot';
  return [
    `${past.length} ${verb} in ${mention(column)}: past Retrain, and farther from it than Original was before unlearning (${listed(past)} ${column.unit}; Original ${withNoise({mean: start, halfWidth: null})}).`,
  ];
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
