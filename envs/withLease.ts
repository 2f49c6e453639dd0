import {randomUUID} from 'node:crypto';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {ImuError} from '../src/protocol/failures.ts';
import {acquireLease, isLease} from '../src/store/lease.ts';

const POLL_MS = 300;

/** Does `work` while no other process does it in the same folder; waits for one that does, saying so once. Throws CANCELLED. */
export async function withLease<T>(
  folder: string,
  work: () => Promise<T>,
  {onProgress, signal}: {onProgress: (line: string) => void; signal: AbortSignal | undefined},
): Promise<T> {
  for (let told = false; ; told = true) {
    const held = acquireLease(folder, 'lease', (extension) => path.join(folder, `.${randomUUID()}.${extension}`));
    if (isLease(held)) {
      try {
        return await work();
      } finally {
        held.release();
      }
    }
    if (!told) onProgress(`waiting for process ${held.pid} on ${held.host}, which makes it already`);
    await sleep(POLL_MS);
    if (signal?.aborted) throw new ImuError('CANCELLED', 'interrupted while waiting for the environment');
  }
}
