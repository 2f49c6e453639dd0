import type {MetricCard} from './index.ts';

/** Mean cross-entropy per predicted token (spec llm 4.5). */
export const tokenLoss: MetricCard = {
  id: 'token-loss',
  label: 'l',
  title: 'token loss',
  unit: 'nats per token',
  formula: 'l = −(1/NT) Σ_i Σ_t log p(y_it | x_i,<t)',
  cite: 'arXiv 2508.01620, section 4.5 and Table 3',
  primitive: 'tokenLoss',
  ideal: "the retrained model's",
  target: 'retrain',
};
