/** What the user chose to see; nothing of the run itself. */
export interface ScreenState {
  /** Key of the selected task; null follows the task that started last. */
  readonly selected: string | null;
  readonly pane: Pane;
  readonly overlay: 'help' | null;
  readonly question: 'quit' | null;
  /** How often Ctrl-C asked to stop. */
  readonly numCancels: number;
  /** Set by the first key: a run that ends does not take the screen away from somebody who is reading. */
  readonly touched: boolean;
}

/** Zones that take turns where the terminal has no room for all. */
export const PANES = ['tasks', 'curves', 'table', 'weights'] as const;
export type Pane = (typeof PANES)[number];

export const initialScreen: ScreenState = {
  selected: null,
  pane: 'tasks',
  overlay: null,
  question: null,
  numCancels: 0,
  touched: false,
};
