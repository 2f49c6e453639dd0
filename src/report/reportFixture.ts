import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {toPlannedTask} from '../plan/task.ts';
import {type RunEvent, stringify, type WeightDiagnostics} from '../protocol/index.ts';
import type {JournalEntry} from '../store/journalLine.ts';
import type {Manifest} from '../store/manifest.ts';
import type {TaskResult} from '../store/result.ts';
import {tableOfResults} from './aggregate.ts';
import {evidenceOf} from './evidence.ts';
import {handMadeRun} from './fixture.ts';
import {nearestTable} from './nearest.ts';
import type {ReportSource} from './reportModel.ts';
import {weightsTable} from './weights.ts';

/** Steps of every trajectory of the fixture, the one of step 0 included. */
export const NUM_STEPS = 301;

/**
 * The run made by hand with all that a report tells: trajectories, influence, a failure with its stack, a blocked task, a mended failure and two
 * sessions. `label` is the label of the row IMU; `dispose` removes its files. For tests.
 */
export function handMadeReport(label = 'IMU'): {source: ReportSource; dispose: () => void} {
  const folder = mkdtempSync(join(tmpdir(), 'imu-report-'));
  const {manifest: bare, results: evaluations} = handMadeRun(label);
  const manifest = withParams(bare);
  const results = new Map(evaluations);
  const unlearned = manifest.plan.tasks.filter(({spec}) => spec.kind === 'unlearn');
  for (const [index, task] of unlearned.entries()) {
    if (task.id === LOST) continue;
    const sha256 = `${index}`.padStart(64, 'a');
    const trajectory = trajectoryOf(index);
    writeFileSync(join(folder, sha256), stringify(trajectory));
    const artefacts = {trajectory: {sha256, sizeBytes: 1_234}};
    results.set(task.key, {
      ...resultOf(task.key, task.id),
      artefacts,
      outputs: {weightings: task.row === 'imu' ? [WEIGHTING] : []},
    });
  }
  for (const {key, id, spec} of manifest.plan.tasks) if (spec.kind === 'train') results.set(key, resultOf(key, id));
  const evidence = evidenceOf({
    findResult: (key) => results.get(key) ?? null,
    objectPath: ({sha256}) => join(folder, sha256),
  });
  const trajectories = unlearned.flatMap((task) => {
    const trajectory = evidence.trajectory(task.key);
    const {row, trainSeed, unlearnSeed, key: taskKey} = task;
    return trajectory === null || row === null ? [] : [{row, trainSeed, unlearnSeed, taskKey, trajectory}];
  });
  const weighed = trajectories.filter(({row}) => row === 'imu');
  return {
    source: {
      manifest,
      journal: {entries: journalOf(manifest, label), numDamaged: 0, numTornBytes: 0},
      evidence,
      tables: {
        table: tableOfResults(manifest, results),
        nearest: nearestTable(manifest, trajectories),
        weights: weightsTable(
          manifest,
          weighed.map(({trajectory: _, ...run}) => ({...run, diagnostics: DIAGNOSTICS})),
        ),
      },
      store: 'runs',
      madeAt: '2026-01-03T08:00:00.000Z',
    },
    dispose: () => rmSync(folder, {recursive: true, force: true}),
  };
}

/** What the run never finished. */
const LOST = 'unlearn/ga/t2/u2';

const withParams = (manifest: Manifest): Manifest => ({
  ...manifest,
  plan: {
    ...manifest.plan,
    tasks: manifest.plan.tasks.map((task) =>
      task.spec.kind === 'unlearn'
        ? {
            ...task,
            spec: {
              ...task.spec,
              method: task.row ?? '',
              trace: manifest.suite.scenario.measurements,
              params: {transform: 'sqrt', selection: 'negative', learningRate: 0.125},
            },
          }
        : task,
    ),
  },
});

function trajectoryOf(index: number): object {
  const steps = Array.from({length: NUM_STEPS}, (_, step) => step);
  return {
    steps,
    labels: ['retainLoss', 'forgetKl'],
    values: steps.map((step) => [2 + (index * step) / 1_000, step / 100]),
  };
}

const SAMPLE = {sample: 7, group: 'forget1', score: -0.81, weight: 1.5};
const DIAGNOSTICS: WeightDiagnostics = {
  numSamples: 10,
  numSelected: 8,
  shareSelected: 0.8,
  effectiveSampleSize: 6.25,
  maximumOverMedian: 1.5,
  truncationThreshold: 0.5,
  weightShareByGroup: {forget1: 0.75, forget2: 0.25},
  shareSelectedByGroup: {forget1: 1, forget2: 0.6},
  histogram: {edges: [-0.9, -0.6, -0.3, 0, 0.3], counts: [1, 3, 4, 2]},
  mostInfluential: [SAMPLE],
  leastInfluential: [{...SAMPLE, sample: 3, score: 0.001, weight: 0}],
};
const WEIGHTING = {step: 0, diagnostics: DIAGNOSTICS, scoring: {seconds: 0.5, numIterations: 4, residual: 1e-5}};

const resultOf = (key: string, id: string): TaskResult => ({
  key,
  id,
  kind: 'unlearn',
  outputs: {},
  artefacts: {},
  metrics: {},
  provenance: {runId: 'by-hand-1', version: '0.1.0', device: 'cpu', packages: {torch: '2.13.0'}},
  seconds: 2,
  finishedAt: '2026-01-02T12:00:10.000Z',
});

function journalOf(manifest: Manifest, label: string): JournalEntry[] {
  const {runId, suite, version, command} = manifest;
  const started: RunEvent = {
    type: 'runStarted',
    runId,
    suiteId: suite.id,
    title: suite.title,
    session: 's',
    version,
    command,
    numLanes: 1,
    device: 'cpu',
    formatVersion: 1,
  };
  const failure = {
    code: 'NON_FINITE' as const,
    message: `the loss of ${label} is NaN`,
    hint: 'lower the learning rate',
    type: 'FloatingPointError',
    stack: ['File "descend.py", line 1, in step', `  raise ${label}`],
    cause: null,
  };
  const lost = `key-${LOST}`;
  const done = manifest.plan.tasks.filter(({id}) => !id.endsWith('ga/t2/u2'));
  const mended = done.find(({spec}) => spec.kind === 'unlearn')?.key ?? '';
  const events: RunEvent[] = [
    started,
    {type: 'planned', tasks: manifest.plan.tasks.map(toPlannedTask)},
    {type: 'runFinished', outcome: 'interrupted', seconds: 3},
    started,
    {
      type: 'taskFailed',
      key: mended,
      attempt: 1,
      failure: {...failure, code: 'OUT_OF_MEMORY', message: 'no memory'},
      willRetry: true,
    },
    ...done.map(({key}): RunEvent => ({type: 'taskFinished', key, seconds: 2, metrics: {}, artefacts: {}})),
    {type: 'taskFailed', key: lost, attempt: 2, failure, willRetry: false},
    {type: 'taskBlocked', key: 'key-evaluate/ga/t2/u2', by: lost},
    {type: 'runFinished', outcome: 'partlyFailed', seconds: 60},
  ];
  return events.map((event, seq) => ({seq: seq + 1, at: '2026-01-02T12:00:00.000Z', event}));
}
