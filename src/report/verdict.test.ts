import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {buildPlan, type PlanContext} from '../plan/plan.ts';
import {defineSuite, type SuiteInput} from '../plan/suite.ts';
import {markovChain} from '../scenarios/markovChain.ts';
import type {Manifest} from '../store/manifest.ts';
import {aggregate, type Measured, tableOfResults} from './aggregate.ts';
import {handMadeRun} from './fixture.ts';
import {type Verdict, verdictOf} from './verdict.ts';

describe('the verdict of a run worked out by hand', () => {
  const {manifest, results} = handMadeRun();
  const table = tableOfResults(manifest, results);
  const verdict = verdictOf(manifest, table, secondsOf);

  /** Unlearning takes 2 s, training 8 s. */
  function secondsOf(key: string): number {
    return key.startsWith('key-train') ? 8 : 2;
  }

  it('holds every row against the Retrain of its train seed', () => {
    // IMU 1, 2 | 3, 6 less 1.5: means 0 and 3, mean 1.5, s 2.1213, half-width 12.7062 s/√2 = 19.059.
    expect(gap(verdict, 'imu', 'retainLoss')).toMatchObject({
      n: 4,
      mean: 1.5,
      halfWidth: expect.closeTo(19.0593071, 6),
      isBeyondSeedNoise: false,
      noise: 'trainSeeds',
    });
    // GA is 4 wherever it is: 2.5 above Retrain, the same at both train seeds.
    expect(gap(verdict, 'ga', 'retainLoss')).toMatchObject({n: 3, mean: 2.5, halfWidth: 0, isBeyondSeedNoise: true});
    expect(gap(verdict, 'original', 'retainLoss')).toMatchObject({n: 2, mean: 0.5, isBeyondSeedNoise: true});
  });

  it('puts what is nearest to Retrain first, by the mean of the gaps where the unit is one', () => {
    // Original (0.5 + 0.2)/2, IMU (1.5 + 3.015)/2, GA (2.5 + 3.5)/2.
    expect(verdict.rows.map(({id, averageGap}) => [id, averageGap])).toEqual([
      ['original', expect.closeTo(0.35, 12)],
      ['imu', expect.closeTo(2.2575, 12)],
      ['ga', expect.closeTo(3, 12)],
    ]);
    expect(verdict.reference).toBe('Retrain');
  });

  it('counts what is there and what is missing', () => {
    expect(row(verdict, 'ga')).toMatchObject({n: 3, numExpected: 4});
    expect(verdict.caveats[0]).toBe('Runs are missing, and nothing is averaged over them: GA 3 of 4.');
  });

  it('says that nothing stands for doing nothing, where there is no trivial baseline', () => {
    expect(verdict.sentences[0]).toBe('Incomplete: 11 of 12 evaluations are there.');
    expect(verdict.sentences[1]).toMatch(/^The suite has no trivial baseline/);
    expect(verdict.comparisons).toEqual([]);
  });

  it('says nothing of unlearning while Retrain has no value', () => {
    const nothing = verdictOf(manifest, tableOfResults(manifest, new Map()), () => null);
    expect(nothing.reference).toBeNull();
    expect(nothing.sentences).toEqual(['No verdict yet: Retrain, which all rows are held against, has no value.']);
    expect(nothing.rows.map(({averageGap, cost}) => [averageGap, cost])).toEqual([
      [null, null],
      [null, null],
      [null, null],
    ]);
  });
});

describe('methods against trivial baselines', () => {
  // Retrain 2 at seed 1 and 3 at seed 2; distances from it: nothing 1, method a 0.1 to 0.2, method b as far as the baseline within ±0.2.
  const verdict = verdictOfGaps({
    nothing: [1, 1, 1, 1, 1, 1],
    uniform: [4, 4.1, 4.2, 4, 4.1, 4.2],
    a: [-0.1, -0.12, 0.11, 0.12, -0.1, 0.1],
    b: [4.1, 4.0, 4.3, 3.9, 4.2, 4.1],
  });

  it('are judged by distance from Retrain, on whichever side of it', () => {
    // |a| − 1, by train seed: −0.89 and −0.8933; one degree of freedom.
    expect(comparison(verdict, 'a', 'nothing')).toMatchObject({
      n: 6,
      mean: expect.closeTo(-0.8916666667, 9),
      isBestTrivial: true,
      relation: 'better',
    });
    expect(comparison(verdict, 'b', 'nothing')).toMatchObject({relation: 'worse'});
  });

  it('are called nearer or farther than the best baseline alone', () => {
    expect(comparison(verdict, 'a', 'uniform')).toMatchObject({
      isBestTrivial: false,
      relation: null,
      correctedPValue: null,
    });
    expect([...verdict.sentences.slice(0, 3), ...verdict.findings.slice(0, 1)]).toEqual([
      'In l_f (token loss on forgetTest) A comes nearer to Retrain, run for run, than the best trivial baseline Nothing, by 0.892 ± 0.021 nats (beyond seed noise).',
      'Farther from Retrain than the best trivial baseline, beyond seed noise: B in l_f.',
      'Not told apart from a trivial baseline in l_f: B from Uniform.',
      'B is not told apart from trivial baselines by its distance from Retrain: from Uniform in l_f (l_f 0.00 ± 0.42); differences over 6 pairs of runs.',
    ]);
  });

  it('are not likened to a baseline by runs that would not have told a ruined model from it', () => {
    const {sentences, findings} = verdictOfGaps({nothing: [0.2, 0.2, 0.2, 0.2, 0.2, 0.2], a: [1, 2, 3, 4, 5, 6]});
    expect(sentences[0]).toBe(
      'In l_f (token loss on forgetTest) no method is shown to be nearer to Retrain than the best trivial baseline (Nothing).',
    );
    expect(findings[0]).toBe('The runs are too few to tell apart, or to liken: A and Nothing (l_f 3.30 ± 19.06).');
    expect([...sentences, ...findings].join().toLowerCase()).not.toContain('not told apart');
  });

  it('overshoot where they end past Retrain, farther from it than Original began', () => {
    const past = verdictOfGaps({a: [-3, -3.1, -2.9, -3, -3.1, -2.9], nothing: [1, 1, 1, 1, 1, 1]});
    expect(past.findings.find((finding) => finding.includes('overshoots'))).toBe(
      '1 row overshoots in l_f: past Retrain, and farther from it than Original was before unlearning (A by 3.00 nats; Original 1.00).',
    );
    expect([...verdict.sentences, ...verdict.findings].join().toLowerCase()).not.toContain('overshoot');
  });

  it('overshoot only on data like those to be forgotten: elsewhere a model is merely harmed', () => {
    const columns = [{id: 'retainLoss', header: 'l_r', unit: 'nats', direction: 'down', paperColumn: null}] as const;
    const harmed = verdictOfGaps({a: [-3, -3.1, -2.9, -3, -3.1, -2.9], nothing: [1, 1, 1, 1, 1, 1]}, SEEDS, {
      columns: [...columns],
    });
    expect([...harmed.sentences, ...harmed.findings].join().toLowerCase()).not.toContain('overshoot');
  });

  it('have nothing to be held against where Retrain itself diverged', () => {
    const lost = verdictOfGaps({nothing: [1, 1, 1, 1, 1, 1], a: [0, 0, 0, 0, 0, 0]}, SEEDS, {
      retrain: () => Number.NaN,
    });
    expect(lost.sentences.join('\n')).toMatch(/^Retrain diverged: .* nothing can be held against it there\.$/m);
    expect(lost.sentences.join()).not.toContain('Nearest');
    expect(lost.rows.every(({gaps}) => Number.isNaN(gaps.forgetLoss?.mean))).toBe(true);
  });

  it('are not called different by one chance in many: each p-value is held against all', () => {
    const ten = Object.fromEntries(
      Array.from({length: 10}, (_, i) => [
        `m${i}`,
        i === 0 ? [0.9, 0.8, 0.9, 0.9, 0.8, 0.88] : [1.5, 0.5, 1, 0.6, 1.4, 1.2],
      ]),
    );
    const alone = verdictOfGaps({nothing: [1, 1, 1, 1, 1, 1], m0: ten.m0 ?? []});
    const among = verdictOfGaps({nothing: [1, 1, 1, 1, 1, 1], ...ten});
    const [one, many] = [comparison(alone, 'm0', 'nothing'), comparison(among, 'm0', 'nothing')];
    expect(one?.pValue).toBe(many?.pValue);
    expect([one?.correctedPValue, many?.correctedPValue]).toEqual([
      one?.pValue,
      expect.closeTo(10 * (one?.pValue ?? 0), 12),
    ]);
    expect([one?.relation, many?.relation]).toEqual(['better', 'noDifference']);
  });

  it('with one run each are not told from noise', () => {
    const single = verdictOfGaps({nothing: [1], a: [0.1]}, {train: [1], unlearn: [1]});
    expect(single.sentences[0]).toMatch(/^Every method has a single run/);
    expect(single.caveats[0]).toMatch(/^One train seed and one unlearn seed: nothing is known about noise/);
    expect(gap(single, 'a', 'forgetLoss')).toMatchObject({mean: expect.closeTo(0.1, 12), isBeyondSeedNoise: null});
  });

  it('of one trained model are told from the noise of unlearning alone, and that is said', () => {
    const one = verdictOfGaps({nothing: [1, 1, 1], a: [0.1, 0.12, 0.11]}, {train: [1], unlearn: [1, 2, 3]});
    expect(one.sentences[0]).toMatch(/beyond the noise of unlearn seeds/);
    expect(one.caveats[0]).toMatch(/^One train seed: .* Noise between trained models is unknown/);
  });

  it('that diverged have no gap, no place in the order, and a sentence of their own', () => {
    for (const lost of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const verdict = verdictOfGaps({nothing: [1, 1, 1, 1, 1, 1], a: [0.1, lost, 0.1, 0.1, 0.1, 0.1]});
      expect(gap(verdict, 'a', 'forgetLoss')).toMatchObject({
        mean: Number.NaN,
        isBeyondSeedNoise: null,
        halfWidth: null,
      });
      expect(verdict.rows.at(-1)?.id).toBe('a');
      expect(verdict.sentences.join('\n')).toMatch(
        /^A diverged: a value of l_f .*is not finite, so its gap is not a number\.$/m,
      );
    }
  });

  it('have their cost beside that of retraining', () => {
    const {rows, sentences} = verdictOfGaps({nothing: [1, 1, 1, 1, 1, 1], a: [0, 0, 0, 0, 0, 0]});
    expect(rows.find(({id}) => id === 'a')?.cost).toEqual({seconds: 3, retrainSeconds: 12});
    expect(sentences.at(-1)).toBe('One unlearning took, of the time of one retraining: A 25 %.');
  });
});

describe('every verdict', () => {
  const gaps = fc.array(
    fc.integer({min: -64, max: 64}).map((n) => n / 16),
    {minLength: 6, maxLength: 6},
  );

  it('stays as it is where all losses move by a constant, and grows with their unit', () => {
    fc.assert(
      fc.property(gaps, gaps, fc.integer({min: -8, max: 8}), fc.constantFrom(0.5, 2, 4), (a, b, shift, scale) => {
        const rows = {nothing: a, a: b};
        const before = verdictOfGaps(rows);
        const moved = verdictOfGaps(rows, SEEDS, {retrain: (seed) => seed + 1 + shift});
        const grown = verdictOfGaps({nothing: a.map((gap) => gap * scale), a: b.map((gap) => gap * scale)}, SEEDS, {
          retrain: (seed) => (seed + 1) * scale,
        });
        expect(moved.comparisons.map(({relation}) => relation)).toEqual(
          before.comparisons.map(({relation}) => relation),
        );
        expect(grown.comparisons.map(({relation}) => relation)).toEqual(
          before.comparisons.map(({relation}) => relation),
        );
        for (const id of ['a', 'nothing']) {
          expect(row(moved, id)?.averageGap).toBeCloseTo(row(before, id)?.averageGap ?? 0, 9);
          expect(row(grown, id)?.averageGap).toBeCloseTo(scale * (row(before, id)?.averageGap ?? 0), 9);
        }
      }),
      {numRuns: 40},
    );
  });

  it('is the same whatever the order of rows and runs', () => {
    fc.assert(
      fc.property(gaps, gaps, gaps, fc.boolean(), (a, b, c, reverse) => {
        const rows = {nothing: a, a: b, b: c};
        const turned = verdictOfGaps(Object.fromEntries(Object.entries(rows).reverse()), SEEDS, {reverse});
        const before = verdictOfGaps(rows);
        for (const {id, gaps: known} of before.rows)
          expect(gap(turned, id, 'forgetLoss')?.mean).toBeCloseTo(known.forgetLoss?.mean ?? 0, 12);
        for (const one of before.comparisons)
          expect(comparison(turned, one.row, one.trivial)?.relation).toBe(one.relation);
      }),
      {numRuns: 40},
    );
  });

  it('sums no gaps of different units', () => {
    const columns = [
      {id: 'forgetLoss', header: 'l_f', unit: 'nats', direction: 'up', paperColumn: null},
      {id: 'forgetKl', header: 'KL_f', unit: 'bits', direction: 'up', paperColumn: null},
    ] as const;
    const verdict = verdictOfGaps({nothing: [1, 1, 1, 1, 1, 1], a: [0, 0, 0, 0, 0, 0]}, SEEDS, {columns: [...columns]});
    expect(verdict.rows.map(({id, averageGap}) => [id, averageGap])).toEqual([
      ['a', null],
      ['original', null],
      ['nothing', null],
    ]);
  });
});

const SEEDS = {train: [1, 2], unlearn: [1, 2, 3]};

interface Change {
  readonly retrain?: (trainSeed: number) => number;
  readonly reverse?: boolean;
  readonly columns?: SuiteInput['columns'];
}

/** A verdict of rows given by their gaps to Retrain, by train seed and then unlearn seed; `nothing` and `uniform` are trivial, Original is 1 above. */
function verdictOfGaps(
  gaps: Readonly<Record<string, readonly number[]>>,
  seeds = SEEDS,
  {retrain = (seed) => seed + 1, reverse = false, columns = COLUMNS}: Change = {},
): Verdict {
  const names = Object.keys(gaps);
  const suite = defineSuite({
    id: 'gaps',
    title: 'Gaps',
    scenario: markovChain(),
    seeds,
    columns,
    rows: [
      {method: 'original', label: 'Original'},
      {method: 'retrain', label: 'Retrain'},
      ...names.map((id, index) => ({
        id,
        method: 'ga',
        label: `${id[0]?.toUpperCase()}${id.slice(1)}`,
        params: {numSteps: index + 1},
        isTrivial: ['nothing', 'uniform'].includes(id),
      })),
    ],
  });
  const plan = buildPlan(suite, CONTEXT);
  const manifest: Manifest = {
    formatVersion: 1,
    runId: 'gaps-1',
    createdAt: '2026-01-02T12:00:00.000Z',
    version: '0.1.0',
    commit: null,
    command: 'imu run gaps.ts',
    suite,
    plan,
  };
  const measured = plan.tasks.flatMap(({spec, row, trainSeed, unlearnSeed, key}): Measured[] => {
    if (spec.kind !== 'evaluate' || row === null || trainSeed === null) return [];
    const at = seeds.train.indexOf(trainSeed) * seeds.unlearn.length + seeds.unlearn.indexOf(unlearnSeed ?? 0);
    const gap = row === 'retrain' ? 0 : row === 'original' ? 1 : (gaps[row]?.[at] ?? 0);
    const values = Object.fromEntries(columns.map(({id}) => [id, retrain(trainSeed) + gap]));
    return [{row, trainSeed, unlearnSeed, taskKey: key, values}];
  });
  const secondsByKind = {data: 1, train: 12, unlearn: 3, evaluate: 1};
  return verdictOf(manifest, aggregate(manifest, reverse ? measured.reverse() : measured), (key) => {
    const task = plan.tasks.find((known) => known.key === key);
    return task === undefined ? null : secondsByKind[task.spec.kind];
  });
}

const COLUMNS: SuiteInput['columns'] = [
  {id: 'forgetLoss', header: 'l_f', unit: 'nats', direction: 'up', paperColumn: null},
];

const CONTEXT: PlanContext = {
  environment: {python: '3.11', packages: {}, deviceClass: 'cpu', numThreads: 1, deterministic: true},
  codeOf: () => ({}),
};

const row = (verdict: Verdict, id: string) => verdict.rows.find((known) => known.id === id);
const gap = (verdict: Verdict, id: string, column: string) => row(verdict, id)?.gaps[column];
const comparison = (verdict: Verdict, id: string, trivial: string) =>
  verdict.comparisons.find((one) => one.row === id && one.trivial === trivial);
