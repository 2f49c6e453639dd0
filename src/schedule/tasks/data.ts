import type {Execute} from '../execute.ts';
import {SILENCE_MS} from './assets.ts';
import {relay} from './relay.ts';
import {specOf} from './specOf.ts';

/** Writes the data set, once for every suite that uses it. */
export const data: Execute = async (task, context) => {
  const {dataset} = specOf(task, 'data');
  const path = context.stagePath('safetensors');
  const {output} = await context.sidecar.call(
    'generateDataset',
    {dataset, path},
    {signal: context.signal, silenceMs: SILENCE_MS, onEvent: relay(context, task.key)},
  );
  return {outputs: {sets: output.sets}, artefacts: {dataset: await context.commitObject(path)}, metrics: {}};
};
