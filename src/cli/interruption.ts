import process from 'node:process';

/** A wish to stop, from Ctrl-C (or a key of the view), SIGTERM or SIGHUP. */
export interface Interruption {
  /** Aborts at the first wish: finish what must be finished, then leave. */
  readonly stop: AbortSignal;
  /** Aborts at the second wish: leave at once. */
  readonly force: AbortSignal;
  /** As the first Ctrl-C; does nothing after it. */
  interrupt(): void;
  /** As the second Ctrl-C. */
  insist(): void;
  /** Listens no more: from here on a signal has its usual effect. */
  dispose(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A terminal's Ctrl-C reaches this process and, where bin/imu.js had to start another Node, once more through it: that is one wish. */
const ECHO_MS = 250;

/**
 * Listens until `dispose`; `onFirst` is told of the first signal (a key of the view is answered on the screen). A verb that never listens
 * simply dies of a signal.
 */
export function listenForInterruption(onFirst: () => void = () => {}): Interruption {
  const stop = new AbortController();
  const force = new AbortController();
  const interrupt = (): void => stop.abort();
  const insist = (): void => {
    stop.abort();
    force.abort();
  };
  let lastAt = Number.NEGATIVE_INFINITY;
  const onSignal = (): void => {
    const now = performance.now();
    const isEcho = now - lastAt < ECHO_MS;
    lastAt = now;
    if (isEcho) return;
    if (stop.signal.aborted) {
      insist();
      return;
    }
    onFirst();
    interrupt();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    stop: stop.signal,
    force: force.signal,
    interrupt,
    insist,
    dispose: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
