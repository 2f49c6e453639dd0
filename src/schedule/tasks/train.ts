import type {Execute} from '../execute.ts';
import {loadDataset, release, SILENCE_MS, saveModel} from './assets.ts';
import {relay} from './relay.ts';
import {specOf} from './specOf.ts';

/** Trains a model from nothing. */
export const train: Execute = async (task, context) => {
  const {architecture, selection, optimiser, batchSize, numEpochs, seed} = specOf(task, 'train');
  const {sidecar, signal} = context;
  const {dataset} = await loadDataset(context);
  const {output: created} = await sidecar.call('createModel', {architecture, seed}, {signal, silenceMs: SILENCE_MS});
  const {model, numParameters} = created;
  try {
    const {output} = await sidecar.call(
      'train',
      {model, dataset, selection, optimiser, batchSize, numEpochs, seed},
      {signal, silenceMs: SILENCE_MS, onEvent: relay(context, task.key)},
    );
    return {
      outputs: {numSteps: output.numSteps, loss: output.loss, numParameters},
      artefacts: {model: await saveModel(context, model)},
      metrics: {loss: output.loss},
    };
  } finally {
    await release(context, [model]).catch(() => undefined);
  }
};
