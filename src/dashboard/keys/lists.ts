import {cursorOf, findEntry, LOG_LEVELS, shownEntries} from '../logEntries.ts';
import {SECONDS, STATE} from '../screenState.ts';
import {makerOf} from '../taskCurves.ts';
import {orderTasks, sortKeys} from '../taskOrder.ts';
import {bind, type KeyBinding, type KeyContext, say} from './context.ts';
import {cursorTask} from './move.ts';

/** What a view shows, and how. */
export const LISTS: readonly KeyBinding[] = [
  bind({
    keys: ['m'],
    label: 'cells show',
    help: 'state, each column of the table, seconds',
    views: ['suite'],
    run: ({view: {manifest, screen}, change}) =>
      change({cellShows: after([STATE, ...manifest.suite.columns.map(({id}) => id), SECONDS], screen.cellShows)}),
  }),
  bind({
    keys: ['/'],
    label: 'filter',
    help: 'words of the id, status:failed, row:imu, seed:1, kind:train, forgetLoss<2.5; escape shows all',
    views: ['runs'],
    run: ({view: {screen}, change}) =>
      change({typing: {purpose: 'filter', text: screen.filter, before: screen.filter}}),
  }),
  bind({
    keys: ['s'],
    label: 'sort',
    help: 'plan, state, each column of the table, seconds, progress, attempt, gap to Retrain',
    views: ['runs'],
    run: ({view: {manifest, screen}, change}) =>
      change({sort: {...screen.sort, key: after(sortKeys(manifest), screen.sort.key)}}),
  }),
  bind({
    keys: ['S'],
    label: 'direction',
    help: 'of sorting',
    views: ['runs'],
    run: ({view: {screen}, change}) => change({sort: {...screen.sort, isDescending: !screen.sort.isDescending}}),
    footer: false,
  }),
  bind({
    keys: [' '],
    label: 'mark',
    help: 'for Compare (7) and for r',
    views: ['suite', 'runs', 'detail', 'influence'],
    when: (context) => cursorTask(context) !== null,
    run: mark,
  }),
  bind({
    keys: ['*'],
    label: 'mark all shown',
    help: 'again: none of them',
    views: ['runs'],
    run: markShown,
    footer: false,
  }),
  bind({
    keys: ['u'],
    label: 'unmark all',
    help: '',
    when: ({view: {screen}}) => screen.marked.length > 0,
    run: ({change}) => change({marked: []}),
    footer: false,
  }),
  bind({
    keys: ['v'],
    label: 'level',
    help: 'everything, info, warning, error and worse',
    views: ['log'],
    run: ({view: {screen}, change}) => change({logLevel: after(LOG_LEVELS, screen.logLevel)}),
  }),
  bind({
    keys: ['/'],
    label: 'search',
    help: 'in message and source',
    views: ['log'],
    run: ({view: {screen}, change}) =>
      change({typing: {purpose: 'search', text: '', before: screen.logSearch}, logSearch: ''}),
  }),
  bind({
    keys: ['n'],
    label: 'next found',
    help: 'towards the end',
    views: ['log'],
    when: isSearching,
    run: findNext(1),
  }),
  bind({
    keys: ['N'],
    label: 'found before',
    help: '',
    views: ['log'],
    when: isSearching,
    run: findNext(-1),
    footer: false,
  }),
  bind({
    keys: ['y'],
    label: 'log scale',
    help: 'of the curves',
    views: ['suite', 'detail', 'compare'],
    run: ({view: {screen}, change}) => change({isLogY: !screen.isLogY}),
  }),
];

function after<T>(all: readonly T[], current: T): T {
  return all[(all.indexOf(current) + 1) % all.length] as T;
}

/** In the matrix the task that has the curves stands for its cell. */
function mark(context: KeyContext): void {
  const {view, change} = context;
  const {projection, manifest, screen} = view;
  const task = cursorTask(context);
  if (task === null) return;
  const {key, id} = (screen.view === 'suite' ? makerOf({manifest, projection}, task) : task).plan;
  const isMarked = screen.marked.includes(key);
  const marked = isMarked ? screen.marked.filter((other) => other !== key) : [...screen.marked, key];
  change({
    marked,
    message: {text: `${isMarked ? 'unmarked' : 'marked'} ${id}: ${marked.length} marked`, isError: false},
  });
}

function markShown({view, change}: KeyContext): void {
  const {manifest, projection, screen, now} = view;
  const shown = orderTasks(manifest, projection, screen, now).indices.flatMap(
    (index) => projection.tasks[index]?.plan.key ?? [],
  );
  const known = new Set(screen.marked);
  const isAll = shown.every((key) => known.has(key));
  const these = new Set(shown);
  change({marked: isAll ? screen.marked.filter((key) => !these.has(key)) : [...new Set([...screen.marked, ...shown])]});
}

function isSearching({view: {screen}}: KeyContext): boolean {
  return screen.logSearch !== '';
}

function findNext(step: 1 | -1): (context: KeyContext) => void {
  return (context) => {
    const {projection, screen} = context.view;
    const entries = shownEntries(projection, screen);
    const found = findEntry(entries, cursorOf(entries, screen), screen.logSearch, step);
    if (found === null) say(context, `${screen.logSearch} is not in the log`, true);
    else context.change({logEntry: found});
  };
}
