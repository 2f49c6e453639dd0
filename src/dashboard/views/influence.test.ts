import {describe, expect, it} from 'vitest';
import {type SampleWeights, SELECTIONS, type Shaping, TRANSFORMS, toSampleWeights} from '../../influence/index.ts';
import {rawThreshold, shapingOf} from '../../influence/truncationMark.ts';
import {evidenceOf} from '../../report/evidence.ts';
import {fold} from '../../store/fold.ts';
import type {Manifest} from '../../store/manifest.ts';
import type {Projection} from '../../store/projection.ts';
import {contextOf, foundRun, keyOf, manifest, textOf, until} from '../fixtures/viewContexts.ts';
import {influenceView} from './influence.ts';

const NUM_SAMPLES = 8_000;
const TASK = 'unlearn/imu-sound/t42/u1';
const done = until(1);

/** As many of each group as the data set has; the second group is farther from zero, and most scores are negative. */
const influence = (() => {
  const draw = generator(7);
  const groups = Int32Array.from({length: NUM_SAMPLES}, (_, i) => i % 2);
  const scores = Float64Array.from(groups, (group) => (draw() + draw() + draw() - 1.9) * (group === 0 ? 0.2 : 0.7));
  return {scores, groups, groupNames: ['forget1', 'forget2']};
})();

const shaping = (change: Partial<Shaping> = {}): Shaping => ({
  selection: 'negative',
  selectionFraction: 1,
  transform: 'sqrt',
  truncationQuantile: 0.93,
  normalise: 'meanOne',
  ...change,
});

/** The run in which the task was told `shape`, and weighed so. */
function weighed(shape: Shaping): {run: Manifest; projection: Projection; shaped: SampleWeights} {
  const shaped = toSampleWeights(influence, shape);
  const tasks = manifest.plan.tasks.map((task) =>
    task.id === TASK && task.spec.kind === 'unlearn'
      ? {...task, spec: {...task.spec, params: {...task.spec.params, ...shape}}}
      : task,
  );
  const event = {type: 'weightsShaped', key: keyOf(TASK), step: 20, diagnostics: shaped.diagnostics} as const;
  const projection = fold(done, {seq: done.seq + 1, at: done.at, event});
  return {run: {...manifest, plan: {...manifest.plan, tasks}}, projection, shaped};
}

function show(columns: number, shape = shaping(), selected = TASK): string {
  const {run, projection} = weighed(shape);
  return textOf(
    influenceView(contextOf(projection, {manifest: run, screen: {selected: keyOf(selected)}}), {columns, rows: 200}),
  );
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;

describe.each([40, 80, 120])('influence at %i columns', (columns) => {
  const {weights} = toSampleWeights(influence, shaping());
  const text = show(columns);

  it('has the share selected and the effective sample size, as sums over the weights give them', () => {
    const numSelected = weights.filter((weight) => weight > 0).length;
    const sum = weights.reduce((a, b) => a + b, 0);
    const effective = sum ** 2 / weights.reduce((a, b) => a + b * b, 0);
    expect(text).toContain(`selected ${numSelected} of ${NUM_SAMPLES} (${percent(numSelected / NUM_SAMPLES)})`);
    expect(text).toContain(`ESS ${Math.round(effective)} (${percent(effective / NUM_SAMPLES)})`);
    expect(text).toContain(`ESS of the selected ${percent(effective / numSelected)}`);
    const negative = influence.scores.filter((score) => score < 0).length / NUM_SAMPLES;
    const shown = Number(/I < 0 ≈ (\d+) %/.exec(text)?.[1]);
    expect(Math.abs(shown - 100 * negative)).toBeLessThanOrEqual(2);
  });

  it('has the weight of each group, beside its share of the samples where there is room', () => {
    const of = (group: number): number => weights.reduce((sum, weight, i) => sum + (i % 2 === group ? weight : 0), 0);
    for (const group of [0, 1]) {
      const line = text.split('\n').find((known) => known.includes(`forget${group + 1} `) && known.includes('▓'));
      expect(line).toContain(percent(of(group) / (of(0) + of(1))));
      if (columns >= 80) expect(line).toContain(' 50 %');
    }
  });

  it('names the samples of the largest and the smallest |I|', () => {
    const bySize = [...influence.scores.keys()].sort(
      (a, b) => Math.abs(influence.scores[b] as number) - Math.abs(influence.scores[a] as number) || a - b,
    );
    for (const sample of [bySize[0], bySize.at(-1)]) expect(text).toMatch(new RegExp(`\\b${sample} +forget`));
  });

  it('marks zero, and the truncation to the left of it, and says both in words', () => {
    const axis = text.split('\n').find((line) => /^ {5}0─/.test(line)) ?? '';
    expect(axis.indexOf('T')).toBeGreaterThan(6);
    expect(axis.slice(7).indexOf('0')).toBeGreaterThan(axis.slice(7).indexOf('T'));
    const words = text.replace(/\s+/g, ' ');
    if (columns < 100) expect(words).toContain('T is the truncation: weights √|I| above');
  });
});

describe('the truncation mark', () => {
  const cases = TRANSFORMS.flatMap((transform) => SELECTIONS.map((selection) => ({transform, selection})));

  it.each(cases)(
    'of $transform over $selection scores parts the samples that are cut from those that are not',
    (change) => {
      const shape = shaping(change);
      const {weights, diagnostics} = toSampleWeights(influence, shape);
      const largest = Math.max(...weights);
      const sizes = (isCut: boolean): number[] =>
        [...influence.scores].flatMap((score, i) => {
          const weight = weights[i] as number;
          return weight > 0 && weight > largest * (1 - 1e-12) === isCut ? [Math.abs(score)] : [];
        });
      const found = rawThreshold(diagnostics, shapingOf({...shape}));
      const {edges} = diagnostics.histogram;
      const slack = found?.isExact ? 1e-9 : 2 * ((edges[1] ?? 0) - (edges[0] ?? 0));
      expect(found?.isExact).toBe(change.transform === 'sqrt' || change.transform === 'abs');
      expect(found?.size).toBeGreaterThanOrEqual(Math.max(...sizes(false)) - slack);
      expect(found?.size).toBeLessThanOrEqual(Math.min(...sizes(true)) + slack);
    },
  );

  it('stands on both sides where positive scores are weighed too, and nowhere where nothing is cut', () => {
    const axis = (text: string): string => text.split('\n').find((line) => /^ {5}0─/.test(line)) ?? '';
    expect(axis(show(80, shaping({selection: 'all'}))).match(/[T>]/g)?.length).toBeGreaterThanOrEqual(1);
    expect(show(80, shaping({selection: 'all'})).replace(/\s+/g, ' ')).toContain('that is |I| >');
    expect(axis(show(80, shaping({truncationQuantile: null})))).not.toContain('T');
    expect(show(80, shaping({truncationQuantile: null}))).toContain('No weight is truncated.');
  });
});

describe('influence', () => {
  it('of an evaluation is that of the task which made its model', () => {
    expect(show(80, shaping(), 'evaluate/imu-sound/t42/u1')).toBe(show(80, shaping(), TASK));
  });

  it('says why there is nothing to see, and where there is', () => {
    const show = (projection: Projection, id: string): string =>
      textOf(influenceView(contextOf(projection, {screen: {selected: keyOf(id)}}), {columns: 80, rows: 24}));
    expect(show(done, 'unlearn/ga/t42/u1')).toContain('This task weighs no samples.');
    expect(show(done, 'unlearn/ga/t42/u1')).toContain('Tasks with weights: unlearn/imu-official/t42/u1');
    expect(show(until(0.02), TASK)).toContain('This task has not begun.');
  });

  it('of a found task reads every scoring from the store, and shows how they moved', () => {
    const weightings = [0.5, 0.75, 1].map((selectionFraction, index) => ({
      step: 10 * index,
      diagnostics: toSampleWeights(influence, shaping({selectionFraction})).diagnostics,
      scoring: {seconds: 0.5, numIterations: 4, residual: 1e-5},
    }));
    const result = {key: keyOf(TASK), outputs: {weightings}, artefacts: {}};
    const evidence = evidenceOf({
      findResult: (key) => (key === keyOf(TASK) ? (result as never) : null),
      objectPath: () => '',
    });
    const context = contextOf(foundRun(), {screen: {selected: keyOf(TASK)}, evidence});
    const text = textOf(influenceView(context, {columns: 80, rows: 200}));
    const [first, last] = [weightings[0], weightings.at(-1)].map((one) => percent(one?.diagnostics.shareSelected ?? 0));
    expect(text).toContain('scored at step 20, 3 times in all');
    expect(text).toContain(`A selected ${first} → ${last}`);
    expect(text).toContain('over 3 scorings');
  });
});

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
