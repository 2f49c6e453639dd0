import {z} from 'zod';
import {defineMethod} from './method.ts';
import {adamW, descentParams} from './parameters.ts';

/** Negative preference optimisation: (2/β) E_{D_f}[log(1 + (π_θ/π_ref)^β)], the reference being the originalModel (paper eq. 6). */
export const npo = defineMethod({
  id: 'npo',
  label: 'NPO',
  cite: 'Zhang et al. 2024; paper eq. 6',
  yields: 'unlearnedModel',
  params: z.strictObject({
    ...descentParams,
    /** Inverse temperature; β → 0 is gradient ascent. The paper states none: 0.1 is NPO's own. */
    beta: z.number().gt(0).max(100).default(0.1),
  }),
  async unlearn(kernel, {params}) {
    const descent = await kernel.openDescent({
      objective: {kind: 'npo', beta: params.beta},
      parameterScope: params.parameterScope,
      optimiser: adamW(params.learningRate),
      batchSize: params.batchSize,
      numSteps: params.numSteps,
    });
    await descent.descend(params.numSteps);
  },
});
