import type {Projection, TaskView} from './projection.ts';

/** Below this share of progress a task's own pace says nothing yet. */
const SMALLEST_PROGRESS = 0.03;

/**
 * Seconds until every task that can still run is done; null while a kind of task is waiting that nothing is known of.
 * Work left is shared by the lanes, but no sooner than the longest running task.
 */
export function remainingSeconds(projection: Projection, now: number): number | null {
  const {run, tasks} = projection;
  if (run === null || run.state !== 'running') return null;
  let total = 0;
  let longest = 0;
  for (const task of tasks) {
    if (task.state !== 'waiting' && task.state !== 'running') continue;
    const seconds = remainingOfTask(projection, task, now);
    if (seconds === null) return null;
    total += seconds;
    if (task.state === 'running') longest = Math.max(longest, seconds);
  }
  return Math.max(longest, total / Math.max(1, run.numLanes));
}

/** Seconds a task still needs: by its own pace, else by what its like took; null where neither is known. */
export function remainingOfTask(projection: Projection, task: TaskView, now: number): number | null {
  const elapsed = task.startedAt === null ? 0 : Math.max(0, (now - task.startedAt) / 1_000);
  const paced = task.state === 'running' && task.progress !== null && task.progress >= SMALLEST_PROGRESS;
  if (paced) return (elapsed * (1 - (task.progress ?? 0))) / (task.progress ?? 1);
  const expected = expectedSeconds(projection, task, now);
  if (expected === null) return null;
  return task.state === 'running' ? Math.max(0, expected - elapsed) : expected;
}

function expectedSeconds(projection: Projection, {plan}: TaskView, now: number): number | null {
  const {durations} = projection;
  const known = (plan.row === null ? undefined : durations[`${plan.kind}/${plan.row}`]) ?? durations[plan.kind];
  if (known !== undefined) return known.seconds / known.count;
  return plan.expectedSeconds ?? paceOfLikes(projection, plan.kind, now);
}

/** Before the first of a kind is finished, the ones under way tell how long they will take. */
function paceOfLikes({tasks}: Projection, kind: string, now: number): number | null {
  const pace = pacesOf(tasks, now).get(kind);
  return pace === undefined ? null : pace.sum / pace.count;
}

interface Pace {
  readonly count: number;
  /** Of the seconds that each would take as a whole. */
  readonly sum: number;
}

/** By kind; made once for all tasks that ask at the same moment. */
type Paces = ReadonlyMap<string, Pace>;

const lastPaces = new WeakMap<Projection['tasks'], {readonly now: number; readonly paces: Paces}>();

function pacesOf(tasks: Projection['tasks'], now: number): Paces {
  const last = lastPaces.get(tasks);
  if (last?.now === now) return last.paces;
  const paces = new Map<string, Pace>();
  for (const {plan, state, startedAt, progress} of tasks) {
    if (state !== 'running' || startedAt === null || progress === null || progress < SMALLEST_PROGRESS) continue;
    const {count, sum} = paces.get(plan.kind) ?? {count: 0, sum: 0};
    paces.set(plan.kind, {count: count + 1, sum: sum + (now - startedAt) / 1_000 / progress});
  }
  lastPaces.set(tasks, {now, paces});
  return paces;
}
