import type {LogEntry} from '../store/projection.ts';

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
  readonly isLogY: boolean;
  /** What a cell of the matrix tells: STATE, SECONDS, or the id of a column of the table. */
  readonly cellShows: string;
  /** What Runs shows, as it was typed; '' is everything. */
  readonly filter: string;
  readonly sort: Sort;
  /** Messages below this level are left out of the log. */
  readonly logLevel: LogEntry['level'];
  readonly logSearch: string;
  /** The entry the log's cursor stands on; null follows the last one. */
  readonly logEntry: LogEntry | null;
  readonly overlay: 'help' | null;
  readonly helpScroll: number;
  readonly question: Question | null;
  /** Set while characters are text and not keys. */
  readonly typing: Typing | null;
  /** What the last key did, or why it did nothing; until the next key. */
  readonly message: Message | null;
  /** How often Ctrl-C asked to stop. */
  readonly numCancels: number;
  /** Set by the first key: a run that ends does not take the screen away from somebody who is reading. */
  readonly touched: boolean;
}

export interface Cursor {
  readonly row: number;
  readonly column: number;
}

export interface Sort {
  /** One of sortKeys(). */
  readonly key: string;
  readonly isDescending: boolean;
}

export type Question =
  | {readonly kind: 'quit' | 'cancelAll' | 'export'}
  | {readonly kind: 'cancelTask'; readonly key: string; readonly id: string};

export interface Typing {
  readonly purpose: 'filter' | 'search' | 'command';
  readonly text: string;
  /** What stood there before, for escape. */
  readonly before: string;
}

export interface Message {
  readonly text: string;
  readonly isError: boolean;
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

export const STATE = 'state';
export const SECONDS = 'seconds';
/** Order of Runs as the plan has it. */
export const PLAN_ORDER = 'plan';

export const initialScreen: ScreenState = {
  view: 'suite',
  trail: [],
  selected: null,
  marked: [],
  cursors: {},
  scrolls: {},
  isLogY: false,
  cellShows: STATE,
  filter: '',
  sort: {key: PLAN_ORDER, isDescending: false},
  logLevel: 'debug',
  logSearch: '',
  logEntry: null,
  overlay: null,
  helpScroll: 0,
  question: null,
  typing: null,
  message: null,
  numCancels: 0,
  touched: false,
};
