import {z} from 'zod';
import {defineMethod} from './method.ts';

/** Trained from nothing without the forgetSet, by the scenario's retraining recipe: what every method is measured against. */
export const retrain = defineMethod({
  id: 'retrain',
  label: 'Retrain',
  cite: 'exact unlearning',
  yields: 'retrainedModel',
  params: z.strictObject({}),
});
