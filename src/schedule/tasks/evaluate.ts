import type {Execute} from '../execute.ts';
import {loadDataset, loadModel, loadSharedModel, release, SILENCE_MS} from './assets.ts';
import {relay} from './relay.ts';
import {specOf} from './specOf.ts';

/** Measures a finished model on everything the scenario asks for. */
export const evaluate: Execute = async (task, context) => {
  const {architecture, measurements, batchSize} = specOf(task, 'evaluate');
  const {dataset} = await loadDataset(context);
  const reference = await loadSharedModel(context, 'reference', architecture);
  const model = await loadModel(context, 'model', architecture);
  try {
    const {output} = await context.sidecar.call(
      'evaluate',
      {model, dataset, measurements: [...measurements], reference, batchSize},
      {signal: context.signal, silenceMs: SILENCE_MS, onEvent: relay(context, task.key)},
    );
    const metrics = Object.fromEntries(output.values.map(({label, value}) => [label, value]));
    return {outputs: {values: output.values}, artefacts: {}, metrics};
  } finally {
    await release(context, [model]).catch(() => undefined);
  }
};
