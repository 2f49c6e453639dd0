import type {Projection} from '../store/projection.ts';
import type {Controls} from './controls.ts';
import {PANES, type ScreenState} from './screenState.ts';
import {selectedTask} from './selection.ts';

/** What a key may look at and do. */
export interface KeyContext {
  readonly projection: Projection;
  readonly screen: ScreenState;
  /** Tasks that fit on the screen, for paging. */
  readonly pageLength: number;
  readonly controls: Controls;
  change(change: Partial<ScreenState>): void;
  leave(): void;
}

export interface KeyBinding {
  /** Names as `keyNames` gives them; the first one is shown. */
  readonly keys: readonly string[];
  readonly label: string;
  /** What help says beyond the label. */
  readonly help: string;
  readonly when: (context: KeyContext) => boolean;
  readonly run: (context: KeyContext) => void;
  /** false keeps it out of the footer. */
  readonly footer?: false;
}

const isRunning = ({projection}: KeyContext): boolean => projection.run === null || projection.run.state === 'running';
const isAsking = ({screen}: KeyContext): boolean => screen.question !== null;
const isFree = ({screen}: KeyContext): boolean => screen.question === null && screen.overlay === null;

/** The one table of keys: the dispatcher, the footer and the help are read off it. The first binding whose `when` holds wins. */
export const KEYMAP: readonly KeyBinding[] = [
  {
    keys: ['ctrl-c'],
    label: 'stop',
    help: 'once: cancel what is running, finished work is kept; twice: end at once',
    when: () => true,
    run: stop,
    footer: false,
  },
  {
    keys: ['y'],
    label: 'stop and quit',
    help: 'answers the question',
    when: isAsking,
    run: ({controls, change, leave}) => {
      change({question: null, numCancels: 1});
      controls.cancelAll();
      leave();
    },
  },
  {
    keys: ['n', 'escape', 'q'],
    label: 'stay',
    help: 'answers the question',
    when: isAsking,
    run: ({change}) => change({question: null}),
  },
  {
    keys: ['?', 'escape', 'q'],
    label: 'close help',
    help: 'back to the run',
    when: ({screen}) => screen.overlay === 'help',
    run: ({change}) => change({overlay: null}),
  },
  {keys: ['?'], label: 'help', help: 'all keys', when: isFree, run: ({change}) => change({overlay: 'help'})},
  {
    keys: ['q'],
    label: 'quit',
    help: 'leave; asks while the run is going on',
    when: isFree,
    run: (context) => (isRunning(context) ? context.change({question: 'quit'}) : context.leave()),
  },
  {
    keys: ['tab'],
    label: 'next pane',
    help: 'tasks, curves, table, weights; where there is no room for all',
    when: isFree,
    run: ({screen, change}) => change({pane: PANES[(PANES.indexOf(screen.pane) + 1) % PANES.length] ?? 'tasks'}),
  },
  {keys: ['j', 'down'], label: 'down', help: 'next task', when: isFree, run: move(1)},
  {keys: ['k', 'up'], label: 'up', help: 'previous task', when: isFree, run: move(-1)},
  {
    keys: ['ctrl-d', 'pagedown'],
    label: 'page down',
    help: 'half a page on',
    when: isFree,
    run: (context) => move(Math.ceil(context.pageLength / 2))(context),
    footer: false,
  },
  {
    keys: ['ctrl-u', 'pageup'],
    label: 'page up',
    help: 'half a page back',
    when: isFree,
    run: (context) => move(-Math.ceil(context.pageLength / 2))(context),
    footer: false,
  },
  {
    keys: ['g', 'home'],
    label: 'first',
    help: 'first task',
    when: isFree,
    run: move(Number.NEGATIVE_INFINITY),
    footer: false,
  },
  {
    keys: ['G', 'end'],
    label: 'last',
    help: 'last task',
    when: isFree,
    run: move(Number.POSITIVE_INFINITY),
    footer: false,
  },
  {
    keys: ['f', 'escape'],
    label: 'follow',
    help: 'select the task that started last, and go on doing so',
    when: isFree,
    run: ({change}) => change({selected: null}),
  },
];

/** Runs what the key is bound to. A key that is bound to nothing, such as the end of a terminal's input, is no sign of a reader. */
export function dispatch(name: string, context: KeyContext): void {
  const binding = KEYMAP.find(({keys, when}) => keys.includes(name) && when(context));
  if (binding === undefined) return;
  if (!context.screen.touched) context.change({touched: true});
  binding.run(context);
}

function stop(context: KeyContext): void {
  const {screen, controls, change, leave} = context;
  if (!isRunning(context)) {
    leave();
    return;
  }
  change({numCancels: screen.numCancels + 1, question: null, overlay: null});
  if (screen.numCancels === 0) controls.cancelAll();
  else {
    controls.forceExit();
    leave();
  }
}

function move(by: number): (context: KeyContext) => void {
  return ({projection, screen, change}) => {
    const {tasks} = projection;
    const current = selectedTask(projection, screen);
    const index = current === null ? -1 : tasks.indexOf(current);
    const next = tasks[Math.min(tasks.length - 1, Math.max(0, index + by))];
    if (next !== undefined) change({selected: next.plan.key});
  };
}
