import type {Primitive} from '../protocol/index.ts';
import {klToRetrain} from './klToRetrain.ts';
import {tokenLoss} from './tokenLoss.ts';

/** What a metric is called, what it means and how it is measured. The sidecar computes its primitive. */
export interface MetricCard {
  readonly id: string;
  readonly label: string;
  /** In words, to be followed by the set it is measured on: `token loss`. */
  readonly title: string;
  readonly unit: string;
  /** As a formula, in one line. */
  readonly formula: string;
  readonly cite: string;
  readonly primitive: Primitive;
  /** Where ideal unlearning lands. The paper's arrow may say something else: a table shows both. */
  readonly ideal: string;
  /** The same for programs: at the retrained model's own value, which can be missed on either side, or at zero, the least there is. */
  readonly target: 'retrain' | 'zero';
}

/** Every metric, by id. A new one is a card beside these, a line here, and a primitive of the same base name in `py/imu_sidecar/primitives`. */
export const metrics: Readonly<Record<string, MetricCard>> = Object.fromEntries(
  [tokenLoss, klToRetrain].map((card) => [card.id, card]),
);

/** The card of what a measurement computes; null for a primitive of a newer version. */
export const metricOf = (primitive: Primitive): MetricCard | null =>
  Object.values(metrics).find((card) => card.primitive === primitive) ?? null;
