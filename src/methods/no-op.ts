import {z} from 'zod';
import {defineMethod} from './method.ts';

/** Does nothing: a trivial baseline, and a check that a run without unlearning reproduces the Original row. */
export const noOp = defineMethod({
  id: 'no-op',
  label: 'No-op',
  cite: 'trivial baseline',
  yields: 'unlearnedModel',
  params: z.strictObject({}),
  async unlearn() {},
});
