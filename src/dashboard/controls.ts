/** What a view may ask of whoever runs the suite. A view of a recording has nothing to ask. */
export interface Controls {
  /** Stops the queue and cancels what is running; the run then ends as interrupted. */
  cancelAll(): void;
  /** Ends every lane by force, after cancelAll was not enough. */
  forceExit(): void;
}
