import {type TaskView, taskByKey} from '../../store/projection.ts';
import {cursorOf, shownEntries} from '../logEntries.ts';
import {matrixOf, summariseCell} from '../matrix.ts';
import type {ViewId} from '../screenState.ts';
import {selectedCell, selectedTask} from '../selection.ts';
import {orderTasks} from '../taskOrder.ts';
import {viewOf} from '../views/index.ts';
import {bind, type KeyBinding, type KeyContext} from './context.ts';

const FURTHEST = 1e9;
/** Views in which left and right lead somewhere. */
const WIDE: readonly ViewId[] = ['suite', 'verdict', 'detail', 'influence'];

/** Moving: the cursor of views that have one, else the lines. */
export const MOVES: readonly KeyBinding[] = [
  bind({keys: ['j', 'down'], label: 'down', help: '', modes: ['free', 'help'], run: down(() => 1), footer: false}),
  bind({keys: ['k', 'up'], label: 'up', help: '', modes: ['free', 'help'], run: down(() => -1), footer: false}),
  bind({
    keys: ['l', 'right'],
    label: 'right',
    help: 'in Task and Influence: next task',
    views: WIDE,
    run: (context) => moveRight(context, 1),
    footer: false,
  }),
  bind({
    keys: ['h', 'left'],
    label: 'left',
    help: 'in Task and Influence: task before',
    views: WIDE,
    run: (context) => moveRight(context, -1),
    footer: false,
  }),
  bind({
    keys: ['ctrl-d', 'pagedown'],
    label: 'page down',
    help: 'half a page on',
    modes: ['free', 'help'],
    run: down(halfPage),
    footer: false,
  }),
  bind({
    keys: ['ctrl-u', 'pageup'],
    label: 'page up',
    help: 'half a page back',
    modes: ['free', 'help'],
    run: down((context) => -halfPage(context)),
    footer: false,
  }),
  bind({
    keys: ['g', 'home'],
    label: 'first',
    help: '',
    modes: ['free', 'help'],
    run: down(() => -FURTHEST),
    footer: false,
  }),
  bind({
    keys: ['G', 'end'],
    label: 'last',
    help: '',
    modes: ['free', 'help'],
    run: down(() => FURTHEST),
    footer: false,
  }),
  bind({
    keys: ['f'],
    label: 'follow',
    help: 'the task that started last, or the last line of the log, and go on doing so',
    when: ({view: {screen}}) =>
      screen.view === 'log' ? screen.logEntry !== null : screen.selected !== null || screen.cursors.suite !== undefined,
    run: ({view: {screen}, change}) =>
      screen.view === 'log'
        ? change({logEntry: null})
        : change({selected: null, cursors: withoutSuite(screen.cursors)}),
  }),
];

function halfPage({body}: KeyContext): number {
  return Math.max(1, Math.floor((body.rows - 2) / 2));
}

const withoutSuite = ({suite: _suite, ...others}: KeyContext['view']['screen']['cursors']) => others;

function down(by: (context: KeyContext) => number): (context: KeyContext) => void {
  return (context) => {
    const {screen} = context.view;
    const step = by(context);
    if (screen.overlay === 'help')
      return context.change({helpScroll: clamp(screen.helpScroll + step, context.helpEnd)});
    switch (screen.view) {
      case 'suite':
        return moveInMatrix(context, step, 0);
      case 'runs':
        return moveInOrder(context, step);
      case 'log':
        return moveInLog(context, step);
      default:
        return isScroll(context, step) ? scroll(context, step) : moveCursor(context, step, 0);
    }
  };
}

/** Without a cursor every step scrolls; with one, and words that scroll beside it, half pages do. */
function isScroll(context: KeyContext, step: number): boolean {
  const {numRows, lastScroll} = viewOf(context.view.screen.view);
  return numRows === undefined || (lastScroll !== undefined && Math.abs(step) === halfPage(context));
}

function moveRight(context: KeyContext, step: number): void {
  const {view} = context.view.screen;
  if (view === 'suite') moveInMatrix(context, 0, step);
  else if (view === 'detail' || view === 'influence') moveInOrder(context, step);
  else moveCursor(context, 0, step);
}

function moveInMatrix({view, change}: KeyContext, rows: number, columns: number): void {
  const {manifest, projection, screen} = view;
  const matrix = matrixOf(manifest, projection);
  if (matrix.rows.length === 0) return;
  const from = selectedCell(manifest, projection, screen) ?? {row: 0, column: 0};
  const row = clamp(from.row + rows, matrix.rows.length - 1);
  const column = clamp(from.column + columns, matrix.columns.length - 1);
  const cell = summariseCell(projection.tasks, matrix.rows[row]?.cells[column] ?? []);
  change({
    cursors: {...screen.cursors, suite: {row, column}},
    ...(cell === null ? {} : {selected: cell.main.plan.key}),
  });
}

function moveInOrder({view, change}: KeyContext, step: number): void {
  const {manifest, projection, screen, now} = view;
  const {indices} = orderTasks(manifest, projection, screen, now);
  const current = selectedTask(projection, screen);
  const at = current === null ? -1 : indices.indexOf(projection.indexByKey.get(current.plan.key) ?? -1);
  const next = projection.tasks[indices[clamp(at + step, indices.length - 1)] ?? -1];
  if (next !== undefined) change({selected: next.plan.key, cursors: withoutSuite(screen.cursors)});
}

function moveInLog({view: {projection, screen}, change}: KeyContext, step: number): void {
  const entries = shownEntries(projection, screen);
  const entry =
    entries[clamp(cursorOf(entries, screen) + (screen.logEntry === null && step > 0 ? 0 : step), entries.length - 1)];
  if (entry !== undefined) change({logEntry: entry});
}

function moveCursor({view, change}: KeyContext, rows: number, columns: number): void {
  const {screen} = view;
  const {id, numRows, numColumns} = viewOf(screen.view);
  const from = screen.cursors[id] ?? {row: 0, column: 0};
  const row = clamp(from.row + rows, (numRows?.(view) ?? 1) - 1);
  const column = clamp(from.column + columns, (numColumns?.(view) ?? 1) - 1);
  change({cursors: {...screen.cursors, [id]: {row, column}}});
}

function scroll({view, body, change}: KeyContext, step: number): void {
  const {screen} = view;
  const {id, lastScroll} = viewOf(screen.view);
  const last = lastScroll?.(view, body) ?? 0;
  change({scrolls: {...screen.scrolls, [id]: clamp((screen.scrolls[id] ?? 0) + step, last)}});
}

const clamp = (value: number, last: number): number => Math.max(0, Math.min(value, last));

/** The task that a key is about: of a line of the log the one that said it, else the selected one. */
export function cursorTask({view}: KeyContext): TaskView | null {
  const {projection, screen} = view;
  if (screen.view !== 'log') return selectedTask(projection, screen);
  const entries = shownEntries(projection, screen);
  const key = entries[cursorOf(entries, screen)]?.key ?? null;
  return key === null ? null : taskByKey(projection, key);
}
