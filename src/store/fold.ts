import type {PlannedTask, RunEvent} from '../protocol/index.ts';
import {
  type EventRecord,
  empty,
  indexTasks,
  type LaneView,
  LOG_LENGTH,
  type LogEntry,
  NO_TASKS,
  type Projection,
  STEP_LOSS,
  type TaskCounts,
  type TaskState,
  type TaskView,
  taskByKey,
} from './projection.ts';
import {appendPoint, type Series, startSeries} from './series.ts';

const RATE_WINDOW_MS = 2_000;

/** The projection after one more event. A record that was folded already (seq not above the last) changes nothing, so a stream may repeat itself. */
export const fold = (projection: Projection, record: EventRecord): Projection => foldAll([record], projection);

/** The same as folding one by one, without a copy of every list for every event. `from` stays as it is. */
export function foldAll(records: Iterable<EventRecord>, from: Projection = empty()): Projection {
  let draft: Draft | null = null;
  let lastSeq = from.seq;
  for (const {seq, at, event} of records) {
    if (seq <= lastSeq) continue;
    lastSeq = seq;
    draft ??= {...from, owned: new Set()};
    draft.seq = seq;
    draft.at = at;
    draft.rate = countEvent(draft.rate, at);
    applyIfKnown(draft, event, at);
  }
  if (draft === null) return from;
  const {owned: _owned, ...projection} = draft;
  return projection.log.length <= LOG_LENGTH ? projection : {...projection, log: projection.log.slice(-LOG_LENGTH)};
}

type Mutable<T> = {-readonly [Name in keyof T]: T[Name]};

/** A projection in the making. What it holds is shared with older ones, but for the lists and records in `owned`: those it may change. */
type Draft = Mutable<Projection> & {readonly owned: Set<object>};

/** A list that may be changed: the draft's own, copied once from what is shared. */
function ownList<T>({owned}: Draft, list: readonly T[]): T[] {
  if (owned.has(list)) return list as T[];
  const copy = list.slice();
  owned.add(copy);
  return copy;
}

function setTask(draft: Draft, index: number, task: TaskView): void {
  const tasks = ownList(draft, draft.tasks);
  tasks[index] = task;
  draft.tasks = tasks;
}

/** One event that cannot be understood must not cost all the others. */
function applyIfKnown(draft: Draft, event: RunEvent, at: number): void {
  try {
    apply(draft, event, at);
  } catch {
    draft.numUnknown += 1;
  }
}

function apply(draft: Draft, event: RunEvent, at: number): void {
  switch (event.type) {
    case 'runStarted':
      startRun(draft, event, at);
      break;
    case 'planned':
      plan(draft, event.tasks);
      break;
    case 'laneStarted':
      startLane(draft, event, at);
      break;
    case 'laneLost':
      updateLane(draft, event.lane, {state: 'lost', failure: event.failure, task: null});
      break;
    case 'logged':
      log(draft, {at, source: event.source, key: null, level: event.level, message: event.message});
      break;
    case 'taskLogged': {
      const source = taskByKey(draft, event.key)?.plan.id ?? event.key;
      log(draft, {at, source, key: event.key, level: event.level, message: event.message});
      break;
    }
    case 'laneMeasured':
      measureLane(draft, event, at);
      break;
    case 'runPaused':
      pause(draft, true);
      break;
    case 'runResumed':
      pause(draft, false);
      break;
    case 'runFinished':
      finishRun(draft, event);
      break;
    default:
      if (TASK_EVENTS.has(event.type)) applyToTask(draft, event, at);
      else draft.numUnknown += 1;
  }
}

type TaskEvent = Exclude<Extract<RunEvent, {key: string}>, {type: 'taskLogged'}>;

const TASK_EVENTS: ReadonlySet<string> = new Set<TaskEvent['type']>([
  'taskFound',
  'taskStarted',
  'phaseStarted',
  'stepCompleted',
  'metricMeasured',
  'influenceScored',
  'weightsShaped',
  'taskFinished',
  'taskFailed',
  'taskBlocked',
  'taskCancelled',
  'taskRequeued',
]);

/** Events of tasks that the plan does not know are dropped: a view must survive a journal it does not wholly understand. */
function applyToTask(draft: Draft, event: TaskEvent, at: number): void {
  const index = draft.indexByKey.get(event.key);
  const task = index === undefined ? undefined : draft.tasks[index];
  if (index === undefined || task === undefined) return;
  const next = nextTask(task, event, at);
  setTask(draft, index, next);
  if (next.state !== task.state) recount(draft, task.state, next.state);
  if (next.metrics !== task.metrics) draft.metricsVersion += 1;
  if (event.type === 'taskFinished') noteDuration(draft, task, event.seconds);
  // Ended, or begun on another lane: whoever worked on it does so no more.
  if (task.state === 'running' && (next.state !== 'running' || event.type === 'taskStarted'))
    leaveLanes(draft, (held) => held === event.key);
  if (event.type === 'taskStarted') updateLane(draft, event.lane, {task: event.key, heardAt: at});
  else if (task.lane !== null) updateLane(draft, task.lane, {heardAt: at});
}

function nextTask(task: TaskView, event: TaskEvent, at: number): TaskView {
  switch (event.type) {
    case 'taskFound':
      return {
        ...task,
        state: 'found',
        progress: 1,
        seconds: event.seconds,
        metrics: event.metrics,
        artefacts: event.artefacts ?? {},
      };
    case 'taskStarted':
      return {
        ...freshTask(task.plan),
        state: 'running',
        lane: event.lane,
        attempt: event.attempt,
        startedAt: at,
        failure: task.failure,
      };
    case 'phaseStarted':
      return {...task, phase: event.phase};
    case 'stepCompleted':
      return {
        ...task,
        step: event.step,
        numSteps: event.numSteps,
        progress: Math.min(1, event.step / event.numSteps),
        secondsPerStep: event.secondsPerStep,
        series: addPoint(task.series, STEP_LOSS, event.step, event.loss),
      };
    case 'metricMeasured':
      return {...task, series: addPoint(task.series, event.label, event.step, event.value)};
    case 'influenceScored': {
      const {type: _type, key: _key, ...influence} = event;
      return {...task, influence};
    }
    case 'weightsShaped':
      return {...task, weights: {step: event.step, diagnostics: event.diagnostics}};
    case 'taskFinished':
      return {
        ...task,
        state: 'finished',
        progress: 1,
        phase: null,
        seconds: event.seconds,
        metrics: event.metrics,
        // Journals of version 0.1.0 name no artefacts.
        artefacts: event.artefacts ?? {},
        failure: null,
      };
    case 'taskFailed':
      return {
        ...task,
        state: event.willRetry ? 'waiting' : 'failed',
        attempt: event.attempt,
        lane: null,
        phase: null,
        failure: event.failure,
        seconds: task.startedAt === null ? null : (at - task.startedAt) / 1_000,
      };
    case 'taskBlocked':
      return {...task, state: 'blocked', blockedBy: event.by};
    case 'taskCancelled':
      return {...task, state: 'cancelled', lane: null, phase: null};
    case 'taskRequeued':
      return {...freshTask(task.plan), failure: task.failure};
  }
}

/** A new session finds no lane of the last one alive: what was running waits again. What was finished stays so. */
function startRun(draft: Draft, event: Extract<RunEvent, {type: 'runStarted'}>, at: number): void {
  const numSessions = (draft.run?.id === event.runId ? draft.run.numSessions : 0) + 1;
  const losesMetrics = draft.tasks.some((task) => !isDone(task) && task.metrics !== null);
  replaceTasks(
    draft,
    draft.tasks.map((task) => (isDone(task) ? task : freshTask(task.plan))),
  );
  if (losesMetrics) draft.metricsVersion += 1;
  draft.lanes = [];
  draft.run = {
    id: event.runId,
    suiteId: event.suiteId,
    title: event.title,
    version: event.version,
    command: event.command,
    device: event.device,
    numLanes: event.numLanes,
    state: 'running',
    isPaused: false,
    numSessions,
    startedAt: at,
    seconds: null,
  };
}

/** A plan replaces the one before; a task of the same key keeps what is known of it. */
function plan(draft: Draft, planned: readonly PlannedTask[]): void {
  const tasks = planned.map((task) => {
    const known = taskByKey(draft, task.key);
    return known === null ? freshTask(task) : {...known, plan: task};
  });
  replaceTasks(draft, tasks);
  draft.indexByKey = indexTasks(tasks);
  draft.metricsVersion += 1;
  leaveLanes(draft, (held) => !draft.indexByKey.has(held));
}

function replaceTasks(draft: Draft, tasks: readonly TaskView[]): void {
  draft.tasks = tasks;
  draft.owned.add(tasks);
  draft.counts = countStates(tasks);
}

function startLane(draft: Draft, event: Extract<RunEvent, {type: 'laneStarted'}>, at: number): void {
  const known = draft.lanes.find((lane) => lane.lane === event.lane);
  const lane: LaneView = {
    lane: event.lane,
    pid: event.pid,
    device: event.device,
    transport: event.transport,
    state: 'up',
    failure: null,
    numStarts: (known?.numStarts ?? 0) + 1,
    task: null,
    heardAt: at,
    ranks: [],
  };
  draft.lanes = [...draft.lanes.filter((other) => other !== known), lane].sort((a, b) => a.lane - b.lane);
  draft.owned.add(draft.lanes);
}

function updateLane(draft: Draft, lane: number, change: Partial<LaneView>): void {
  const index = draft.lanes.findIndex((known) => known.lane === lane);
  const known = draft.lanes[index];
  if (known === undefined) return;
  const lanes = ownList(draft, draft.lanes);
  lanes[index] = {...known, ...change};
  draft.lanes = lanes;
}

function measureLane(
  draft: Draft,
  {type: _type, lane, ...measured}: Extract<RunEvent, {type: 'laneMeasured'}>,
  at: number,
): void {
  const known = draft.lanes.find((other) => other.lane === lane);
  if (known === undefined) return;
  const others = known.ranks.filter(({rank}) => rank !== measured.rank);
  const ranks = [...others, {...measured, at}].sort((a, b) => a.rank - b.rank);
  updateLane(draft, lane, {ranks, heardAt: at});
}

function pause(draft: Draft, isPaused: boolean): void {
  if (draft.run !== null) draft.run = {...draft.run, isPaused};
}

function leaveLanes(draft: Draft, isLeft: (key: string) => boolean): void {
  for (const {lane, task} of draft.lanes) if (task !== null && isLeft(task)) updateLane(draft, lane, {task: null});
}

function finishRun(draft: Draft, event: Extract<RunEvent, {type: 'runFinished'}>): void {
  if (draft.run !== null) draft.run = {...draft.run, state: event.outcome, seconds: event.seconds};
}

/** Grows to twice its length before it is cut, and is cut once more when the draft is done. */
function log(draft: Draft, entry: LogEntry): void {
  if (draft.log.length >= 2 * LOG_LENGTH) {
    draft.log = draft.log.slice(-LOG_LENGTH);
    draft.owned.add(draft.log);
  }
  const entries = ownList(draft, draft.log);
  entries.push(entry);
  draft.log = entries;
}

function freshTask(planned: PlannedTask): TaskView {
  return {
    plan: planned,
    state: 'waiting',
    lane: null,
    attempt: 0,
    phase: null,
    step: 0,
    numSteps: null,
    progress: null,
    startedAt: null,
    seconds: null,
    secondsPerStep: null,
    failure: null,
    blockedBy: null,
    metrics: null,
    artefacts: {},
    series: [],
    influence: null,
    weights: null,
  };
}

const isDone = (task: TaskView): boolean => task.state === 'finished' || task.state === 'found';

/** A step at or before the last one starts the curve anew: the task began again. */
function addPoint(series: readonly Series[], label: string, step: number, value: number): readonly Series[] {
  const index = series.findIndex((known) => known.label === label);
  const known = series[index];
  const point = {step, value};
  if (known === undefined) return [...series, startSeries(label, point)];
  const next = series.slice();
  next[index] = step < known.last.step ? startSeries(label, point) : appendPoint(known, point);
  return next;
}

function noteDuration(draft: Draft, {plan}: TaskView, seconds: number): void {
  const durations: Mutable<Projection['durations']> = draft.owned.has(draft.durations)
    ? draft.durations
    : {...draft.durations};
  for (const name of plan.row === null ? [plan.kind] : [plan.kind, `${plan.kind}/${plan.row}`]) {
    const known = durations[name] ?? {count: 0, seconds: 0};
    durations[name] = {count: known.count + 1, seconds: known.seconds + seconds};
  }
  draft.durations = durations;
  draft.owned.add(durations);
}

function recount(draft: Draft, from: TaskState, to: TaskState): void {
  draft.counts = {...draft.counts, [from]: draft.counts[from] - 1, [to]: draft.counts[to] + 1};
}

function countStates(tasks: readonly TaskView[]): TaskCounts {
  const counts: Record<TaskState, number> = {...NO_TASKS};
  for (const task of tasks) counts[task.state]++;
  return counts;
}

/** Events per second over whole windows, so that the figure stands still long enough to be read. */
function countEvent(rate: Projection['rate'], at: number): Projection['rate'] {
  const elapsed = at - rate.since;
  if (elapsed < RATE_WINDOW_MS) return {...rate, count: rate.count + 1};
  const perSecond = rate.since === 0 ? 0 : (rate.count * 1_000) / elapsed;
  return {since: at, count: 1, perSecond};
}
