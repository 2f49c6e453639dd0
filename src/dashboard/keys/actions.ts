import {formatFor, meanAndStd} from '../../report/formats/numbers.ts';
import type {TaskView} from '../../store/projection.ts';
import {verdictCell} from '../views/verdict.ts';
import {bind, isRunning, type KeyBinding, type KeyContext, say} from './context.ts';
import {cursorTask} from './move.ts';

const mayControl = ({controls}: KeyContext): boolean => !controls.isReadOnly;
const mayStop = (context: KeyContext): boolean => mayControl(context) && isRunning(context);

/** What changes the run, and what takes something out of the screen. */
export const ACTIONS: readonly KeyBinding[] = [
  bind({
    keys: ['p'],
    label: 'pause',
    help: 'no further task is begun, what runs goes on; again: resume',
    when: (context) => mayStop(context) && !isPaused(context),
    run: (context) => {
      context.controls.pause();
      say(context, 'Pausing: no further task is begun. p again resumes.');
    },
  }),
  bind({
    keys: ['p'],
    label: 'resume',
    help: 'goes on with the queue',
    when: (context) => mayStop(context) && isPaused(context),
    run: (context) => {
      context.controls.resume();
      say(context, 'Resuming.');
    },
  }),
  bind({
    keys: ['x'],
    label: 'cancel task',
    help: 'asks first',
    when: (context) => mayStop(context) && canCancel(cursorTask(context)),
    run: (context) => {
      const task = cursorTask(context);
      if (task !== null) context.change({question: {kind: 'cancelTask', key: task.plan.key, id: task.plan.id}});
    },
  }),
  bind({
    keys: ['X'],
    label: 'cancel suite',
    help: 'asks first; finished work is kept',
    when: mayStop,
    run: ({change}) => change({question: {kind: 'cancelAll'}}),
    footer: false,
  }),
  bind({
    keys: ['r'],
    label: 'rerun',
    help: 'the marked tasks that failed or were stopped, else all of them; also after the end',
    when: (context) => mayControl(context) && context.view.screen.numCancels === 0 && keysToRerun(context).length > 0,
    run: rerun,
  }),
  bind({
    keys: ['o'],
    label: 'copy path',
    help: 'of what the task left, else of the run',
    when: ({runDirectory}) => runDirectory !== null,
    run: copyPath,
    footer: false,
  }),
  bind({keys: ['c'], label: 'copy', help: 'the value with where it is from, on one line', run: copyValue}),
  bind({
    keys: ['w'],
    label: 'write',
    help: 'this screen to a file, as SVG or text',
    run: ({change}) => change({question: {kind: 'export'}}),
  }),
  bind({
    keys: [':'],
    label: 'command',
    help: 'goto, view, filter, sort, quit; tab completes',
    run: ({change}) => change({typing: {purpose: 'command', text: '', before: ''}}),
    footer: false,
  }),
  bind({keys: ['ctrl-l'], label: 'redraw', help: 'the whole screen', run: ({repaint}) => repaint(), footer: false}),
];

const isPaused = ({view: {projection}}: KeyContext): boolean => projection.run?.isPaused ?? false;

const canCancel = (task: TaskView | null): boolean => task?.state === 'running' || task?.state === 'waiting';

const canRerun = ({state}: TaskView): boolean => state === 'failed' || state === 'cancelled' || state === 'blocked';

/** Marked ones where there are any, else all. */
function keysToRerun({view: {projection, screen}}: KeyContext): readonly string[] {
  const {counts, tasks} = projection;
  if (counts.failed + counts.cancelled + counts.blocked === 0) return [];
  const marked = new Set(screen.marked);
  return tasks.flatMap((task) =>
    canRerun(task) && (marked.size === 0 || marked.has(task.plan.key)) ? [task.plan.key] : [],
  );
}

function rerun(context: KeyContext): void {
  const keys = keysToRerun(context);
  context.controls.rerun(context.view.screen.marked.length === 0 ? null : keys);
  say(context, `${keys.length === 1 ? '1 task waits' : `${keys.length} tasks wait`} again.`);
}

function copyPath(context: KeyContext): void {
  const {objectPath, runDirectory} = context;
  const [role, object] = Object.entries(cursorTask(context)?.artefacts ?? {})[0] ?? [];
  const path = object !== undefined && objectPath !== null ? objectPath(object) : runDirectory;
  if (path === null) return;
  context.copy(path);
  say(
    context,
    `copied the path of ${object !== undefined && objectPath !== null ? `the ${role}` : 'the run'}: ${path}`,
  );
}

function copyValue(context: KeyContext): void {
  const {view} = context.view.screen;
  const text = view === 'verdict' || view === 'source' ? cellText(context) : taskText(context);
  if (text === null) say(context, 'there is nothing to copy here', true);
  else {
    context.copy(text);
    say(context, `copied: ${text}`);
  }
}

/** `IMU sound forgetLoss = 3.41 ± 0.02 nats (n=4 of 4, profile sound) · run … · imu … · command`. */
function cellText({view}: KeyContext): string | null {
  const {table} = view;
  const place = verdictCell(view);
  const row = table.rows.find(({id}) => id === place?.row);
  const column = table.columns.find(({id}) => id === place?.column);
  const cell = column === undefined ? undefined : row?.cells[column.id];
  if (row === undefined || column === undefined || cell === undefined || cell.mean === null) return null;
  const seeds = `n=${cell.n} of ${row.numExpected}, profile ${row.profile}`;
  return [
    `${row.label} ${column.id} = ${meanAndStd(column, cell)} ${column.unit} (${seeds})`,
    ...provenance(view),
  ].join(' · ');
}

function taskText(context: KeyContext): string | null {
  const {view} = context;
  const task = cursorTask(context);
  if (task === null) return null;
  const values = Object.entries(task.metrics ?? {}).map(([id, value]) => {
    const column = view.table.columns.find((known) => known.id === id);
    return `${id} = ${column === undefined ? value : formatFor(column, value)}`;
  });
  return [`${task.plan.id}: ${values.join(', ') || task.state}`, `key ${task.plan.key}`, ...provenance(view)].join(
    ' · ',
  );
}

const provenance = ({manifest}: KeyContext['view']): readonly string[] => [
  `run ${manifest.runId}`,
  `imu ${manifest.version}${manifest.commit === null ? '' : ` ${manifest.commit}`}`,
  manifest.command,
];
