import {setTimeout as delay} from 'node:timers/promises';
import type {Failure, RunEvent, SidecarEvent} from '../protocol/index.ts';
import {ImuError, isRetryable, toFailure} from '../protocol/index.ts';
import type {Sidecar} from '../sidecar/sidecar.ts';
import type {RetryPolicy} from './retry.ts';
import {pauseBefore} from './retry.ts';

/** Opens the sidecar of a lane. `signal` aborts when the run stops; a sidecar that opens nevertheless is closed. */
export type OpenLane = (lane: number, signal: AbortSignal) => Promise<Sidecar>;

/** A place where one task at a time runs: one sidecar, opened when first needed, and again after it died. */
export interface Lane {
  readonly index: number;
  readonly isOpen: boolean;
  /** The sidecar, opened if need be. Rejects when it does not open: at once if that will not change, else after `maxOpenings` in a row. */
  open(): Promise<Sidecar>;
  /** The sidecar did what it should: earlier deaths are forgotten. */
  noteSuccess(): void;
  /** Ends the sidecar; the next `open` starts a new one. Never rejects. */
  close(): Promise<void>;
}

export function makeLane(
  index: number,
  openLane: OpenLane,
  signal: AbortSignal,
  retry: RetryPolicy,
  report: (event: RunEvent) => void,
): Lane {
  let sidecar: Sidecar | null = null;
  let opening: Promise<Sidecar> | null = null;
  let numDeaths = 0;

  async function openOnce(): Promise<Sidecar> {
    const opened = tellingDevices(await openLane(index, signal), (measured) =>
      report({...measured, type: 'laneMeasured', lane: index}),
    );
    sidecar = opened;
    const {pid, device} = opened.info;
    report({type: 'laneStarted', lane: index, pid, device, transport: opened.transport});
    void opened.ended.then((failure) => noteEnd(opened, failure));
    return opened;
  }

  function noteEnd(ended: Sidecar, failure: Failure | null): void {
    if (sidecar === ended) sidecar = null;
    if (failure === null) return;
    numDeaths += 1;
    report({type: 'laneLost', lane: index, failure});
  }

  async function openWithPauses(): Promise<Sidecar> {
    for (let numFailures = 0; ; ) {
      await delay(pauseBefore(Math.max(numDeaths - 1, numFailures), retry), undefined, {signal});
      try {
        return await openOnce();
      } catch (thrown) {
        const failure = toFailure(thrown);
        numFailures += 1;
        if (signal.aborted) throw thrown;
        report({type: 'laneLost', lane: index, failure});
        if (!isRetryable(failure) || numFailures >= retry.maxOpenings) throw thrown;
      }
    }
  }

  return {
    index,
    get isOpen() {
      return sidecar !== null;
    },
    open: async () => {
      if (sidecar !== null) return sidecar;
      if (signal.aborted) throw new ImuError('CANCELLED', `lane ${index} was not opened: the run stops`);
      opening ??= openWithPauses().finally(() => {
        opening = null;
      });
      return opening;
    },
    noteSuccess: () => {
      numDeaths = 0;
    },
    close: async () => {
      await opening?.catch(() => undefined);
      const closing = sidecar;
      sidecar = null;
      await closing?.close().catch(() => undefined);
    },
  };
}

type DeviceMeasured = Extract<SidecarEvent, {type: 'deviceMeasured'}>;

/** The same sidecar, whose measurements of its devices go to `tell` and not to the task that happens to run: they are the lane's. */
function tellingDevices(sidecar: Sidecar, tell: (measured: DeviceMeasured) => void): Sidecar {
  const {transport, info, ended} = sidecar;
  return {
    transport,
    info,
    ended,
    call: (operation, input, options = {}) => {
      const onEvent = (event: SidecarEvent): void =>
        event.type === 'deviceMeasured' ? tell(event) : options.onEvent?.(event);
      return sidecar.call(operation, input, {...options, onEvent});
    },
    close: () => sidecar.close(),
  };
}
