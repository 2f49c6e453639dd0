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
function paceOfLikes(projection: Projection, kind: string, now: number): number | null {
  const paces = projection.tasks.flatMap(({plan, state, startedAt, progress}) =>
    state === 'running' &&
    plan.kind === kind &&
    startedAt !== null &&
    progress !== null &&
    progress >= SMALLEST_PROGRESS
      ? [(now - startedAt) / 1_000 / progress]
      : [],
  );
  return paces.length === 0 ? null : paces.reduce((sum, pace) => sum + pace, 0) / paces.length;
}
