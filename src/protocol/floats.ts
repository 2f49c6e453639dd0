import {z} from 'zod';

/**
 * A real number that may diverge (a loss, a score): NaN and ±infinity are values here, not errors.
 * On the wire they have one encoding, `{"$f":"nan"|"inf"|"-inf"}`, applied to the whole message by `stringify` and `parse`.
 */
export const Float = z.custom<number>((value) => typeof value === 'number', 'expected a number').meta({id: 'Float'});

/** JSON text of a message; the only writer of wire messages and journal lines. Throws TypeError on bigint or a `$f` key of the caller's. */
export function stringify(value: unknown): string {
  const text = JSON.stringify(value, encodeNonFinite);
  if (text === undefined) throw new TypeError('undefined has no JSON form');
  return text;
}

/** Inverse of `stringify`. Throws SyntaxError on text that is not JSON or holds an unknown `$f`. */
export function parse(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return text.includes('"$f"') ? decodeNonFinite(value) : value;
}

const NON_FINITE: ReadonlyMap<unknown, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
]);

const NEGATIVE_ZERO: unknown = (JSON as unknown as {rawJSON(text: string): unknown}).rawJSON('-0.0');

function encodeNonFinite(_key: string, value: unknown): unknown {
  // JSON can say −0, JSON.stringify does not: what is read back must be what was said.
  if (Object.is(value, -0)) return NEGATIVE_ZERO;
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return {$f: Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'};
  }
  if (isTagged(value) && !NON_FINITE.has(value.$f))
    throw new TypeError('the key "$f" is reserved for non-finite numbers');
  return value;
}

/** In place: a reviver of `JSON.parse` would do the same several times as slowly. */
function decodeNonFinite(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isTagged(value)) {
    const number = NON_FINITE.get(value.$f);
    if (number === undefined) throw new SyntaxError(`unknown non-finite number ${JSON.stringify(value)}`);
    return number;
  }
  const parts = value as Record<string, unknown>;
  for (const name of Object.keys(parts)) {
    const part = parts[name];
    if (typeof part === 'object' && part !== null) parts[name] = decodeNonFinite(part);
  }
  return value;
}

function isTagged(value: unknown): value is {$f: unknown} {
  return typeof value === 'object' && value !== null && '$f' in value && Object.keys(value).length === 1;
}
