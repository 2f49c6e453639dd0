import {setTimeout as sleep, setImmediate as turn} from 'node:timers/promises';
import type {EventRecord} from '../store/projection.ts';

export interface ReplayOptions {
  readonly records: readonly EventRecord[];
  /** 20: an hour passes in three minutes. */
  readonly speed: number;
  readonly onRecord: (record: EventRecord) => void;
  /** Stops where it is. */
  readonly signal: AbortSignal;
}

export interface Replay {
  /** The time of the recording that is shown just now, milliseconds since 1970. */
  clock(): number;
  /** Resolves at the end of the recording, or when it was stopped. */
  readonly finished: Promise<void>;
}

/** Nobody wants to watch a night pass in which nothing happened: a gap takes no longer than this. */
const LONGEST_GAP_MS = 2_000;
/** Timers are no finer than this; what is due sooner is shown at once. */
const TICK_MS = 4;
/** Records in a row after which keys and drawing get their turn. */
const RECORDS_PER_TURN = 500;

/** Tells the records of a journal again, in their order, `speed` times as fast as they came. */
export function replay({records, speed, onRecord, signal}: ReplayOptions): Replay {
  let recordedAt = records[0]?.at ?? 0;
  let nextAt = recordedAt;
  let shownAt = performance.now();

  async function play(): Promise<void> {
    // Whoever asked for this has its answer first.
    await turn();
    let dueAt = performance.now();
    let numSinceTurn = 0;
    for (const record of records) {
      nextAt = Math.max(recordedAt, record.at);
      dueAt += Math.min((nextAt - recordedAt) / speed, LONGEST_GAP_MS);
      const waitMs = dueAt - performance.now();
      if (waitMs > TICK_MS) await sleep(waitMs, null, {signal}).catch(() => null);
      else if (++numSinceTurn % RECORDS_PER_TURN === 0) await turn();
      if (signal.aborted) return;
      [recordedAt, shownAt] = [nextAt, performance.now()];
      onRecord(record);
    }
  }

  return {
    clock: () => Math.min(nextAt, recordedAt + (performance.now() - shownAt) * speed),
    finished: play(),
  };
}
