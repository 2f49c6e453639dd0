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
  const events = [...tasks.flatMap((task) => taskEntries(told, task)), ...laneEntries(told, projection)];
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

/** That a task was begun, and what became of it; nothing for one that was found, or has not begun. */
function taskEntries(entries: Entries, task: TaskView): readonly LogEntry[] {
  const {plan, state, attempt, startedAt, seconds} = task;
  if (startedAt === null || state === 'found') return [];
  const tell = (name: string, at: number, words: () => Words): LogEntry =>
    once(entries, `${plan.key} ${name} ${startedAt}`, () => ({at, source: plan.id, key: plan.key, ...words()}));
  const message = `begun${attempt > 1 ? `, attempt ${attempt}` : ''}`;
  const begun = tell('begun', startedAt, () => ({level: 'debug', message}));
  return state === 'running' ? [begun] : [begun, tell(state, startedAt + 1_000 * (seconds ?? 0), () => endOf(task))];
}

type Words = Pick<LogEntry, 'level' | 'message'>;

function endOf({state, attempt, seconds, failure}: TaskView): Words {
  const why =
    failure === null ? '' : `${failure.code}: ${failure.message}${failure.hint === '' ? '' : ` → ${failure.hint}`}`;
  switch (state) {
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

/** Where the cursor stands among them: at the last one while it follows; where its entry would be, when that is no longer kept. */
export function cursorOf(entries: readonly LogEntry[], {logEntry}: ScreenState): number {
  if (logEntry === null) return entries.length - 1;
  const found = entries.indexOf(logEntry);
  return found !== -1
    ? found
    : Math.max(
        0,
        entries.findLastIndex(({at}) => at <= logEntry.at),
      );
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
