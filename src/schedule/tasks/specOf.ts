import type {Task, TaskKind, TaskSpec} from '../../plan/task.ts';

/** The spec of a task that is known to be of this kind; anything else is a mistake of ours. */
export function specOf<Kind extends TaskKind>(task: Task, kind: Kind): Extract<TaskSpec, {kind: Kind}> {
  if (task.spec.kind !== kind) throw new Error(`task ${task.id} is a ${task.spec.kind}, not a ${kind}`);
  return task.spec as Extract<TaskSpec, {kind: Kind}>;
}
