import type {LogEntry, Projection} from '../store/projection.ts';
import type {ScreenState} from './screenState.ts';

export const LOG_LEVELS: readonly LogEntry['level'][] = ['debug', 'info', 'warning', 'error'];

/** The entries that the log shows, oldest first. */
export function shownEntries({log}: Projection, {logLevel}: ScreenState): readonly LogEntry[] {
  const least = LOG_LEVELS.indexOf(logLevel);
  return least === 0 ? log : log.filter(({level}) => LOG_LEVELS.indexOf(level) >= least);
}

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
