import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {holm, mean, type SeededValue, seedInterval, splitStd, std} from './statistics.ts';

const ofOneModel = (values: readonly number[]): SeededValue[] =>
  values.map((value, index) => ({value, trainSeed: 42, unlearnSeed: index}));
const ofModels = (groups: readonly (readonly number[])[]): SeededValue[] =>
  groups.flatMap((values, trainSeed) => values.map((value, unlearnSeed) => ({value, trainSeed, unlearnSeed})));

describe('statistics', () => {
  it('of fewer than two values have no spread', () => {
    expect(std([1])).toBeNull();
    expect(splitStd([{value: 1, trainSeed: 1, unlearnSeed: null}])).toEqual({stdTrain: null, stdUnlearn: null});
  });
});

describe('the interval over seeds', () => {
  // scipy 1.17: r = stats.ttest_1samp(a, 0); r.confidence_interval(), r.pvalue
  it.each([
    [[1, 2, 4], 2.333333333333333, 3.7945830336, 0.11808289631],
    [[7.1, 7.2, 7.15], 7.15, 0.12420688559, 1.6300317042e-5],
    [[-0.3, 0.1, 0.25, -0.12, 0.4], 0.066, 0.3485074587, 0.626828399],
  ])("is Student's, as scipy has it: %j", (values, centre, halfWidth, pValue) => {
    const interval = seedInterval(ofOneModel(values));
    expect(interval.mean).toBeCloseTo(centre, 12);
    expect(interval.halfWidth).toBeCloseTo(halfWidth, 8);
    expect((interval.pValue ?? 0) / pValue).toBeCloseTo(1, 7);
    expect(interval).toMatchObject({n: values.length, noise: 'unlearnSeeds', isBeyondSeedNoise: pValue < 0.05});
  });

  it('takes the train seed for the unit: means 1.5 and 6, one degree of freedom', () => {
    // stats.ttest_1samp([1.5, 6], 0)
    expect(
      seedInterval(
        ofModels([
          [1, 2],
          [4, 8],
        ]),
      ),
    ).toEqual({
      n: 4,
      mean: 3.75,
      std: expect.closeTo(std([1, 2, 4, 8]) ?? 0, 12),
      halfWidth: expect.closeTo(28.5889606564, 6),
      isBeyondSeedNoise: false,
      pValue: expect.closeTo(0.3440417392, 8),
      noise: 'trainSeeds',
    });
  });

  it('lets every train seed count the same, however many of its runs are there', () => {
    expect(seedInterval(ofModels([[1, 1, 1, 1], [3]])).mean).toBe(2);
  });

  it('of one value has no noise, of none no mean', () => {
    expect(seedInterval(ofOneModel([5]))).toMatchObject({
      mean: 5,
      halfWidth: null,
      isBeyondSeedNoise: null,
      noise: null,
    });
    expect(seedInterval([])).toMatchObject({n: 0, mean: null, isBeyondSeedNoise: null});
  });

  it('of equal values is a point, free of rounding', () => {
    expect(seedInterval(ofOneModel([0.1, 0.1, 0.1]))).toMatchObject({
      mean: 0.1,
      std: 0,
      halfWidth: 0,
      isBeyondSeedNoise: true,
    });
    expect(seedInterval(ofOneModel([0, 0, 0]))).toMatchObject({mean: 0, isBeyondSeedNoise: false, pValue: 1});
  });

  it('of a value that is not finite is not a number, and says nothing of noise', () => {
    for (const lost of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(seedInterval(ofOneModel([1, lost, 2]))).toMatchObject({
        mean: Number.NaN,
        halfWidth: null,
        isBeyondSeedNoise: null,
      });
  });

  it('does not change with the order of the values, moves and grows as they do', () => {
    const value = fc.integer({min: -1000, max: 1000}).map((n) => n / 8);
    fc.assert(
      fc.property(
        fc.array(fc.array(value, {minLength: 1, maxLength: 4}), {minLength: 1, maxLength: 4}),
        fc.integer({min: -64, max: 64}),
        fc.constantFrom(0.25, 2, 16),
        (groups, shift, scale) => {
          const values = ofModels(groups);
          const {mean: centre, halfWidth} = seedInterval(values);
          const same = (other: ReturnType<typeof seedInterval>, wantedMean: number, wantedHalf: number): void => {
            expect(other.mean).toBeCloseTo(wantedMean, 8);
            if (halfWidth === null) expect(other.halfWidth).toBeNull();
            else expect(other.halfWidth).toBeCloseTo(wantedHalf, 6);
          };
          same(seedInterval(values.toReversed()), centre ?? 0, halfWidth ?? 0);
          same(
            seedInterval(values.map((one) => ({...one, value: one.value + shift}))),
            (centre ?? 0) + shift,
            halfWidth ?? 0,
          );
          same(
            seedInterval(values.map((one) => ({...one, value: one.value * scale}))),
            (centre ?? 0) * scale,
            (halfWidth ?? 0) * scale,
          );
        },
      ),
    );
  });

  it('holds the true mean 95 times in a hundred where models differ; pooled over all runs it would not', () => {
    const draw = random(7);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
    const trials = Array.from({length: 4000}, () => {
      const groups = Array.from({length: 4}, () => {
        const model = normal();
        return Array.from({length: 5}, () => model + 0.3 * normal());
      });
      const holds = ({mean: centre, halfWidth}: ReturnType<typeof seedInterval>): number =>
        Math.abs(centre ?? 0) <= (halfWidth ?? 0) ? 1 : 0;
      return {byModel: holds(seedInterval(ofModels(groups))), pooled: holds(seedInterval(ofOneModel(groups.flat())))};
    });
    // The standard error of 4,000 trials is 0.0034.
    expect(Math.abs(mean(trials.map(({byModel}) => byModel)) - 0.95)).toBeLessThan(0.012);
    expect(mean(trials.map(({pooled}) => pooled))).toBeLessThan(0.7);
  });
});

describe("Holm's correction", () => {
  it('is what one works out by hand', () => {
    // Sorted .005 .01 .03 .04 times 4 3 2 1, never falling: .02 .03 .06 .06.
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(holm([])).toEqual([]);
    expect(holm([0.7, 0.9])).toEqual([1, 1]);
  });

  it('never makes a p-value smaller, nor changes their order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({min: 0, max: 1, noNaN: true}), {maxLength: 12}), (pValues) => {
        const corrected = holm(pValues);
        for (const [i, p] of pValues.entries()) {
          expect(corrected[i]).toBeGreaterThanOrEqual(p);
          for (const [j, q] of pValues.entries())
            if (p < q) expect(corrected[i]).toBeLessThanOrEqual(corrected[j] ?? 0);
        }
      }),
    );
  });
});

/** mulberry32: the same numbers every time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
