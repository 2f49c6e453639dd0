import type {Node} from './taskGraph.ts';
import {isBadEnd} from './taskState.ts';

/** What somebody's wish to run tasks again comes to. */
export interface Rerun {
  /** Wait again, in the plan's order. */
  readonly requeued: ReadonlySet<Node>;
  /** Stay blocked, but by another task than before: by its key. */
  readonly stillBlocked: ReadonlyMap<Node, string>;
}

/**
 * Which tasks wait again when `keys` (null: all) are asked for: those of them that failed or were cancelled, and what was blocked by them, so
 * far as no other bad end stands before it. Tasks that the plan blocked stay blocked.
 *
 * @param nodes In the plan's order, inputs first.
 */
export function findRerun(nodes: readonly Node[], keys: readonly string[] | null): Rerun {
  const wanted = keys === null ? null : new Set(keys);
  const requeued = new Set<Node>();
  const stillBlocked = new Map<Node, string>();
  for (const node of nodes) {
    const isWanted = hasEndedItself(node) && (wanted === null || wanted.has(node.task.key));
    const isFreed = isBlockedByTask(node) && node.inputs.some((input) => requeued.has(input));
    if (!isWanted && !isFreed) continue;
    const obstacle = node.inputs.find((input) => isBadEnd(input.state) && !requeued.has(input));
    if (obstacle === undefined) requeued.add(node);
    else if (isFreed) stillBlocked.set(node, stillBlocked.get(obstacle) ?? obstacle.blockedBy ?? obstacle.task.key);
  }
  return {requeued, stillBlocked};
}

const hasEndedItself = ({state}: Node): boolean => state === 'failed' || state === 'cancelled';

const isBlockedByTask = ({state, decision}: Node): boolean => state === 'blocked' && decision.action !== 'blocked';
