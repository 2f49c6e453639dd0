import type {Architecture} from '../protocol/index.ts';
import {gpt2} from './gpt2.ts';
import {markovDecoder} from './markovDecoder.ts';

/** What a model is called and how it is cut to a task. Its weights and its loader live in the sidecar, in `models/` there. */
export interface ModelCard {
  readonly id: string;
  readonly label: string;
  readonly cite: string;
  /** `kind` of the architecture, the name the sidecar knows. */
  readonly kind: Architecture['kind'];
  /** Python packages that decide its numbers, beside torch and numpy. */
  readonly packages: readonly string[];
  architecture(task: {readonly vocabularySize: number; readonly numPositions: number}): Architecture;
}

/** Every model, by id. A new one is a card beside these, a line here, and a loader of the same base name in `py/imu_sidecar/models`. */
export const models: Readonly<Record<string, ModelCard>> = Object.fromEntries(
  [markovDecoder, gpt2].map((card) => [card.id, card]),
);
