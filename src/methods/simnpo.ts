import {z} from 'zod';
import {defineMethod} from './method.ts';
import {adamW, descentParams} from './parameters.ts';

/** SimNPO: −(2/β) E_{D_f}[log σ(β (l − δ))], l the mean token loss; no reference model (Fan et al. 2024, eq. 4). */
export const simNpo = defineMethod({
  id: 'simnpo',
  label: 'SimNPO',
  cite: 'Fan et al. 2024',
  yields: 'unlearnedModel',
  params: z.strictObject({
    ...descentParams,
    /** Inverse temperature. The paper states none: 1.0 comes closest to its Table 3 row (spec llm 4.6). */
    beta: z.number().gt(0).max(100).default(1),
    /** Margin, nats per token. */
    delta: z.number().min(0).default(0),
  }),
  async unlearn(kernel, {params}) {
    const descent = await kernel.openDescent({
      objective: {kind: 'simNpo', beta: params.beta, delta: params.delta},
      parameterScope: params.parameterScope,
      optimiser: adamW(params.learningRate),
      batchSize: params.batchSize,
      numSteps: params.numSteps,
    });
    await descent.descend(params.numSteps);
  },
});
