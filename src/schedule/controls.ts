/** What a person may do to a run while it goes on. */
export interface Controls {
  /** No further task is begun; those that run go on. */
  pause(): void;
  resume(): void;
  /** Stops one task, begun or not; what stands on it is blocked. False when there is no such task or it is over. */
  cancelTask(key: string): boolean;
  /** Stops everything: as a first Ctrl-C does. */
  cancelAll(): void;
}
