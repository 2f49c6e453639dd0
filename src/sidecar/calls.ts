import {z} from 'zod';
import {
  type Failure,
  ImuError,
  type Input,
  OPERATIONS,
  type OperationName,
  type Output,
  SidecarEvent,
  toFailure,
} from '../protocol/index.ts';
import type {IncomingReply, Link} from './link.ts';
import type {CallOptions, Reply} from './sidecar.ts';

/** A call that was asked to stop, and interrupted, gets this long in all; then its process is ended. */
const KILL_AFTER_MS = 2200;

/** Calls over a link: one at a time, each with its deadlines, its way to be cancelled, and its answer parsed once. */
export class Calls {
  readonly #link: Link;
  readonly #death: Promise<Failure>;
  #deathFailure: Failure | undefined;
  #lastTurn: Promise<void> = Promise.resolve();

  /** `death`: resolves with why, when the process has ended. */
  constructor(link: Link, death: Promise<Failure>) {
    this.#link = link;
    this.#death = death;
    death.then((failure) => {
      this.#deathFailure = failure;
    });
  }

  async call<O extends OperationName>(operation: O, input: Input<O>, options: CallOptions = {}): Promise<Reply<O>> {
    const {answer, arrays} = await this.callUnparsed(operation, input, options);
    if (answer.type === 'failure') throw ImuError.from(answer.failure);
    const parsed = OPERATIONS[operation].output.safeParse(answer.output);
    if (!parsed.success) throw mismatch(`the output of ${operation}`, parsed.error);
    return {output: parsed.data as Output<O>, arrays};
  }

  /** The same, but for what the answer holds: hello is compared before it is parsed. */
  async callUnparsed(operation: OperationName, input: unknown, options: CallOptions): Promise<IncomingReply> {
    const turn = this.#takeTurn();
    const listening = new AbortController();
    try {
      const aborted = once(options.signal, listening.signal).then(() => {
        throw cancelled(operation);
      });
      await Promise.race([turn.begins, aborted, this.#throwDeath()]);
      if (this.#deathFailure) throw ImuError.from(this.#deathFailure);
      return await this.#run(operation, input, options);
    } finally {
      listening.abort();
      turn.end();
    }
  }

  /** Goes through the ladder — ask, interrupt, end the process — when the caller, a deadline or an event says so. */
  async #run(operation: OperationName, input: unknown, options: CallOptions): Promise<IncomingReply> {
    const {signal, deadlineMs, silenceMs} = options;
    let stoppedBy: Failure | undefined;
    let killTimer: NodeJS.Timeout | undefined;
    const stop = (cause: ImuError): void => {
      if (stoppedBy) return;
      stoppedBy = cause.failure;
      this.#link.cancel();
      killTimer = setTimeout(() => this.#link.kill(), KILL_AFTER_MS);
    };
    const onAbort = () => stop(cancelled(operation));
    const deadline = after(deadlineMs, () => stop(tooLate(operation, `took longer than ${deadlineMs} ms`)));
    const silence = after(silenceMs, () => stop(tooLate(operation, `said nothing for ${silenceMs} ms`)));
    signal?.addEventListener('abort', onAbort, {once: true});
    try {
      const sent = this.#link.send({operation, input, arrays: options.arrays ?? {}}, (event) => {
        silence?.refresh();
        if (!stoppedBy) deliver(event, options.onEvent, stop);
      });
      const reply = await Promise.race([sent, this.#throwDeath()]);
      return stoppedBy ? {answer: {type: 'failure', failure: withWhereabouts(stoppedBy, reply)}, arrays: {}} : reply;
    } catch (error) {
      throw stoppedBy ? ImuError.from(withEnd(stoppedBy, this.#deathFailure)) : error;
    } finally {
      clearTimeout(deadline);
      clearTimeout(silence);
      clearTimeout(killTimer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #takeTurn(): {begins: Promise<void>; end: () => void} {
    const begins = this.#lastTurn;
    const {promise, resolve} = Promise.withResolvers<void>();
    this.#lastTurn = promise;
    return {begins, end: () => void begins.then(resolve)};
  }

  async #throwDeath(): Promise<never> {
    throw ImuError.from(await this.#death);
  }
}

function deliver(event: unknown, onEvent: CallOptions['onEvent'], stop: (cause: ImuError) => void): void {
  const parsed = SidecarEvent.safeParse(event);
  if (!parsed.success) {
    stop(mismatch('an event', parsed.error));
    return;
  }
  try {
    onEvent?.(parsed.data);
  } catch (error) {
    stop(ImuError.from(toFailure(error)));
  }
}

/** A stopped call that answered: its stack says where it was when it was stopped. */
function withWhereabouts(stoppedBy: Failure, {answer}: IncomingReply): Failure {
  return answer.type === 'failure' ? {...stoppedBy, stack: answer.failure.stack} : stoppedBy;
}

/** A stopped call that did not: the process was ended. */
function withEnd(stoppedBy: Failure, death: Failure | undefined): Failure {
  if (death === undefined) return stoppedBy;
  const cause = ['It did not stop when interrupted, so its process was ended.', death.cause ?? ''];
  return {...stoppedBy, cause: cause.join('\n').trimEnd()};
}

const cancelled = (operation: string): ImuError => new ImuError('CANCELLED', `${operation} was cancelled.`);

const tooLate = (operation: string, what: string): ImuError =>
  new ImuError('DEADLINE', `${operation} ${what}.`, {hint: 'The stack says where it was.'});

function mismatch(what: string, error: z.ZodError): ImuError {
  return new ImuError('PROTOCOL_MISMATCH', `The sidecar broke the contract with ${what}: ${z.prettifyError(error)}`, {
    hint: 'Run `npm run gen`, and see which handler answers so.',
  });
}

function after(ms: number | null | undefined, action: () => void): NodeJS.Timeout | undefined {
  return ms === null || ms === undefined ? undefined : setTimeout(action, ms);
}

/** Resolves when `signal` aborts; never, once `until` has. */
function once(signal: AbortSignal | undefined, until: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), {once: true, signal: until}));
}
