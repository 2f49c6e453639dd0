import {writeFile} from 'node:fs/promises';
import type {Method} from '../../methods/method.ts';
import type {Task} from '../../plan/task.ts';
import {stringify} from '../../protocol/index.ts';
import type {StoredObject} from '../../store/result.ts';
import type {TaskContext, TaskOutcome} from '../execute.ts';
import {loadDataset, loadModel, loadSharedModel, release, saveModel} from './assets.ts';
import {openKernel} from './kernel.ts';
import {specOf} from './specOf.ts';
import type {Trajectory} from './trajectory.ts';

/** Lets a method loose on a copy of the original model; keeps the model, its trajectory and what became of the influence. */
export async function runMethod(method: Method, task: Task, context: TaskContext): Promise<TaskOutcome> {
  const spec = specOf(task, 'unlearn');
  if (method.unlearn === undefined) throw new Error(`the method ${method.id} does not unlearn`);
  const {dataset, groups} = await loadDataset(context);
  const original = await loadSharedModel(context, 'model', spec.architecture);
  const retrained = await loadSharedModel(context, 'reference', spec.architecture);
  const model = await loadModel(context, 'model', spec.architecture);
  const {kernel, record} = openKernel(context, {key: task.key, spec, dataset, groups, model, retrained, original});
  try {
    await method.unlearn(kernel, {params: spec.params, seed: spec.seed});
    const {trajectory, weightings, numSteps} = record;
    return {
      outputs: {numSteps, weightings},
      artefacts: {model: await saveModel(context, model), trajectory: await writeJson(context, trajectory)},
      metrics: lastPoint(trajectory),
    };
  } finally {
    await release(context, [model, ...record.descents]).catch(() => undefined);
  }
}

/** Empty for a method that never took a step. */
function lastPoint({labels, values}: Trajectory): Record<string, number> {
  const last = values.at(-1);
  return last === undefined ? {} : Object.fromEntries(labels.map((label, index) => [label, last[index] as number]));
}

async function writeJson({stagePath, commitObject}: TaskContext, value: unknown): Promise<StoredObject> {
  const path = stagePath('json');
  await writeFile(path, stringify(value));
  return commitObject(path);
}
