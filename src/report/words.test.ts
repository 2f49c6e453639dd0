import {describe, expect, it} from 'vitest';
import {amount, beyondOrWithin, listed, withNoise} from './words.ts';

describe('numbers in sentences', () => {
  it.each([
    [-0.0161, 0.0369, '-0.016 ± 0.037'],
    [5.2153, 0.308, '5.22 ± 0.31'],
    [5.054, 1.022, '5.05 ± 1.02'],
    [0.0005131, 0.0000131, '0.000513 ± 0.000013'],
    [123456, 2, '1.2e+5 ± 2.00'],
    [0.0142, 0, '0.014'],
    [-0.2, null, '-0.20'],
    [0, null, '0.00'],
    [Number.NaN, null, 'NaN'],
    [null, null, 'no value'],
  ])('have as many digits as their noise gives sense to: %s ± %s', (mean, halfWidth, text) => {
    expect(withNoise({mean, halfWidth})).toBe(text);
  });

  it('of how much have no sign', () => {
    expect(amount({mean: -0.184, halfWidth: 0.037})).toBe('0.184 ± 0.037');
  });

  it('say whose noise they are held against', () => {
    const of = {halfWidth: 1, isBeyondSeedNoise: true};
    expect(beyondOrWithin({...of, noise: 'trainSeeds'})).toBe('beyond seed noise');
    expect(beyondOrWithin({...of, isBeyondSeedNoise: false, noise: 'unlearnSeeds'})).toBe(
      'within the noise of unlearn seeds',
    );
    expect(beyondOrWithin({halfWidth: null, isBeyondSeedNoise: null, noise: null})).toBe('noise unknown');
  });

  it('are listed as one speaks', () => {
    expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'], 'or')]).toEqual([
      '',
      'a',
      'a and b',
      'a, b or c',
    ]);
  });
});
