import type {Decision} from '../plan/decide.ts';
import type {Plan} from '../plan/task.ts';
import type {Failure, RunEvent} from '../protocol/index.ts';
import type {Store} from '../store/index.ts';
import type {Controls} from './controls.ts';
import type {Execute} from './execute.ts';
import type {OpenLane} from './lane.ts';
import type {RetryPolicy} from './retry.ts';

export interface ScheduleRequest {
  readonly plan: Plan;
  /** Of `decide`, for this plan and store. */
  readonly decisions: readonly Decision[];
  readonly store: Store;
  readonly numLanes: number;
  readonly openLane: OpenLane;
  readonly execute: Execute;
  /** Resolves when the event is on the disk; the run fails when it rejects. */
  readonly append: (event: RunEvent) => Promise<void>;
  /** Goes into every result. */
  readonly provenance: Readonly<Record<string, unknown>>;
  /** First abort: running calls are cancelled, nothing new is begun. */
  readonly signal: AbortSignal;
  /** Second abort: nothing is waited for. */
  readonly forceSignal?: AbortSignal;
  readonly retry?: RetryPolicy;
  /** Called once, before the first task, with the means to steer. */
  readonly onControls?: (controls: Controls) => void;
}

export interface ScheduleOutcome {
  /** Tasks by what became of them; `cancelled` holds those that were never begun as well. */
  readonly counts: Readonly<Record<'finished' | 'found' | 'failed' | 'blocked' | 'cancelled', number>>;
  readonly failures: readonly {readonly id: string; readonly failure: Failure}[];
  /** Why the whole run was given up; null when it was not. */
  readonly fatal: Failure | null;
  readonly wasInterrupted: boolean;
  /** Whether a task that no other stands on has a result. */
  readonly hasYield: boolean;
}
