import {randomUUID} from 'node:crypto';
import type {Decision} from '../plan/decide.ts';
import {decide} from '../plan/decide.ts';
import type {Suite} from '../plan/suite.ts';
import type {Plan, Task} from '../plan/task.ts';
import {toPlannedTask} from '../plan/task.ts';
import type {Failure, RunEvent} from '../protocol/index.ts';
import {ImuError, JOURNAL_FORMAT} from '../protocol/index.ts';
import type {JournalEntry, OpenRun, Store} from '../store/index.ts';
import type {Controls} from './controls.ts';
import type {Execute} from './execute.ts';
import type {OpenLane} from './lane.ts';
import type {RetryPolicy} from './retry.ts';
import {schedule} from './schedule.ts';
import type {ScheduleOutcome} from './scheduleRequest.ts';

export interface RunSuiteRequest {
  readonly plan: Plan;
  readonly suite: Suite;
  readonly store: Store;
  readonly numLanes: number;
  readonly device: string;
  readonly openLane: OpenLane;
  readonly execute: Execute;
  /** Of this toolkit, of its checkout (null outside one), and the command that reproduces the run: for the manifest and every result. */
  readonly version: string;
  readonly commit: string | null;
  readonly command: string;
  readonly signal: AbortSignal;
  readonly forceSignal?: AbortSignal;
  /** Each event as it is written to the journal, in order. */
  readonly onEvent?: (entry: JournalEntry) => void;
  readonly onControls?: (controls: Controls) => void;
  /** Why a task cannot run here, or null. */
  readonly unavailable?: (task: Task) => string | null;
  readonly retry?: RetryPolicy;
}

export type RunOutcome = Extract<RunEvent, {type: 'runFinished'}>['outcome'];

export interface RunSuiteResult {
  readonly runId: string;
  readonly directory: string;
  readonly outcome: RunOutcome;
  readonly counts: ScheduleOutcome['counts'];
  readonly decisions: readonly Decision[];
  /** Tasks that failed for good, and why. */
  readonly failures: ScheduleOutcome['failures'];
  /** Why the whole run was given up; null when it was not. */
  readonly fatal: Failure | null;
}

/** The same plan is the same run, so that the same command goes on where it stopped. */
export const runIdOf = ({suiteId, planHash}: Plan): string => `${suiteId}-${planHash.slice(0, 8)}`;

/**
 * Runs a suite, or goes on with it: opens its run directory, decides, schedules, journals. Starts no sidecar when everything is found.
 * Rejects when another orchestrator has the run, and with a storage failure when the journal cannot be written.
 */
export async function runSuite(request: RunSuiteRequest): Promise<RunSuiteResult> {
  const {plan, store, onEvent} = request;
  const run = await store.openRun(runIdOf(plan), manifestOf(request), onEvent);
  const started = performance.now();
  let scheduled: ScheduleOutcome;
  let decisions: Decision[];
  let outcome: RunOutcome;
  try {
    const numDamages = store.damages.length;
    await run.journal.append(runStarted(request, run.runId));
    decisions = await decide(plan, store, request.unavailable);
    await run.journal.append(planned(plan, decisions));
    scheduled = await scheduleOn(run, request, decisions);
    await reportDamages(run, store, numDamages);
    outcome = outcomeOf(scheduled);
    const seconds = (performance.now() - started) / 1000;
    await run.journal.append({type: 'runFinished', outcome, seconds});
  } catch (thrown) {
    // What closing says comes from the same broken journal.
    await run.close().catch(() => undefined);
    throw thrown;
  }
  await run.close();
  const {counts, failures, fatal} = scheduled;
  return {runId: run.runId, directory: run.directory, outcome, counts, decisions, failures, fatal};
}

function scheduleOn(run: OpenRun, request: RunSuiteRequest, decisions: Decision[]): Promise<ScheduleOutcome> {
  const {plan, store, numLanes, openLane, execute, signal, forceSignal, retry, onControls, version, commit} = request;
  return schedule({
    plan,
    decisions,
    store,
    numLanes,
    openLane,
    execute,
    append: run.journal.append,
    provenance: {suiteId: plan.suiteId, runId: run.runId, version, commit},
    signal,
    ...(forceSignal && {forceSignal}),
    ...(retry && {retry}),
    ...(onControls && {onControls}),
  });
}

function outcomeOf({counts, fatal, wasInterrupted, hasYield}: ScheduleOutcome): RunOutcome {
  if (fatal !== null) return 'failed';
  if (wasInterrupted) return counts.cancelled > 0 ? 'interrupted' : outcomeOfEnded(counts, hasYield);
  return outcomeOfEnded(counts, hasYield);
}

function outcomeOfEnded({failed, blocked, cancelled}: ScheduleOutcome['counts'], hasYield: boolean): RunOutcome {
  if (failed + blocked + cancelled === 0) return 'done';
  return hasYield ? 'partlyFailed' : 'failed';
}

const runStarted = (request: RunSuiteRequest, runId: string): RunEvent => ({
  type: 'runStarted',
  runId,
  suiteId: request.plan.suiteId,
  title: request.plan.title,
  session: randomUUID(),
  version: request.version,
  command: request.command,
  numLanes: request.numLanes,
  device: request.device,
  formatVersion: JOURNAL_FORMAT,
});

const planned = ({tasks}: Plan, decisions: readonly Decision[]): RunEvent => ({
  type: 'planned',
  tasks: tasks.map((task, index) => ({
    ...toPlannedTask(task),
    expectedSeconds: decisions[index]?.action === 'run' ? decisions[index].expectedSeconds : null,
  })),
});

async function reportDamages({journal}: OpenRun, {damages}: Store, from: number): Promise<void> {
  for (const {what} of damages.slice(from)) {
    const message = `${what} was damaged; it lies in the store's folder "damaged" and is computed again when needed`;
    await journal.append({type: 'logged', source: 'store', level: 'warning', message});
  }
}

function manifestOf({plan, suite, version, commit, command}: RunSuiteRequest): Parameters<Store['openRun']>[1] {
  if (plan.tasks.length === 0) throw new ImuError('INVALID_REQUEST', `suite ${suite.id} has no task`);
  const createdAt = new Date().toISOString();
  return {formatVersion: 1, runId: runIdOf(plan), createdAt, version, commit, command, suite, plan};
}
