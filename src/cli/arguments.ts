import {BadInput} from '../protocol/badInput.ts';

/** Parsers for commander's options. `who` and `field` name the option in the error, e.g. `imu run` and `--device`. Each throws BadInput. */

/** One of the words allowed. */
export function oneOf<const T extends string>(who: string, field: string, allowed: readonly T[]): (value: string) => T {
  return (value) => {
    const match = allowed.find((word) => word === value);
    if (match === undefined) throw BadInput.notOneOf(field, value, allowed, who);
    return match;
  };
}

interface Range {
  readonly min: number;
  readonly max: number;
}

/** A whole number in a range, both ends included. */
export function wholeNumber(who: string, field: string, {min, max}: Range): (value: string) => number {
  return (value) => {
    const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new BadInput({who, field, value, allowed: `a whole number from ${min} to ${max}`});
  };
}

/** Whole numbers parted by commas, none of them twice, e.g. `42,43,44`. */
export function wholeNumbers(who: string, field: string, range: Range): (value: string) => number[] {
  const parse = wholeNumber(who, field, range);
  return (value) => {
    const numbers = value.split(',').map((part) => parse(part.trim()));
    const twice = numbers.find((number, index) => numbers.indexOf(number) !== index);
    if (twice === undefined) return numbers;
    throw new BadInput({who, field, value: twice, problem: 'is given twice', allowed: 'every number once'});
  };
}

/** Words parted by commas, none of them twice, e.g. `ga,npo`. */
export function words(who: string, field: string): (value: string) => string[] {
  return (value) => {
    const parts = value.split(',').map((part) => part.trim());
    const allowed = 'words parted by commas, every one once';
    if (parts.includes('')) throw new BadInput({who, field, value, problem: 'has an empty word', allowed});
    const twice = parts.find((part, index) => parts.indexOf(part) !== index);
    if (twice === undefined) return parts;
    throw new BadInput({who, field, value: twice, problem: 'is given twice', allowed});
  };
}

/** Seeds fit 32 bits: what numpy and torch both take. */
export const SEED_RANGE: Range = {min: 0, max: 4_294_967_295};
