import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Task} from '../plan/task.ts';
import type {Failure, Input, RunEvent} from '../protocol/index.ts';
import {testInterpreter} from '../sidecar/fixtures/testInterpreter.ts';
import {openSidecar, type Sidecar, type SidecarOptions} from '../sidecar/index.ts';
import {foldAll} from '../store/fold.ts';
import {openStore} from '../store/index.ts';
import {filePlan, fileSuite, fileTask} from './chaos/fileSuite.ts';
import type {Execute} from './execute.ts';
import {type RunSuiteResult, runSuite} from './runSuite.ts';

const root = mkdtempSync(join(tmpdir(), 'imu-failures-'));
afterAll(() => rmSync(root, {recursive: true}));

const optionsFor = (environment: Record<string, string> = {}): SidecarOptions => ({
  transport: 'pythonia',
  interpreter: testInterpreter(),
  device: 'cpu',
  numThreads: 1,
  logPath: join(root, 'lane-0.log'),
  environment: {IMU_SIDECAR_SELF_TEST: '1', ...environment},
});

const selfTest = (sidecar: Sidecar, input: Partial<Input<'selfTest'>>, silenceMs: number | null = null) =>
  sidecar.call('selfTest', {action: 'echo', value: null, count: 0, intervalSeconds: 0, ...input}, {silenceMs});

/** Trains until the loss is no number. */
async function diverge(sidecar: Sidecar, path: string): Promise<unknown> {
  const dataset = {numStates: 6, sequenceLength: 8, leakage: 0.2, numRetain: 60, numForget1: 30, numForget2: 30};
  const written = await sidecar.call('generateDataset', {
    dataset: {kind: 'markovChains', ...dataset, testFraction: 0.2, seed: 1},
    path,
  });
  const loaded = await sidecar.call('loadDataset', {path, sha256: written.output.file.sha256});
  const architecture = {kind: 'markovDecoder', vocabularySize: 6, numPositions: 7, width: 8, numLayers: 2} as const;
  const created = await sidecar.call('createModel', {architecture, seed: 0});
  return sidecar.call('train', {
    model: created.output.model,
    dataset: loaded.output.dataset,
    selection: {sets: ['retainTrain'], limit: null},
    optimiser: {kind: 'adamW', learningRate: 1e30, beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weightDecay: 0},
    batchSize: 16,
    numEpochs: 20,
    seed: 1,
  });
}

/** A fault, put into a real Python, and what whoever looks at the failed task must be told of it. */
interface Fault {
  readonly id: string;
  readonly befall: (sidecar: Sidecar) => Promise<unknown>;
  readonly told: {readonly [Part in keyof Failure]?: unknown};
}

const text = (pattern: RegExp) => expect.stringMatching(pattern);
const frame = (pattern: RegExp) => expect.arrayContaining([text(pattern)]);

const FAULTS: readonly Fault[] = [
  {
    id: 'Python exits',
    befall: (sidecar) => selfTest(sidecar, {action: 'exit', count: 7}),
    told: {
      code: 'SIDECAR_EXITED',
      message: text(/pid \d+\) ended: exit code 7/),
      hint: text(/lane-0\.log/),
      cause: text(/the sidecar leaves on purpose$/),
    },
  },
  {
    id: 'Python is killed',
    befall: async (sidecar) => {
      await selfTest(sidecar, {action: 'print', value: 'noise'});
      return selfTest(sidecar, {action: 'kill'});
    },
    told: {
      code: 'SIDECAR_EXITED',
      message: text(/SIGKILL/),
      hint: text(/run out of memory\? .*lane-0\.log/),
      cause: text(/noise child2$/m),
    },
  },
  {
    id: 'Python crashes',
    befall: (sidecar) => selfTest(sidecar, {action: 'segfault'}),
    told: {code: 'SIDECAR_EXITED', message: text(/SIGSEGV/), cause: text(/Segmentation fault[\s\S]*in _segfault/)},
  },
  {
    id: 'memory runs out',
    befall: (sidecar) => selfTest(sidecar, {action: 'outOfMemory'}),
    told: {code: 'OUT_OF_MEMORY', type: 'MemoryError', hint: text(/smaller batchSize/), stack: frame(/_out_of_memory/)},
  },
  {
    id: 'a kernel hangs',
    befall: (sidecar) => selfTest(sidecar, {action: 'hang'}, 300),
    told: {code: 'DEADLINE', message: text(/said nothing for 300 ms/), hint: text(/stack/), stack: frame(/in _hang/)},
  },
  {
    id: 'a handler raises',
    befall: (sidecar) => selfTest(sidecar, {action: 'raise', value: 'oops'}),
    told: {
      code: 'INTERNAL',
      type: 'ValueError',
      message: text(/oops/),
      hint: text(/sidecar/),
      stack: frame(/self_test\.py:\d+ in _raise/),
      cause: text(/KeyError/),
    },
  },
  {
    id: 'a loss is NaN',
    befall: (sidecar) => diverge(sidecar, join(root, 'diverging')),
    told: {
      code: 'NON_FINITE',
      message: text(/^step \d+: the loss of samples? .* not finite/),
      hint: text(/smaller learning rate/),
      stack: frame(/descent\.py:\d+ in step/),
    },
  },
  {
    id: 'a file is gone',
    befall: (sidecar) => sidecar.call('loadDataset', {path: join(root, 'gone'), sha256: '0'.repeat(64)}),
    told: {code: 'ASSET_MISSING', message: text(/gone/), hint: text(/./), stack: frame(/dataset\.py/)},
  },
  {
    id: 'a handle is unknown',
    befall: (sidecar) => sidecar.call('saveModel', {model: 'model-77', path: join(root, 'never')}),
    told: {code: 'INVALID_REQUEST', message: text(/model-77/), hint: text(/load it again/)},
  },
];

describe('a task whose sidecar meets with a fault', () => {
  const tasks = FAULTS.map(({id}) => fileTask(id, 'unlearn'));
  const events: RunEvent[] = [];
  let result: RunSuiteResult;

  beforeAll(async () => {
    const execute: Execute = async (task, {sidecar}) => {
      await FAULTS.find(({id}) => id === task.id)?.befall(sidecar);
      throw new Error(`${task.id}, but the call succeeded`);
    };
    result = await run(tasks, execute, () => openSidecar(optionsFor()), events);
  }, 120_000);

  test.each(FAULTS)('fails, saying what, why and what to try: $id', ({id, told}) => {
    const key = tasks.find((task) => task.id === id)?.key;
    const failures = events.flatMap((event) => (event.type === 'taskFailed' && event.key === key ? [event] : []));
    expect(failures).toMatchObject([{failure: told, willRetry: false}]);
    const view = foldAll(events.map((event, seq) => ({seq, at: seq, event})));
    expect(view.tasks.find(({plan}) => plan.id === id)?.failure).toMatchObject(told);
    expect(result.failures.find((failed) => failed.id === id)?.failure).toMatchObject(told);
  });

  test('has the loss of its lane told too, where there was one', () => {
    const lost = events.flatMap((event) => (event.type === 'laneLost' ? [event.failure.code] : []));
    expect(lost).toEqual(Array.from({length: 3}, () => 'SIDECAR_EXITED'));
  });
});

describe('a run whose sidecar cannot be opened', () => {
  const neverRun: Execute = () => Promise.reject(new Error('it began'));

  test.each<[string, Partial<SidecarOptions>, Fault['told']]>([
    ['there is no Python', {interpreter: '/nowhere/python'}, {code: 'ASSET_MISSING', hint: text(/imu env/)}],
    ['there is no such device', {device: 'cuda:77'}, {code: 'INVALID_REQUEST', message: text(/cuda:77.*cpu/)}],
    [
      'it speaks another contract',
      {environment: {PYTHONPATH: new URL('../sidecar/fixtures/otherContract', import.meta.url).pathname}},
      {code: 'PROTOCOL_MISMATCH', hint: text(/protocol_gen\.py/)},
    ],
  ])(
    'is given up, saying what, why and what to try: %s',
    async (_what, change, told) => {
      const open = () => openSidecar({...optionsFor(), ...change});
      const result = await run([fileTask('a', 'data')], neverRun, open, []);
      expect(result).toMatchObject({outcome: 'failed', fatal: told});
      expect(result.fatal?.hint).not.toBe('');
    },
    60_000,
  );
});

/** On one lane, each task once, in a store of its own. */
function run(
  tasks: readonly Task[],
  execute: Execute,
  open: () => Promise<Sidecar>,
  events: RunEvent[],
): Promise<RunSuiteResult> {
  return runSuite({
    plan: filePlan('faults', tasks),
    suite: fileSuite('faults'),
    store: openStore(mkdtempSync(join(root, 'store-'))),
    numLanes: 1,
    device: 'cpu',
    openLane: open,
    execute,
    version: '1',
    commit: null,
    command: 'imu run',
    signal: new AbortController().signal,
    retry: {maxRetries: 0, pauseMs: 1, maxOpenings: 1},
    onEvent: ({event}) => events.push(event),
  });
}
