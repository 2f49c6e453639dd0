/**
 * Where a task stands. `pending` waits for inputs; `ready` for a lane; `waiting` for time (a retry's pause) or for another process that has
 * the task; the last five are final.
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
  failed: [],
  blocked: [],
  cancelled: [],
};

export const isFinal = (state: TaskState): boolean => MOVES[state].length === 0;
