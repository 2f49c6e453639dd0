/** What a view may ask of whoever runs the suite. */
export interface Controls {
  /** true for a viewer and for a recording: nothing below has an effect, and the view does not offer it. */
  readonly isReadOnly: boolean;
  /** No further task is begun; what runs goes on. */
  pause(): void;
  resume(): void;
  /** Stops one task; what stands on it is blocked. False when there is no such task or it is over. */
  cancelTask(key: string): boolean;
  /** Failed and cancelled tasks, and what they blocked, wait again. `keys` are these alone; null means all. Also after the run has ended. */
  rerun(keys: readonly string[] | null): void;
  /** Stops the queue and cancels what is running; the run then ends as interrupted. */
  cancelAll(): void;
  /** Ends every lane by force, after cancelAll was not enough. */
  forceExit(): void;
}

/** For what cannot be controlled. */
export const READ_ONLY: Controls = {
  isReadOnly: true,
  pause: () => {},
  resume: () => {},
  cancelTask: () => false,
  rerun: () => {},
  cancelAll: () => {},
  forceExit: () => {},
};
