import {formatNumber} from './formats/numbers.ts';
import type {SeedInterval} from './statistics.ts';

/** `-0.02 ± 0.05`, with as many digits as the interval gives sense to; two decimals at least, as tables have. */
export function withNoise({mean, halfWidth}: Pick<SeedInterval, 'mean' | 'halfWidth'>): string {
  if (mean === null) return 'no value';
  if (halfWidth === null || halfWidth === 0) return number(mean, Math.abs(mean));
  return `${number(mean, halfWidth)} ± ${number(halfWidth, halfWidth)}`;
}

/** The same without its sign: for `farther by` and `past`. */
export const amount = ({mean, halfWidth}: Pick<SeedInterval, 'mean' | 'halfWidth'>): string =>
  withNoise({mean: mean === null ? null : Math.abs(mean), halfWidth});

/** `within seed noise`; with one train seed it says whose noise that is. */
export function beyondOrWithin({
  isBeyondSeedNoise,
  halfWidth,
  noise,
}: Pick<SeedInterval, 'isBeyondSeedNoise' | 'halfWidth' | 'noise'>): string {
  if (isBeyondSeedNoise === null) return 'noise unknown';
  if (halfWidth === 0) return 'the same at every seed';
  return `${isBeyondSeedNoise ? 'beyond' : 'within'} ${noise === 'trainSeeds' ? 'seed noise' : 'the noise of unlearn seeds'}`;
}

/** `GA`, `GA and NPO`, `GA, NPO and IMU`. */
export function listed(words: readonly string[], last = 'and'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** `1 method`, `3 methods`. */
export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** Two decimals, and more, up to seven, where what gives the number its scale is smaller than they show. */
function number(value: number, scale: number): string {
  if (!Number.isFinite(value) || scale >= 0.1 || scale === 0) return formatNumber(value);
  return value.toFixed(Math.min(7, 1 - Math.floor(Math.log10(scale))));
}
