import {datasets} from '../../datasets/index.ts';
import {rawThreshold, type ShapingParams, shapingOf} from '../../influence/truncationMark.ts';
import type {InfluentialSample, WeightDiagnostics} from '../../protocol/index.ts';
import type {Weighting} from '../../report/evidence.ts';
import type {TaskView} from '../../store/projection.ts';
import {bar} from '../parts/bar.ts';
import {type Curve, SCALE_WIDTH, scaleOf, stepAxis, withScale} from '../parts/curveChart.ts';
import {countBelow, histogramLines, type Mark} from '../parts/histogram.ts';
import {beside, fact, flow, heading, lastScroll, scrolled} from '../parts/layout.ts';
import {cut, dim, type Line, span} from '../parts/line.ts';
import {byIdentity} from '../parts/memo.ts';
import {colourOf, letterOf, overlayLines} from '../parts/overlay.ts';
import {type TextColumn, tableLines} from '../parts/table.ts';
import {percent, short, spelled, wrapped} from '../parts/text.ts';
import {selectedTask} from '../selection.ts';
import {isDone, makerOf, planned} from '../taskCurves.ts';
import {glyphOf, TASK_LOOKS} from '../theme.ts';
import type {RenderView, Size, ViewContext} from './view.ts';

/** From so many columns on, groups and samples stand beside the histogram. */
const TWO_BLOCKS = 100;
const MOVEMENT_ROWS = 6;

/** How influence became weight in the selected task, or in the one whose model the selected evaluation measures. */
export const influenceView: RenderView = (context, size) =>
  scrolled(influenceLines(context, size), context.screen.scrolls.influence ?? 0, size.rows);

/** The last line that the view's scroll may begin with. */
export const influenceEnd = (context: ViewContext, size: Size): number =>
  lastScroll(influenceLines(context, size).length, size.rows);

function influenceLines(context: ViewContext, size: Size): readonly Line[] {
  const selected = selectedTask(context.projection, context.screen);
  if (selected === null) return [[dim('nothing planned yet')]];
  const task = makerOf(context, selected);
  const scored = scoredOf(context, task);
  const head = titleLine(context, task, size.columns);
  if (scored === null) return [head, ...nothingLines(context, task, size.columns)];
  const {columns: width, rows} = size;
  const facts = flow(factsOf(scored, context), width);
  if (width < TWO_BLOCKS) {
    const height = Math.max(4, Math.min(8, rows - facts.length - 6));
    return [
      head,
      ...facts,
      ...scoreLines(context, scored, width, height),
      ...groupLines(context, scored, width),
      ...movementLines(context, scored, width, MOVEMENT_ROWS),
      ...sampleLines(context, scored, width),
    ];
  }
  return [head, ...facts, ...twoBlocks(context, scored, {columns: width, rows: rows - facts.length - 1})];
}

/** Scores to the left, groups and samples to the right; how they moved where less stands. */
function twoBlocks(context: ViewContext, scored: Scored, {columns: width, rows}: Size): readonly Line[] {
  const left = Math.min(110, Math.floor(width * 0.55));
  const right = width - left - 2;
  const height = Math.max(5, Math.min(16, rows - 8));
  const scores = scoreLines(context, scored, left, height);
  const others = [...groupLines(context, scored, right), ...sampleLines(context, scored, right)];
  const isRight = others.length < scores.length;
  const room = rows - Math.min(others.length, scores.length) - 4;
  const movement = movementLines(context, scored, isRight ? right : left, Math.max(MOVEMENT_ROWS, Math.min(16, room)));
  return isRight ? beside(scores, [...others, ...movement], left) : beside([...scores, ...movement], others, left);
}

/** The scoring that is shown, the last one, and what went before. */
interface Scored {
  readonly step: number;
  readonly diagnostics: WeightDiagnostics;
  readonly estimator: string | null;
  readonly seconds: number | null;
  readonly numIterations: number | null;
  readonly residual: number | null;
  /** Every scoring that is stored; empty while the task runs. */
  readonly weightings: readonly Weighting[];
  readonly shaping: ShapingParams;
}

function scoredOf({manifest, evidence}: ViewContext, task: TaskView): Scored | null {
  const weightings = isDone(task) ? storedWeightings(evidence, task) : [];
  const stored = weightings.at(-1);
  const shown = stored ?? task.weights;
  if (shown == null) return null;
  const spec = planned(manifest, task.plan.key)?.spec;
  const params = spec?.kind === 'unlearn' ? spec.params : {};
  const scoring = stored?.scoring ?? task.influence;
  return {
    step: shown.step,
    diagnostics: shown.diagnostics,
    estimator: task.influence?.estimator ?? kindOf(params.estimator),
    seconds: scoring?.seconds ?? null,
    numIterations: scoring?.numIterations ?? null,
    residual: scoring?.residual ?? null,
    weightings,
    shaping: shapingOf(params),
  };
}

/** Of a done task they never change. */
const storedWeightings = byIdentity((evidence: ViewContext['evidence'], task: TaskView) =>
  evidence.weightings(task.plan.key),
);

const kindOf = (estimator: unknown): string | null =>
  typeof estimator === 'object' && estimator !== null && 'kind' in estimator ? String(estimator.kind) : null;

function titleLine({theme}: ViewContext, {plan, state}: TaskView, width: number): Line {
  const look = TASK_LOOKS[state];
  const mark = span(`${glyphOf(look, theme)} ${look.word}  `, {colour: look.colour, bold: true});
  return cut([mark, span(plan.id, {bold: true})], width);
}

/** Why there is nothing to see, and where there is. */
function nothingLines({projection}: ViewContext, task: TaskView, width: number): readonly Line[] {
  const why =
    isDone(task) || task.state === 'failed'
      ? 'This task weighs no samples.'
      : task.state === 'running'
        ? `No scores yet${task.phase === null ? '' : `: ${task.phase}`}.`
        : 'This task has not begun.';
  const others = projection.tasks.filter(({weights}) => weights !== null);
  const hint =
    others.length === 0
      ? 'No task of this run has told of weights so far.'
      : `Tasks with weights: ${others
          .slice(0, 6)
          .map(({plan}) => plan.id)
          .join(', ')}${others.length > 6 ? ` and ${others.length - 6} more` : ''}.`;
  return [...wrapped(why, width), ...wrapped(hint, width, {dim: true})];
}

function factsOf(scored: Scored, {theme}: ViewContext): readonly Line[] {
  const {diagnostics, estimator, seconds, numIterations, residual, shaping, step, weightings} = scored;
  const {numSamples, numSelected, shareSelected, effectiveSampleSize, maximumOverMedian} = diagnostics;
  const negative = countBelow(diagnostics.histogram, 0);
  return [
    fact('scored at step', `${step}${weightings.length > 1 ? `, ${weightings.length} times in all` : ''}`),
    [dim('selected '), span(`${numSelected} of ${numSamples} (${percent(shareSelected)})`)],
    ...(negative === null ? [] : [fact('I < 0', spelled(`≈ ${percent(negative / numSamples)}`, theme))]),
    [dim('ESS '), span(`${Math.round(effectiveSampleSize)} (${percent(effectiveSampleSize / numSamples)})`)],
    fact('ESS of the selected', percent(effectiveSampleSize / Math.max(1, numSelected))),
    fact('max/median weight', short(maximumOverMedian)),
    ...(estimator === null ? [] : [fact('estimator', estimator)]),
    ...(numIterations === null ? [] : [fact('iterations', String(numIterations))]),
    ...(residual === null ? [] : [fact('residual', short(residual))]),
    ...(seconds === null ? [] : [fact('scored in', `${short(seconds)} s`)]),
    ...(shaping.isShuffled ? [[span('weights dealt to the wrong samples (control)', {colour: 'yellow'})]] : []),
  ];
}

/** The histogram with zero and the truncation where they lie, and the same in words. */
function scoreLines(
  {theme}: ViewContext,
  {diagnostics, shaping}: Scored,
  width: number,
  height: number,
): readonly Line[] {
  const {histogram} = diagnostics;
  const threshold = rawThreshold(diagnostics, shaping);
  const signs = shaping.selection === 'all' ? [-1, 1] : [-1];
  const cuts = threshold === null ? [] : signs.map((sign) => sign * threshold.size);
  const marks: Mark[] = [{at: 0, letter: '0'}, ...cuts.map((at): Mark => ({at, letter: 'T'}))];
  const isCounted = (from: number, to: number): boolean => shaping.selection === 'all' || (from + to) / 2 < 0;
  const isCut = (from: number, to: number): boolean => threshold !== null && Math.abs(from + to) / 2 > threshold.size;
  const [low, high] = [histogram.edges[0] ?? 0, histogram.edges.at(-1) ?? 0];
  const isOneValue = histogram.counts.length === 1;
  return [
    heading('influence scores I of the forgetSet', width, theme),
    ...histogramLines(histogram, {
      width,
      height,
      theme,
      marks,
      colourOf: (from, to) => (!isCounted(from, to) ? null : isCut(from, to) ? 'magenta' : 'cyan'),
    }),
    ...(isOneValue ? [[dim(low === high ? `every score is ${short(low)}` : 'the scores are too close for bins')]] : []),
    ...wrapped(spelled(truncationWords(diagnostics, shaping, low, high), theme), width, {dim: true}),
  ];
}

const FORMULAS: Readonly<Record<ShapingParams['transform'], string>> = {
  sqrt: '√|I|',
  abs: '|I|',
  log: 'ln(1 + |I|/median)',
  rank: 'rank of |I|',
};

/** What is cut, on the scale where it is cut and on that of the scores. */
function truncationWords(diagnostics: WeightDiagnostics, shaping: ShapingParams, low: number, high: number): string {
  const zero = low > 0 ? 'Zero lies left of the axis' : high < 0 ? 'Zero lies right of the axis' : '0 is zero';
  const ends = 'The bins at both ends hold what lies beyond.';
  const threshold = rawThreshold(diagnostics, shaping);
  if (threshold === null || diagnostics.truncationThreshold === null) return `${zero}. No weight is truncated. ${ends}`;
  const {size, isExact} = threshold;
  const where = shaping.selection === 'all' ? `|I| > ${short(size)}` : `I < ${short(-size)}`;
  const share =
    shaping.truncationQuantile === null
      ? 'the largest'
      : `the largest ${percent(1 - shaping.truncationQuantile)} of the selected`;
  const beyond =
    -size < low ? ' (left of the axis)' : shaping.selection === 'all' && size > high ? ' (right of the axis)' : '';
  return [
    `${zero}, T is the truncation: weights ${FORMULAS[shaping.transform]} above ${short(diagnostics.truncationThreshold)} are cut to it,`,
    `that is ${where}${isExact ? '' : ' (to within a bin)'}${beyond}: ${share} weigh the same. ${ends}`,
  ].join(' ');
}

/** Weight beside number, so that a group that carries more than its share is seen. */
function groupLines({manifest, theme}: ViewContext, {diagnostics}: Scored, width: number): readonly Line[] {
  const groups = Object.entries(diagnostics.weightShareByGroup);
  if (groups.length === 0) return [];
  const shares = sampleShares(manifest.suite.scenario, diagnostics);
  const barWidth = Math.max(4, Math.min(20, Math.floor((width - 34) / 2)));
  const drawn = (share: number | undefined, colour: 'cyan' | 'gray'): Line | string =>
    share === undefined ? '' : [span(bar(share, barWidth, theme), {colour}), span(` ${percent(share).padStart(5)}`)];
  const columns: TextColumn[] = [
    {header: 'group', importance: 9, least: 6, cells: groups.map(([name]) => name)},
    {header: 'of the samples', importance: 5, cells: groups.map(([name]) => drawn(shares?.[name], 'gray'))},
    {header: 'of the weight', importance: 8, cells: groups.map(([, share]) => drawn(share, 'cyan'))},
    {
      header: 'selected',
      align: 'right',
      importance: 6,
      cells: groups.map(([name]) => percent(diagnostics.shareSelectedByGroup[name] ?? Number.NaN)),
    },
  ];
  const shown = shares === null ? columns.filter(({header}) => header !== 'of the samples') : columns;
  return [heading('weight by group', width, theme), ...tableLines(shown, width)];
}

/** Share of the forgetSet that each group is, from the card of the data; null where the card does not say so or says another number of samples. */
function sampleShares(
  {dataset, forgetSet}: ViewContext['manifest']['suite']['scenario'],
  {weightShareByGroup, numSamples}: WeightDiagnostics,
): Readonly<Record<string, number>> | null {
  const card = Object.values(datasets).find(({kind}) => kind === dataset.kind);
  if (card === undefined) return null;
  const sizes = card.numSamples(dataset);
  const splits = new Set(forgetSet.sets.map((set) => card.sets[set]?.split));
  const sizeOf = (group: string): number =>
    Object.entries(card.sets)
      .filter(([, {split, groups}]) => splits.has(split) && groups.length === 1 && groups[0] === group)
      .reduce((sum, [set]) => sum + (sizes[set] ?? 0), 0);
  const found = Object.keys(weightShareByGroup).map((group) => [group, sizeOf(group)] as const);
  const total = found.reduce((sum, [, size]) => sum + size, 0);
  return total === numSamples ? Object.fromEntries(found.map(([group, size]) => [group, size / total])) : null;
}

/** How even the weights are, and how many count, from one scoring to the next. */
function movementLines({theme}: ViewContext, {weightings}: Scored, width: number, height: number): readonly Line[] {
  const [first, last] = [weightings[0], weightings.at(-1)];
  if (first === undefined || last === undefined || weightings.length < 2) return [];
  const curves = [
    {
      label: 'selected',
      points: weightings.map(({step, diagnostics}) => ({step, value: 100 * diagnostics.shareSelected})),
    },
    {label: 'ESS', points: weightings.map(({step, diagnostics}) => ({step, value: 100 * essShare(diagnostics)}))},
  ] satisfies Curve[];
  const {low, high} = scaleOf(curves, false);
  const drawn = overlayLines(
    curves.map(({points}, index) => ({points, letter: letterOf(index), colour: colourOf(index)})),
    {width: width - SCALE_WIDTH, height, low, high, theme},
  );
  const words = ({diagnostics}: Weighting): readonly [string, string] => [
    percent(diagnostics.shareSelected),
    percent(essShare(diagnostics)),
  ];
  const [from, to] = [words(first), words(last)];
  return [
    heading(`over ${weightings.length} scorings, % of the samples`, width, theme),
    ...flow(
      ['selected', 'ESS'].map(
        (name, index): Line => [
          span(letterOf(index), {colour: colourOf(index), bold: true}),
          span(` ${name} ${from[index]} → ${to[index]}`),
        ],
      ),
      width,
    ),
    ...withScale(drawn, {curves, low, high, isLog: false}),
    stepAxis(first.step, last.step, width),
  ];
}

const essShare = ({effectiveSampleSize, numSamples}: WeightDiagnostics): number => effectiveSampleSize / numSamples;

function sampleLines({theme}: ViewContext, {diagnostics}: Scored, width: number): readonly Line[] {
  const block = (title: string, samples: readonly InfluentialSample[], room: number): readonly Line[] =>
    samples.length === 0 ? [] : [heading(title, room, theme), ...tableLines(sampleColumns(samples), room)];
  // Results of version 0.1.0 name no samples.
  const {mostInfluential: most = [], leastInfluential: least = []} = diagnostics as Partial<WeightDiagnostics>;
  if (most.length + least.length === 0)
    return wrapped('No samples are named: the result was written by an older imu.', width, {dim: true});
  if (width < 76) return [...block('most influential', most, width), ...block('least influential', least, width)];
  const half = Math.floor((width - 2) / 2);
  return beside(block('most influential', most, half), block('least influential', least, half), half);
}

const sampleColumns = (samples: readonly InfluentialSample[]): readonly TextColumn[] => [
  {header: 'sample', align: 'right', importance: 9, cells: samples.map(({sample}) => String(sample))},
  {header: 'group', importance: 6, least: 6, cells: samples.map(({group}) => group)},
  {header: 'score I', align: 'right', importance: 8, cells: samples.map(({score}) => short(score))},
  {
    header: 'weight',
    align: 'right',
    importance: 7,
    cells: samples.map(({weight}) => (weight === 0 ? [dim('0')] : short(weight))),
  },
];
