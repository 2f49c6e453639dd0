/** What the user chose to see; nothing of the run itself. */
export interface ScreenState {
  readonly view: ViewId;
  /** Views that escape goes back to, the last one first to be left. */
  readonly trail: readonly ViewId[];
  /** Key of the selected task; null follows the task that started last. */
  readonly selected: string | null;
  /** Keys of marked tasks, in the order of marking: what Compare overlays and rerun works on. */
  readonly marked: readonly string[];
  /** Where each view's cursor stands; absent at its beginning. */
  readonly cursors: Readonly<Partial<Record<ViewId, Cursor>>>;
  /** First line shown of a view that is longer than the screen. */
  readonly scrolls: Readonly<Partial<Record<ViewId, number>>>;
  /** Zones that take turns where the terminal has no room for all. */
  readonly pane: Pane;
  readonly isLogY: boolean;
  readonly overlay: 'help' | null;
  readonly question: 'quit' | null;
  /** How often Ctrl-C asked to stop. */
  readonly numCancels: number;
  /** Set by the first key: a run that ends does not take the screen away from somebody who is reading. */
  readonly touched: boolean;
}

export interface Cursor {
  readonly row: number;
  readonly column: number;
}

/** `detail` is the selected task, `source` is where the number under the table's cursor comes from. */
export const VIEW_IDS = [
  'suite',
  'runs',
  'influence',
  'verdict',
  'devices',
  'log',
  'compare',
  'detail',
  'source',
] as const;
export type ViewId = (typeof VIEW_IDS)[number];

export const PANES = ['tasks', 'curves', 'table', 'weights'] as const;
export type Pane = (typeof PANES)[number];

export const initialScreen: ScreenState = {
  view: 'suite',
  trail: [],
  selected: null,
  marked: [],
  cursors: {},
  scrolls: {},
  pane: 'tasks',
  isLogY: false,
  overlay: null,
  question: null,
  numCancels: 0,
  touched: false,
};
