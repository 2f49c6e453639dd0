import type {RunEvent} from '../protocol/index.ts';
import {fold} from './fold.ts';
import {type EventRecord, empty, type Projection} from './projection.ts';

/** Holds the projection of a run and tells its readers of changes, seldom enough to be drawn. Fits React's useSyncExternalStore. */
export interface ProjectionStore {
  get(): Projection;
  /** Calls back after changes; returns the way to stop. */
  subscribe(listener: () => void): () => void;
  push(record: EventRecord): void;
  /** Another projection in place of this one, as a viewer gets it when it comes or was away. */
  reset(next: Projection): void;
  /** Tells readers of the last changes at once, and nothing more afterwards. */
  close(): void;
}

/** A change of state is shown within a tenth of a second, mere progress four times a second. A view draws less often where a frame is dear. */
const STATE_INTERVAL_MS = 100;
const PROGRESS_INTERVAL_MS = 250;

const PROGRESS: ReadonlySet<RunEvent['type']> = new Set([
  'stepCompleted',
  'metricMeasured',
  'phaseStarted',
  'taskLogged',
  'logged',
  'laneMeasured',
]);

export function projectionStore(initial: Projection = empty()): ProjectionStore {
  const listeners = new Set<() => void>();
  let projection = initial;
  let timer: NodeJS.Timeout | null = null;
  let dueAt = Number.POSITIVE_INFINITY;
  let notifiedAt = Number.NEGATIVE_INFINITY;
  let closed = false;

  const notify = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    dueAt = Number.POSITIVE_INFINITY;
    notifiedAt = performance.now();
    for (const listener of listeners) listener();
  };

  const notifyBy = (intervalMs: number): void => {
    const now = performance.now();
    const due = Math.max(now, notifiedAt + intervalMs);
    if (due >= dueAt) return;
    if (timer !== null) clearTimeout(timer);
    dueAt = due;
    timer = setTimeout(notify, due - now);
    // Drawing must not keep a finished program alive.
    timer.unref();
  };

  return {
    get: () => projection,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    push(record) {
      const next = fold(projection, record);
      if (next === projection) return;
      projection = next;
      if (closed) return;
      notifyBy(PROGRESS.has(record.event.type) ? PROGRESS_INTERVAL_MS : STATE_INTERVAL_MS);
    },
    reset(next) {
      projection = next;
      if (!closed) notifyBy(0);
    },
    close() {
      if (closed) return;
      closed = true;
      if (timer !== null) notify();
    },
  };
}
