import type {Architecture, Measurement, Selection} from '../../protocol/index.ts';
import type {FakeDataset} from './dataset.ts';
import {drawFrom} from './draw.ts';

const NUM_WEIGHTS = 64;

/** A few numbers that change as a model's do: from a seed, by steps, and in no other way. */
export interface FakeModel {
  readonly architecture: Architecture;
  weights: Float32Array;
}

export function createModel(architecture: Architecture, seed: number): FakeModel {
  const draw = drawFrom('weights', architecture, seed);
  return {architecture, weights: Float32Array.from({length: NUM_WEIGHTS}, () => draw() - 0.5)};
}

/** One step: every weight moves a little, in a direction that the draws decide. */
export function moveModel(model: FakeModel, draw: () => number, learningRate: number): void {
  model.weights = model.weights.map((weight) => weight * 0.99 + learningRate * (draw() - 0.5));
}

/** Parameters of a real model of this shape, roughly. */
export function countParameters({vocabularySize, width, numLayers, numPositions}: Architecture): {
  all: number;
  head: number;
} {
  const head = vocabularySize * (width + 1);
  return {all: head + (vocabularySize + numPositions) * width + numLayers * 12 * width * width, head};
}

/** A loss between 0 and ln(vocabulary) + 1, or a divergence ≥ 0 that is 0 for a model against itself; never NaN. */
export function measure(
  model: FakeModel,
  reference: FakeModel | null,
  {primitive, selection}: Measurement,
  dataset: FakeDataset,
): number {
  const taste = drawFrom('taste', dataset.identity, selection.sets);
  const other = primitive === 'klToReference' ? reference : null;
  const distances = Array.from(
    model.weights,
    (weight, index) => taste() * (weight - (other?.weights[index] ?? 0)) ** 2,
  );
  const meanDistance = distances.reduce((sum, distance) => sum + distance, 0) / NUM_WEIGHTS;
  if (primitive === 'klToReference') return meanDistance;
  return Math.log(model.architecture.vocabularySize) * 0.8 + Math.tanh(meanDistance);
}

export function tokenLoss(model: FakeModel, selection: Selection, dataset: FakeDataset): number {
  return measure(model, null, {label: 'loss', primitive: 'tokenLoss', selection}, dataset);
}
