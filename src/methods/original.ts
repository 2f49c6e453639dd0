import {z} from 'zod';
import {defineMethod} from './method.ts';

/** The model before unlearning: first row of every table. */
export const original = defineMethod({
  id: 'original',
  label: 'Original',
  cite: 'the model that is to forget',
  yields: 'originalModel',
  params: z.strictObject({}),
});
