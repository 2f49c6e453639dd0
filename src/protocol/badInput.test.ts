import {describe, expect, it} from 'vitest';
import {z} from 'zod';
import {BadInput, parseInput} from './badInput.ts';
import {toFailure} from './failures.ts';

const Suite = z.strictObject({
  device: z.enum(['cpu', 'cuda']),
  seeds: z.array(z.int().min(0)).min(1),
  optimiser: z.discriminatedUnion('kind', [
    z.strictObject({kind: z.literal('adamW'), learningRate: z.number().gt(0)}),
    z.strictObject({kind: z.literal('sgd'), momentum: z.number()}),
  ]),
  rows: z.array(z.strictObject({epochs: z.int().optional()})),
});

const good = {device: 'cpu', seeds: [1], optimiser: {kind: 'sgd', momentum: 0.9}, rows: []};

function complaintOf(changes: Record<string, unknown>): BadInput {
  try {
    parseInput(Suite, {...good, ...changes}, 'mine.ts');
  } catch (thrown) {
    if (thrown instanceof BadInput) return thrown;
  }
  throw new Error('nothing was refused');
}

describe('a refusal names the field, the value, what is allowed and the nearest match', () => {
  it('for a word that is none of those allowed', () => {
    const complaint = complaintOf({device: 'cudaa'});
    expect(complaint).toMatchObject({who: 'mine.ts', field: 'device', value: 'cudaa', nearest: 'cuda'});
    expect(complaint.allowed).toEqual(['cpu', 'cuda']);
    expect(complaint.message).toBe('mine.ts: device: "cudaa" is not allowed.');
    expect(complaint.failure.hint).toBe('Allowed: cpu, cuda. Did you mean cuda?');
  });

  it('for a name that the object does not have, deep inside', () => {
    expect(complaintOf({rows: [{}, {epoch: 3}]})).toMatchObject({field: 'rows[1].epoch', nearest: 'epochs'});
  });

  it('for a name that the chosen member of a union does not have', () => {
    const optimiser = {kind: 'adamW', learningRate: 1, learningrate: 2};
    expect(complaintOf({optimiser})).toMatchObject({field: 'optimiser.learningrate', nearest: 'learningRate'});
  });

  it('for an unknown tag', () => {
    expect(complaintOf({optimiser: {kind: 'adamw'}})).toMatchObject({field: 'optimiser.kind', nearest: 'adamW'});
  });

  it.each([
    [{seeds: [-1]}, 'mine.ts: seeds[0]: -1 is not allowed.', 'Allowed: number to be >=0.'],
    [{seeds: []}, 'mine.ts: seeds: [] is not allowed.', 'Allowed: array to have >=1 items.'],
    [{seeds: [Number.NaN]}, 'mine.ts: seeds[0]: NaN is not allowed.', 'Allowed: a number.'],
    [{seeds: undefined}, 'mine.ts: seeds: the value is missing.', 'Allowed: an array.'],
    [{device: undefined}, 'mine.ts: device: the value is missing.', 'Allowed: cpu, cuda.'],
  ])('for %o', (changes, message, hint) => {
    const {failure} = complaintOf(changes);
    expect([failure.message, failure.hint]).toEqual([message, hint]);
  });
});

it('a value is shown on one short line without control characters', () => {
  const value = `\u001b]0;title\u0007\n${'x'.repeat(500)}`;
  const {message} = new BadInput({who: '', field: 'name', value, allowed: 'a short name'});
  expect(message.length).toBeLessThan(160);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(message).not.toMatch(/[\u0000-\u001f\u007f]/);
});

it('is a failure of the request, not of the toolkit', () => {
  expect(toFailure(BadInput.notOneOf('model', 'gpt3', ['gpt2']))).toMatchObject({
    code: 'INVALID_REQUEST',
    type: 'BadInput',
  });
});
