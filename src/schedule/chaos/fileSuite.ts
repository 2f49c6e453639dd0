import {createHash} from 'node:crypto';
import {appendFileSync, existsSync, readFileSync} from 'node:fs';
import {appendFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {taskKey} from '../../plan/key.ts';
import type {Suite} from '../../plan/suite.ts';
import type {KeyParts, Plan, Task, TaskKind, TaskSpec} from '../../plan/task.ts';
import type {Execute} from '../execute.ts';

/** A suite of real file work and no mathematics, for tests of everything around the mathematics. */

const ENVIRONMENT = {python: '3', packages: {}, deviceClass: 'cpu', numThreads: 1, deterministic: true};

/** A task of a kind with a seed as its whole spec. */
export function fileTask(id: string, kind: TaskKind, inputs: Readonly<Record<string, Task>> = {}, seed = 0): Task {
  const spec = {kind, seed} as unknown as TaskSpec;
  const keys = Object.fromEntries(Object.entries(inputs).map(([role, task]) => [role, task.key]));
  const keyParts: KeyParts = {
    kind,
    spec: {...spec, id} as unknown as TaskSpec,
    inputs: keys,
    code: {},
    environment: ENVIRONMENT,
  };
  const seeds = {trainSeed: seed, unlearnSeed: null};
  return {key: taskKey(keyParts), id, label: id, spec, inputs: keys, row: null, ...seeds, keyParts};
}

export function filePlan(suiteId: string, tasks: readonly Task[]): Plan {
  const planHash = createHash('sha256')
    .update(tasks.map(({key}) => key).join())
    .digest('hex');
  return {suiteId, title: suiteId, planHash, tasks};
}

/** The shape of a table: 1 data set, 3 train seeds, an original and a retrained model each, 8 rows unlearned and evaluated: 61 tasks with retrain's and original's own rows. */
export function tablePlan(suiteId: string, rows: readonly string[] = 'abcdefgh'.split('')): Plan {
  const dataset = fileTask('data', 'data');
  const tasks = [dataset];
  for (const seed of [1, 2, 3]) {
    const model = fileTask(`train/original/t${seed}`, 'train', {dataset}, seed);
    const reference = fileTask(`train/retrain/t${seed}`, 'train', {dataset}, seed);
    tasks.push(model, reference);
    tasks.push(fileTask(`evaluate/original/t${seed}`, 'evaluate', {model, reference}, seed));
    tasks.push(fileTask(`evaluate/retrain/t${seed}`, 'evaluate', {model: reference, reference}, seed));
    for (const row of rows) {
      const unlearned = fileTask(`unlearn/${row}/t${seed}`, 'unlearn', {dataset, model, reference}, seed);
      tasks.push(unlearned, fileTask(`evaluate/${row}/t${seed}`, 'evaluate', {model: unlearned, reference}, seed));
    }
  }
  return filePlan(suiteId, tasks);
}

export const fileSuite = (id: string): Suite =>
  ({id, title: id, paperTable: null, rows: [], columns: [], seeds: {train: [1], unlearn: [1]}}) as unknown as Suite;

export interface FileWork {
  /** Appended to with every execution: its task's key; after `AGAIN ` where the store held a result already. */
  readonly logPath: string;
  readonly storeRoot: string;
  /** Milliseconds between the writes of one task, at most. */
  readonly pauseMs: number;
  /** Called between writes: the place for sudden death. */
  readonly between?: (task: Task) => void;
}

const NUM_WRITES = 4;
const BYTES_PER_WRITE = 16_384;

/** Reads the inputs' files, writes one whose every byte follows from them, and answers with its hash. */
export function fileExecute({logPath, storeRoot, pauseMs, between}: FileWork): Execute {
  return async (task, context) => {
    const {key} = task;
    const isAgain = existsSync(join(storeRoot, 'results', key.slice(0, 2), `${key}.json`));
    appendFileSync(logPath, `${isAgain ? 'AGAIN ' : ''}${key}\n`);
    const digest = digestInputs(task, context);
    const path = context.stagePath('bin');
    for (let write = 0; write < NUM_WRITES; write += 1) {
      await appendFile(path, Buffer.alloc(BYTES_PER_WRITE, `${digest}${write}`));
      context.emit({
        type: 'stepCompleted',
        key,
        step: write + 1,
        numSteps: NUM_WRITES,
        loss: 1 / (write + 1),
        secondsPerStep: 0,
      });
      between?.(task);
      await delay(Math.random() * pauseMs, undefined, {signal: context.signal});
    }
    const file = await context.commitObject(path);
    const value = Number.parseInt(digest.slice(0, 12), 16) / 2 ** 48;
    return {outputs: {digest, value}, artefacts: {file}, metrics: {value}};
  };
}

function digestInputs(task: Task, {inputs, objectPath}: Parameters<Execute>[1]): string {
  const hash = createHash('sha256').update(task.key);
  for (const role of Object.keys(inputs).sort()) {
    const file = inputs[role]?.artefacts.file;
    if (file === undefined) throw new Error(`${task.id}: no file of ${role}`);
    hash.update(readFileSync(objectPath(file)));
  }
  return hash.digest('hex');
}
