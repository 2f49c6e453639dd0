import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {ImuError} from '../protocol/index.ts';
import {diagnose} from './diagnose.ts';
import {shuffleWeights} from './shuffle.ts';
import {quantileOf, truncate} from './truncate.ts';
import {type InfluenceScores, type Shaping, toSampleWeights} from './weights.ts';

const paper: Shaping = {
  selection: 'negative',
  selectionFraction: 1,
  transform: 'sqrt',
  truncationQuantile: 0.93,
  normalise: 'sumOne',
};

const scored = (scores: number[], groups = scores.map(() => 0)): InfluenceScores => ({
  scores: Float64Array.from(scores),
  groups: Int32Array.from(groups),
  groupNames: ['forget1', 'forget2'],
});

const shapings = fc.record({
  selection: fc.constantFrom('negative', 'all'),
  selectionFraction: fc.double({min: 0.01, max: 1, noNaN: true}),
  transform: fc.constantFrom('sqrt', 'abs', 'log', 'rank'),
  truncationQuantile: fc.option(fc.double({min: 0.05, max: 1, noNaN: true})),
  normalise: fc.constantFrom('meanOne', 'sumOne', 'none'),
}) as fc.Arbitrary<Shaping>;

const finiteScores = fc.array(fc.double({min: -1e150, max: 1e150, noNaN: true}), {minLength: 1, maxLength: 60});

describe('shaping scores into weights', () => {
  it('matches equation 5 computed by hand', () => {
    const {weights, diagnostics} = toSampleWeights(scored([-4, 1, -1, -9]), {...paper, truncationQuantile: null});
    expect([...weights]).toEqual([2 / 6, 0, 1 / 6, 3 / 6].map((weight) => expect.closeTo(weight, 12)));
    expect(diagnostics).toMatchObject({
      numSelected: 3,
      shareSelected: 0.75,
      truncationThreshold: null,
      maximumOverMedian: expect.closeTo(1.5, 12),
    });
    expect(diagnostics.effectiveSampleSize).toBeCloseTo(36 / 14, 12);
  });

  it('gives finite weights ≥ 0 of the promised total for any finite scores and any shaping', () => {
    fc.assert(
      fc.property(finiteScores, shapings, (scores, shaping) => {
        const {weights, diagnostics} = toSampleWeights(scored(scores), shaping);
        expect([...weights].every((weight) => Number.isFinite(weight) && weight >= 0)).toBe(true);
        const total = weights.reduce((a, b) => a + b, 0);
        const numCandidates = scores.filter((score) => shaping.selection === 'all' || score < 0).length;
        const numSelected =
          numCandidates === 0 ? 0 : Math.max(1, Math.floor(numCandidates * shaping.selectionFraction));
        if (numSelected === 0) expect(total).toBe(0);
        else if (shaping.normalise === 'sumOne') expect(total).toBeCloseTo(1, 9);
        else if (shaping.normalise === 'meanOne') expect(total / numSelected).toBeCloseTo(1, 9);
        expect(diagnostics.numSelected).toBeLessThanOrEqual(numSelected);
      }),
    );
  });

  it('depends on the scores alone, not on their order or scale, for distinct scores', () => {
    const distinct = fc.uniqueArray(fc.integer({min: -1000, max: -1}), {minLength: 1, maxLength: 40});
    fc.assert(
      fc.property(distinct, fc.double({min: 1e-6, max: 1e6, noNaN: true}), (scores, scale) => {
        const weights = toSampleWeights(scored(scores), paper).weights;
        const reversed = toSampleWeights(scored([...scores].reverse()), paper).weights.reverse();
        const scaled = toSampleWeights(scored(scores.map((score) => score * scale)), paper).weights;
        weights.forEach((weight, i) => {
          expect(reversed[i]).toBeCloseTo(weight, 12);
          expect(scaled[i]).toBeCloseTo(weight, 9);
        });
      }),
    );
  });

  it('never gives a sample of larger |score| less weight', () => {
    fc.assert(
      fc.property(finiteScores, shapings, (scores, shaping) => {
        const {weights} = toSampleWeights(scored(scores), {...shaping, selection: 'all'});
        const order = scores
          .map((_, i) => i)
          .sort((a, b) => Math.abs(scores[a] as number) - Math.abs(scores[b] as number));
        for (let k = 1; k < order.length; k += 1) {
          const [low, high] = [order[k - 1] as number, order[k] as number];
          if (Math.abs(scores[low] as number) < Math.abs(scores[high] as number))
            expect(weights[low]).toBeLessThanOrEqual((weights[high] as number) * (1 + 1e-12));
        }
      }),
    );
  });
});

describe('degenerate scores', () => {
  it('selects nothing when no score is negative, and says so', () => {
    const {weights, diagnostics} = toSampleWeights(scored([0, 1, 2]), paper);
    expect([...weights]).toEqual([0, 0, 0]);
    expect(diagnostics).toMatchObject({numSelected: 0, shareSelected: 0, effectiveSampleSize: 0});
  });

  it('weighs equal scores equally', () => {
    const {weights, diagnostics} = toSampleWeights(scored([-3, -3, -3, -3]), {...paper, normalise: 'meanOne'});
    expect([...weights]).toEqual([1, 1, 1, 1]);
    expect(diagnostics.effectiveSampleSize).toBe(4);
  });

  it('cuts one huge score to the quantile of the rest', () => {
    const scores = [...Array.from({length: 99}, () => -1), -1e12];
    const {weights, diagnostics} = toSampleWeights(scored(scores), paper);
    expect(weights[99]).toBe(weights[0]);
    expect(diagnostics.truncationThreshold).toBe(1);
  });

  it('weighs equally when every selected score is zero', () => {
    expect([...toSampleWeights(scored([0, 0]), {...paper, selection: 'all'}).weights]).toEqual([0.5, 0.5]);
  });

  it('survives denormal and huge magnitudes', () => {
    const {weights} = toSampleWeights(scored([-5e-324, -5e-324]), {...paper, transform: 'abs'});
    expect([...weights]).toEqual([0.5, 0.5]);
    const apart = toSampleWeights(scored([-5e-324, -5e-324, -1e150]), {
      ...paper,
      transform: 'log',
      truncationQuantile: null,
    });
    expect([...apart.weights].every((weight) => Number.isFinite(weight) && weight > 0)).toBe(true);
    const huge = toSampleWeights(scored([-1e308, -1e308]), {...paper, transform: 'abs', truncationQuantile: null});
    expect([...huge.weights]).toEqual([0.5, 0.5]);
  });

  it('fails on a score that is not finite and names the samples', () => {
    expect(() => toSampleWeights(scored([-1, Number.NaN, -2, Number.NEGATIVE_INFINITY]), paper)).toThrowError(
      /2 of 4 .* samples 1 \(NaN\), 3 \(-Infinity\)/,
    );
    try {
      toSampleWeights(scored([Number.NaN]), paper);
    } catch (error) {
      expect((error as ImuError).failure.code).toBe('NON_FINITE');
    }
  });
});

describe('diagnostics', () => {
  it('tells the share of weight and of selection per group', () => {
    const {diagnostics} = toSampleWeights(scored([-1, 1, -4, -4], [0, 0, 1, 1]), {...paper, truncationQuantile: null});
    expect(diagnostics.weightShareByGroup).toEqual({forget1: 0.2, forget2: 0.8});
    expect(diagnostics.shareSelectedByGroup).toEqual({forget1: 0.5, forget2: 1});
  });

  it('counts every score in the histogram', () => {
    fc.assert(
      fc.property(finiteScores, (scores) => {
        const {histogram} = toSampleWeights(scored(scores), {...paper, selection: 'all'}).diagnostics;
        expect(histogram.counts.reduce((a, b) => a + b, 0)).toBe(scores.length);
        expect(histogram.edges.length).toBe(histogram.counts.length + 1);
      }),
    );
  });
});

describe('the most and the least influential samples', () => {
  /** Slow and by another way: takes the extreme one out of what is left, again and again. */
  function reference(scores: readonly number[], isMost: boolean): number[] {
    const left = scores.map((score, sample) => ({sample, size: Number.isFinite(score) ? Math.abs(score) : Infinity}));
    const taken: number[] = [];
    while (left.length > 0 && taken.length < 8) {
      const sizes = left.map(({size}) => size);
      const at = sizes.indexOf(sizes.reduce((a, b) => (isMost ? Math.max(a, b) : Math.min(a, b))));
      taken.push(left[at]?.sample as number);
      left.splice(at, 1);
    }
    return taken;
  }

  const anyScore = fc.oneof(
    fc.double(),
    fc.constantFrom(0, -0, 1, -1, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  );

  it('are those that taking the extremes one by one finds, whatever the scores: ties, few, not finite', () => {
    fc.assert(
      fc.property(fc.array(anyScore, {maxLength: 40}), (scores) => {
        const weights = Float64Array.from(scores, (_, sample) => sample / 7);
        const {mostInfluential, leastInfluential} = diagnose(scored(scores), weights, null);
        const samplesOf = (named: typeof mostInfluential) => named.map(({sample}) => sample);
        expect(samplesOf(mostInfluential)).toEqual(reference(scores, true));
        expect(samplesOf(leastInfluential)).toEqual(reference(scores, false));
        for (const {sample, score, weight} of [...mostInfluential, ...leastInfluential])
          expect([score, weight]).toEqual([scores[sample], sample / 7]);
      }),
    );
  });

  it('stand in the order of the set where scores are equal, and none is named twice on one side', () => {
    const {mostInfluential, leastInfluential} = toSampleWeights(
      scored(Array.from({length: 20}, () => -2)),
      paper,
    ).diagnostics;
    const first8 = Array.from({length: 8}, (_, sample) => sample);
    expect(mostInfluential.map(({sample}) => sample)).toEqual(first8);
    expect(leastInfluential.map(({sample}) => sample)).toEqual(first8);
  });

  it('come with their group, raw score and weight', () => {
    const {mostInfluential, leastInfluential} = toSampleWeights(scored([-1, 5, -4], [0, 1, 1]), {
      ...paper,
      truncationQuantile: null,
    }).diagnostics;
    expect(mostInfluential).toEqual([
      {sample: 1, group: 'forget2', score: 5, weight: 0},
      {sample: 2, group: 'forget2', score: -4, weight: expect.closeTo(2 / 3, 12)},
      {sample: 0, group: 'forget1', score: -1, weight: expect.closeTo(1 / 3, 12)},
    ]);
    expect(leastInfluential).toEqual(mostInfluential.toReversed());
  });

  it('are none where there is no sample', () => {
    expect(diagnose(scored([]), new Float64Array(), null)).toMatchObject({mostInfluential: [], leastInfluential: []});
  });
});

describe('truncation', () => {
  it('interpolates quantiles as numpy does', () => {
    // numpy.quantile([3, 1, 2, 10], [0, .25, .5, .93, 1]) → 1, 1.75, 2.5, 8.53, 10
    const values = [3, 1, 2, 10];
    expect([0, 0.25, 0.5, 0.93, 1].map((q) => quantileOf(values, q))).toEqual([
      1,
      1.75,
      2.5,
      expect.closeTo(8.53, 12),
      10,
    ]);
  });

  it('leaves weights below the quantile unchanged', () => {
    const {weights, threshold} = truncate([1, 2, 3, 4], 0.5);
    expect({weights, threshold}).toEqual({weights: [1, 2, 2.5, 2.5], threshold: 2.5});
  });
});

describe('the shuffled control', () => {
  it('keeps the multiset of weights, is the same for a seed, and loses the assignment', () => {
    const influence = scored(Array.from({length: 50}, (_, i) => -(i + 1)));
    const shaped = toSampleWeights(influence, paper);
    const [a, b, c] = [7, 7, 8].map((seed) => shuffleWeights(shaped, influence, seed).weights);
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
    expect([...(a as Float64Array)].sort()).toEqual([...shaped.weights].sort());
    expect(a).not.toEqual(shaped.weights);
  });
});
