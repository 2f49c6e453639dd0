import type {DatasetSpec} from '../protocol/index.ts';
import {markovChains} from './markovChains.ts';

/** What a data set is called and how it is cut. Its loader lives in the sidecar, in `data/` there. */
export interface DatasetCard {
  readonly id: string;
  readonly label: string;
  readonly cite: string;
  /** `kind` of its spec, the name the sidecar knows. */
  readonly kind: DatasetSpec['kind'];
  readonly spec: DatasetSpec;
  /** Sets it is cut into → groups whose samples a set holds. Two sets overlap when one is cut from the other's samples: same split and group. */
  readonly sets: Readonly<Record<string, {readonly split: 'train' | 'test'; readonly groups: readonly string[]}>>;
  /** Samples in each set, known before a single one exists. */
  numSamples(spec: DatasetSpec): Readonly<Record<string, number>>;
}

/** Every data set, by id. A new one is a card beside these, a line here, and a loader of the same base name in `py/imu_sidecar/data`. */
export const datasets: Readonly<Record<string, DatasetCard>> = Object.fromEntries(
  [markovChains].map((card) => [card.id, card]),
);
