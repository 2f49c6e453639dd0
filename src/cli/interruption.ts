import process from 'node:process';
import {EXIT} from './exitCodes.ts';

/**
 * A signal that aborts when the user (Ctrl-C) or the system (SIGTERM, SIGHUP) asks to stop, so that a verb can finish cleanly; the second
 * request ends the process at once. A verb that never calls this simply dies of the first.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(EXIT.interrupted);
      controller.abort();
    });
  }
  return controller.signal;
}
