import {z} from 'zod';
import {defineMethod} from './method.ts';
import {adamW, descentParams} from './parameters.ts';

/** Gradient ascent: θ ← θ + η ∇ E_{D_f}[l] (paper eq. 7). With `parameterScope: 'head'` it is IMU with uniform weights. */
export const gradientAscent = defineMethod({
  id: 'ga',
  label: 'GA',
  cite: 'Thudi et al. 2022; paper eq. 7',
  yields: 'unlearnedModel',
  params: z.strictObject(descentParams),
  async unlearn(kernel, {params}) {
    const descent = await kernel.openDescent({
      objective: {kind: 'gradientAscent'},
      parameterScope: params.parameterScope,
      optimiser: adamW(params.learningRate),
      batchSize: params.batchSize,
      numSteps: params.numSteps,
    });
    await descent.descend(params.numSteps);
  },
});
