import type {Suite} from '../plan/suite.ts';
import type {Plan} from '../plan/task.ts';

/** `manifest.json` of a run directory: written once, before the first task. */
export interface Manifest {
  readonly formatVersion: 1;
  readonly runId: string;
  readonly createdAt: string;
  /** Version of this toolkit and commit of its checkout; commit is null outside a checkout, and ends in `+changes` where files differ from it. */
  readonly version: string;
  readonly commit: string | null;
  /** The command that reproduces the run. */
  readonly command: string;
  readonly suite: Suite;
  readonly plan: Plan;
}
