import fc from 'fast-check';
import {expect, it} from 'vitest';
import {editDistance, nearest} from './suggest.ts';

it('finds the word with the fewest edits, a swap of neighbours being one', () => {
  expect(nearest('cdua', ['cpu', 'cuda', 'mps'])).toBe('cuda');
  expect(nearest('tabel', ['run', 'table', 'plan'])).toBe('table');
  expect(nearest('DOCTOR', ['doctor'])).toBe('doctor');
});

it('offers nothing where nothing is near', () => {
  expect(nearest('xyz', ['cpu', 'cuda'])).toBeNull();
  expect(nearest('', ['cpu'])).toBeNull();
  expect(nearest('cpu', [])).toBeNull();
});

it('the distance is symmetric, zero for equal words only, and at most the longer length', () => {
  const word = fc.string({maxLength: 8});
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b);
      expect(distance).toBe(editDistance(b, a));
      expect(distance === 0).toBe(a === b);
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});
