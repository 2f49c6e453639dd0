import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {canonicalJson} from '../../plan/canonical.ts';
import {buildPlan} from '../../plan/plan.ts';
import {defineSuite} from '../../plan/suite.ts';
import {ImuError} from '../../protocol/index.ts';
import {markovChain} from '../../scenarios/markovChain.ts';
import {openSidecar, type Sidecar} from '../../sidecar/index.ts';
import {foldAll} from '../../store/fold.ts';
import {type JournalEntry, openStore} from '../../store/index.ts';
import type {RunSuiteResult} from '../index.ts';
import {runSuite} from '../index.ts';
import {executeTask} from '../tasks/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'imu-fake-suite-'));
afterAll(() => rmSync(folder, {recursive: true}));

const suite = defineSuite({
  id: 'fake',
  title: 'Fake',
  scenario: markovChain({dataset: {numRetain: 100, numForget1: 50, numForget2: 50}, numEpochs: 1}),
  rows: [{method: 'original'}, {method: 'retrain'}, {method: 'ga'}, {method: 'imu'}],
  columns: [{id: 'forgetLoss', header: 'l_f', unit: 'nats', direction: 'up', paperColumn: null}],
  seeds: {train: [1, 2], unlearn: [1]},
});

const environment = {python: 'fake', packages: {}, deviceClass: 'fake', numThreads: 1, deterministic: true};
const plan = buildPlan(suite, {environment, codeOf: () => ({})});

/**
 * Runs the suite with the real tasks over fake sidecars; those that get one of `deadlyCalls`, counted over all, die of it. `held` gets, for each
 * sidecar, the handles that were given out and not released.
 */
function run(
  root: string,
  deadlyCalls: readonly number[],
  held: Set<string>[] = [],
  onEvent: (entry: JournalEntry) => void = () => {},
): Promise<RunSuiteResult> {
  let numCalls = 0;
  const openLane = async (): Promise<Sidecar> => {
    const sidecar = await openSidecar({
      transport: 'fake',
      interpreter: '',
      device: 'cpu',
      numThreads: 1,
      logPath: join(folder, 'lane.log'),
      environment: {IMU_SIDECAR_SELF_TEST: '1'},
    });
    const handles = new Set<string>();
    held.push(handles);
    let isKilled = false;
    const call: Sidecar['call'] = (operation, input, options) => {
      numCalls += 1;
      const answer = sidecar.call(operation, input, options);
      void answer.then(
        ({output}) => keepBooks(handles, input, output),
        () => undefined,
      );
      if (deadlyCalls.includes(numCalls)) {
        isKilled = true;
        void sidecar.close();
      }
      return answer;
    };
    const ended = sidecar.ended.then((failure) => (isKilled ? DEATH : failure));
    return {...sidecar, transport: sidecar.transport, info: sidecar.info, close: () => sidecar.close(), call, ended};
  };
  return runSuite({
    plan,
    suite,
    store: openStore(root),
    numLanes: 2,
    device: 'cpu',
    openLane,
    execute: executeTask,
    version: '0',
    commit: null,
    command: '',
    signal: new AbortController().signal,
    retry: {maxRetries: 20, pauseMs: 1, maxOpenings: 3},
    onEvent,
  });
}

function keepBooks(handles: Set<string>, input: object, output: object): void {
  if ('handles' in input) for (const handle of input.handles as string[]) handles.delete(handle);
  if ('descent' in output) handles.add(`${output.descent}`);
  else if ('model' in output) handles.add(`${output.model}`);
}

const DEATH = new ImuError('SIDECAR_EXITED', 'killed').failure;

function tableOf(root: string): string {
  const store = openStore(root);
  return canonicalJson(
    plan.tasks
      .map(({key}) => store.findResult(key))
      .map((result) => result && {...result, provenance: 0, seconds: 0, finishedAt: 0}),
  );
}

test('the real tasks end with the same table whether their sidecars live or die under them', async () => {
  const [calm, wild] = [join(folder, 'calm'), join(folder, 'wild')];
  expect(await run(calm, [])).toMatchObject({
    outcome: 'done',
    counts: {finished: plan.tasks.length},
  });
  expect(await run(wild, [1, 4, 9, 16, 40, 80, 120, 160])).toMatchObject({outcome: 'done'});
  expect(tableOf(wild)).toBe(tableOf(calm));
  expect(await run(calm, [1])).toMatchObject({outcome: 'done', counts: {found: plan.tasks.length}});
}, 60_000);

test('tasks leave nothing in a sidecar but the models that others read: the original and the retrained one of each train seed', async () => {
  const held: Set<string>[] = [];
  await run(join(folder, 'held'), [], held);
  for (const handles of held) {
    expect([...handles].filter((handle) => handle.startsWith('descent'))).toEqual([]);
    expect(handles.size).toBeLessThanOrEqual(2 * suite.seeds.train.length);
  }
});

test('what sidecars take of their devices is told of their lanes, whichever task is running', async () => {
  const entries: JournalEntry[] = [];
  await run(join(folder, 'measured'), [], [], (entry) => void entries.push(entry));
  const {lanes} = foldAll(entries.map(({seq, at, event}) => ({seq, at: Date.parse(at), event})));
  expect(lanes.map(({lane}) => lane)).toEqual([0, 1]);
  for (const {ranks} of lanes) expect(ranks).toMatchObject([{rank: 0, device: 'cpu', memoryBytes: 420 * 2 ** 20}]);
  const measured = entries.filter(({event}) => event.type === 'laneMeasured');
  expect(measured.length).toBeLessThan(entries.length / 10);
});
