import type {MetricCard} from './index.ts';

/** Kullback–Leibler divergence of the model from the retrained model on the same contexts (spec llm 4.5). */
export const klToRetrain: MetricCard = {
  id: 'kl-to-retrain',
  label: 'KL',
  title: 'KL from Retrain',
  unit: 'nats per token',
  formula: 'KL = (1/NT) Σ_i Σ_t Σ_v p_retrain(v) [log p_retrain(v) − log p(v)]',
  cite: 'arXiv 2508.01620, section 4.5 and Table 3',
  primitive: 'klToReference',
  ideal: 'zero: indistinguishable from the retrained model',
  target: 'zero',
};
