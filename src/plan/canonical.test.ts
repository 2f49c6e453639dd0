import {isDeepStrictEqual} from 'node:util';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {canonicalJson} from './canonical.ts';

test('the order of keys does not matter, at any depth', () => {
  expect(canonicalJson({b: 1, a: {d: [1, 2], c: null}})).toBe('{"a":{"c":null,"d":[1,2]},"b":1}');
});

test('the order of a list does', () => {
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
});

test('numbers have their shortest text, and minus zero is zero', () => {
  expect(canonicalJson([1.0, 1e-7, 0.1 + 0.2, 1e21, -0])).toBe('[1,1e-7,0.30000000000000004,1e+21,0]');
});

test.each([
  [{a: undefined}, '$.a is undefined'],
  [{a: [1, Number.NaN]}, '$.a[1] is NaN'],
  [[Number.POSITIVE_INFINITY], '$[0] is Infinity'],
  [{f: () => 1}, '$.f is function'],
  [{n: 1n}, '$.n is bigint'],
  [{d: new Date(0)}, '$.d is a Date'],
  [{m: new Map()}, '$.m is a Map'],
  [new Float64Array(2), '$ is a Float64Array'],
])('what has no one text is refused with its place: %o', (value, message) => {
  expect(() => canonicalJson(value)).toThrow(message);
});

test('a hole in a list is refused', () => {
  // biome-ignore lint/suspicious/noSparseArray: the point of the test
  expect(() => canonicalJson([1, , 2])).toThrow('$[1] is undefined');
});

test('a value that contains itself is refused', () => {
  const value: Record<string, unknown> = {};
  value.self = [value];
  expect(() => canonicalJson(value)).toThrow('$.self[0] contains itself');
});

test('a value that occurs twice side by side is not refused', () => {
  const shared = {x: 1};
  expect(canonicalJson([shared, shared])).toBe('[{"x":1},{"x":1}]');
});

test('it is JSON of an equal value, and two values have one text exactly when they are equal', () => {
  const plain = fc.jsonValue({maxDepth: 4});
  const normal = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  fc.assert(
    fc.property(plain, (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(normal(value));
    }),
  );
  fc.assert(
    fc.property(plain, plain, (a, b) => {
      expect(canonicalJson(a) === canonicalJson(b)).toBe(isDeepStrictEqual(normal(a), normal(b)));
    }),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string(), plain), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(reversed)).toBe(canonicalJson(value));
    }),
  );
});
