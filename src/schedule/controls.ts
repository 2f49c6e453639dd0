/** What a person may do to a run while it goes on. */
export interface Controls {
  /** No further task is begun, until `resume`; those that run go on. Every session starts unpaused. */
  pause(): void;
  resume(): void;
  /** Stops one task, begun or not; what stands on it is blocked. False when there is no such task or it is over. */
  cancelTask(key: string): boolean;
  /**
   * Failed and cancelled tasks, and what they blocked, wait again, as if they had never been begun. `keys`: these alone; null means all of them.
   * A task that stands on another one's bad end stays as it is. Returns how many wait again; 0 once the run stops or is over.
   */
  rerun(keys: readonly string[] | null): number;
  /** Stops everything: as a first Ctrl-C does. */
  cancelAll(): void;
}
