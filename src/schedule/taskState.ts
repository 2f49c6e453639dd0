/**
 * Where a task stands. `pending` waits for inputs; `ready` for a lane; `waiting` for time (a retry's pause) or for another process that has
 * the task; the last five are ends. Out of a bad end only somebody's wish leads back, as long as the run goes on.
 */
export type TaskState =
  | 'pending'
  | 'ready'
  | 'waiting'
  | 'running'
  | 'finished'
  | 'found'
  | 'failed'
  | 'blocked'
  | 'cancelled';

export const MOVES: Readonly<Record<TaskState, readonly TaskState[]>> = {
  pending: ['ready', 'found', 'blocked', 'cancelled'],
  ready: ['waiting', 'running', 'found', 'cancelled'],
  waiting: ['ready', 'cancelled'],
  running: ['finished', 'failed', 'waiting', 'cancelled'],
  finished: [],
  found: [],
  failed: ['pending'],
  blocked: ['pending'],
  cancelled: ['pending'],
};

export const isFinal = (state: TaskState): boolean => MOVES[state].length === 0 || isBadEnd(state);

/** Ended without a result. */
export const isBadEnd = (state: TaskState): boolean =>
  state === 'failed' || state === 'blocked' || state === 'cancelled';
