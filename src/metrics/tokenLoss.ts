import type {MetricCard} from './index.ts';

/** Mean cross-entropy per predicted token (spec llm 4.5). */
export const tokenLoss: MetricCard = {
  id: 'token-loss',
  label: 'l',
  unit: 'nats per token',
  formula: 'l = −(1/NT) Σ_i Σ_t log p(y_it | x_i,<t)',
  cite: 'spec llm 4.5',
  primitive: 'tokenLoss',
  ideal: "the retrained model's",
};
