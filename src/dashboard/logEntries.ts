import type {LogEntry, Projection, TaskView} from '../store/projection.ts';
import {duration} from './parts/durations.ts';
import type {ScreenState} from './screenState.ts';

export const LOG_LEVELS: readonly LogEntry['level'][] = ['debug', 'info', 'warning', 'error'];

/** The entries that the log shows, oldest first. */
export function shownEntries(projection: Projection, {logLevel}: ScreenState): readonly LogEntry[] {
  const entries = mergedLog(projection);
  const least = LOG_LEVELS.indexOf(logLevel);
  return least === 0 ? entries : entries.filter(({level}) => LOG_LEVELS.indexOf(level) >= least);
}

interface Told {
  readonly tasks: Projection['tasks'];
  readonly log: Projection['log'];
  readonly lanes: Projection['lanes'];
  readonly entries: readonly LogEntry[];
}

let last: Told | null = null;

/** What was said, and between it what became of tasks, lanes and run, by time. */
export function mergedLog(projection: Projection): readonly LogEntry[] {
  const {tasks, log, lanes} = projection;
  if (last !== null && last.tasks === tasks && last.log === log && last.lanes === lanes) return last.entries;
  const told = entriesOf(projection);
  const events = [...tasks.flatMap((task) => taskEntry(told, task) ?? []), ...laneEntries(told, projection)];
  const entries = [...log, ...events].sort((a, b) => a.at - b.at);
  last = {tasks, log, lanes, entries};
  return entries;
}

type Entries = Map<string, LogEntry>;

const entriesByPlan = new WeakMap<Projection['indexByKey'], Entries>();

/** An event is one entry for good: the cursor of the log stands on it. */
function entriesOf({indexByKey}: Projection): Entries {
  const known = entriesByPlan.get(indexByKey) ?? new Map<string, LogEntry>();
  entriesByPlan.set(indexByKey, known);
  return known;
}

function once(entries: Entries, name: string, make: () => LogEntry): LogEntry {
  const known = entries.get(name) ?? make();
  entries.set(name, known);
  return known;
}

/** The last that happened to a task; nothing for one that was found, or has not begun. */
function taskEntry(entries: Entries, task: TaskView): LogEntry | null {
  const {plan, state, attempt, startedAt, seconds} = task;
  if (startedAt === null || state === 'found') return null;
  return once(entries, `${plan.key} ${state} ${attempt} ${startedAt}`, () => ({
    at: startedAt + (state === 'running' ? 0 : 1_000 * (seconds ?? 0)),
    source: plan.id,
    key: plan.key,
    ...wordsOf(task),
  }));
}

function wordsOf({state, attempt, lane, seconds, failure}: TaskView): Pick<LogEntry, 'level' | 'message'> {
  const why =
    failure === null ? '' : `${failure.code}: ${failure.message}${failure.hint === '' ? '' : ` → ${failure.hint}`}`;
  switch (state) {
    case 'running':
      return {level: 'debug', message: `begun on lane ${lane}${attempt > 1 ? `, attempt ${attempt}` : ''}`};
    case 'finished':
      return {level: 'info', message: `done in ${duration(seconds)}`};
    case 'failed':
      return {level: 'error', message: why};
    case 'waiting':
      return {level: 'warning', message: `attempt ${attempt} failed, is tried again: ${why}`};
    default:
      return {level: 'warning', message: state};
  }
}

const laneEntries = (entries: Entries, {lanes}: Projection): readonly LogEntry[] =>
  lanes.flatMap(({lane, state, failure, heardAt, numStarts}) =>
    state !== 'lost'
      ? []
      : once(entries, `lane ${lane} ${numStarts}`, () => ({
          at: heardAt,
          source: `lane ${lane}`,
          key: null,
          level: 'error',
          message: `lost: ${failure === null ? '' : `${failure.code}: ${failure.message}`}`,
        })),
  );

/** Where the cursor stands among them: at the last one while it follows; at the first where its entry is no longer kept. */
export function cursorOf(entries: readonly LogEntry[], {logEntry}: ScreenState): number {
  return logEntry === null ? entries.length - 1 : Math.max(0, entries.indexOf(logEntry));
}

export const hasText = ({message, source}: LogEntry, text: string): boolean =>
  text !== '' && `${source} ${message}`.toLowerCase().includes(text.toLowerCase());

/** The nearest entry that has the text, before or behind the cursor; goes on from the other end. Null where none has. */
export function findEntry(entries: readonly LogEntry[], from: number, text: string, step: 1 | -1): LogEntry | null {
  for (let away = 1; away <= entries.length; away++) {
    const entry = entries[(((from + step * away) % entries.length) + entries.length) % entries.length];
    if (entry !== undefined && hasText(entry, text)) return entry;
  }
  return null;
}
