import fc from 'fast-check';
import {expect, test} from 'vitest';
import {parse, stringify} from './floats.ts';

const NON_FINITE: ReadonlyMap<unknown, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Infinity],
  ['-inf', -Infinity],
]);

/** What `parse` is to do, as the language itself offers it: the innermost first. */
const reference = (text: string): unknown =>
  JSON.parse(text, (_key, value) => {
    const isTagged = typeof value === 'object' && value !== null && Object.keys(value).join() === '$f';
    if (!isTagged) return value;
    if (!NON_FINITE.has(value.$f)) throw new SyntaxError('unknown');
    return NON_FINITE.get(value.$f);
  });

const outcome = (action: () => unknown): unknown => {
  try {
    return {value: action()};
  } catch (thrown) {
    return {thrown: (thrown as Error).name};
  }
};

const word = fc.constantFrom('nan', 'inf', '-inf', 'else', '$f', '"$f"', '__proto__', '');
const name = fc.oneof(fc.constantFrom('$f', 'a', '__proto__', '0'), fc.string({maxLength: 3}));

/** Text that anybody might write, tags of every kind included. */
const text = fc.letrec<{value: string}>((tie) => ({
  value: fc.oneof(
    {depthSize: 'medium', withCrossShrink: true},
    fc.oneof(word, fc.string()).map((said) => JSON.stringify(said)),
    fc.constantFrom('1', '-0', '-0.0', '1e400', 'true', 'null', '{"$f":"nan"}', '{"$f":"-inf"}'),
    fc.array(tie('value'), {maxLength: 4}).map((parts) => `[${parts.join()}]`),
    fc
      .array(fc.tuple(name, tie('value')), {maxLength: 3})
      .map((fields) => `{${fields.map(([key, part]) => `${JSON.stringify(key)}:${part}`).join()}}`),
  ),
})).value;

test('text is read as by a reviver of every value', () => {
  fc.assert(
    fc.property(text, (written) => {
      expect(outcome(() => parse(written))).toEqual(outcome(() => reference(written)));
    }),
    {numRuns: 5_000},
  );
});

test('what is written is read back to the last bit', () => {
  const number = fc.oneof(fc.double(), fc.constantFrom(-0, Number.NaN, Infinity, -Infinity));
  const value = fc.jsonValue().filter((json) => !JSON.stringify(json).includes('"$f"'));
  fc.assert(
    fc.property(fc.array(number), fc.dictionary(fc.constantFrom('a', 'b'), number), value, (list, named, other) => {
      const written = {list, named: {...named}, other};
      expect(parse(stringify(written))).toEqual(written);
    }),
  );
});
