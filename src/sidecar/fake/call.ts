import {setImmediate, setTimeout} from 'node:timers/promises';
import {ImuError, type SidecarEvent} from '../../protocol/index.ts';
import type {Ending} from '../link.ts';

/** As in the real sidecar (loop.py): steps are sent at most twice a second, metrics once each. */
const MS_BETWEEN_STEPS = 500;
const MS_BETWEEN_METRICS = 1000;

/** One call on the fake: its time, its events, and its way to be stopped. */
export class FakeCall {
  isCancelled = false;
  readonly #stepMs: number;
  readonly #send: (event: SidecarEvent) => void;
  readonly #die: (ending: Partial<Ending>) => void;
  readonly #sentAt = new Map<string, number>();
  readonly #waiting = new Map<string, SidecarEvent>();

  constructor(stepMs: number, send: (event: SidecarEvent) => void, die: (ending: Partial<Ending>) => void) {
    this.#stepMs = stepMs;
    this.#send = send;
    this.#die = die;
  }

  /** Whether a step takes time at all. */
  get takesTime(): boolean {
    return this.#stepMs > 0;
  }

  /** Takes as long as `numSteps` steps; a progress point: throws CANCELLED. */
  async spend(numSteps = 1, stepMs = this.#stepMs): Promise<void> {
    // Even a step that takes no time lets others have their turn, as another process would.
    await (stepMs > 0 ? setTimeout(stepMs * numSteps) : setImmediate());
    if (this.isCancelled) throw new ImuError('CANCELLED', 'The call was cancelled.');
  }

  emit(event: SidecarEvent): void {
    if (event.type === 'phaseStarted') this.flush();
    if (event.type === 'phaseStarted' || event.type === 'logged') {
      this.#send(event);
      return;
    }
    const isMetric = event.type === 'metricMeasured';
    const stream = isMetric ? event.label : '';
    this.#waiting.delete(stream);
    const sinceSent = performance.now() - (this.#sentAt.get(stream) ?? Number.NEGATIVE_INFINITY);
    if (sinceSent < (isMetric ? MS_BETWEEN_METRICS : MS_BETWEEN_STEPS)) {
      this.#waiting.set(stream, event);
      return;
    }
    this.#sentAt.set(stream, performance.now());
    this.#send(event);
  }

  /** What was said last is sent before the answer. */
  flush(): void {
    for (const event of this.#waiting.values()) this.#send(event);
    this.#waiting.clear();
  }

  /** Ends the pretended process; never resolves, as nothing answers any more. */
  die(ending: Partial<Ending>): Promise<never> {
    this.#die(ending);
    return new Promise(() => {});
  }
}
