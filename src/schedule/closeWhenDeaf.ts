import type {Lane} from './lane.ts';

/** Milliseconds that a cancelled task has to come back before its sidecar is closed under it. */
const CANCEL_GRACE_MS = 10_000;

/** From now until the returned function is called: a task that does not heed its signal loses its sidecar after a while. */
export function closeWhenDeaf(signal: AbortSignal, lane: Lane, graceMs: number = CANCEL_GRACE_MS): () => void {
  let timer: NodeJS.Timeout | undefined;
  const arm = (): void => {
    timer = setTimeout(() => void lane.close(), graceMs);
  };
  signal.addEventListener('abort', arm, {once: true});
  return () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', arm);
  };
}
