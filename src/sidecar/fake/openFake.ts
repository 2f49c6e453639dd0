import {type Arrays, OPERATIONS, type OperationName, type SidecarEvent, toFailure} from '../../protocol/index.ts';
import {pack} from '../frames.ts';
import type {Ending, IncomingReply, Link, OpenLink, OutgoingCall} from '../link.ts';
import type {SidecarOptions} from '../sidecar.ts';
import {FakeCall} from './call.ts';
import {Handles} from './handles.ts';
import {type FakeContext, fakeOperations} from './operations.ts';

/** Above every pid there can be: whoever signals the fake by it must not hit a process. */
const FIRST_PID = 4_194_305;
let numOpened = 0;

/** As in the real sidecar (loop.py). */
const MS_BETWEEN_MEASUREMENTS = 2000;
/** What a small model takes on a machine of 8 GiB. */
const MEMORY_BYTES = 420 * 2 ** 20;
const MEMORY_LIMIT_BYTES = 8 * 2 ** 30;
const UTILISATION = 0.93;

/** The in-memory twin of the sidecar, for tests of scheduling and of chaos. IMU_FAKE_STEP_MS says how long a step takes; 0 by default. */
export const openFake: OpenLink = async (options) => new FakeLink(options);

class FakeLink implements Link {
  readonly pid = FIRST_PID + numOpened++;
  readonly ended: Promise<Ending>;
  readonly #end: (ending: Ending) => void;
  readonly #options: SidecarOptions;
  readonly #handles = new Handles();
  #running: FakeCall | undefined;
  #measuredAt: number | null = null;

  constructor(options: SidecarOptions) {
    const {promise, resolve} = Promise.withResolvers<Ending>();
    this.ended = promise;
    this.#end = resolve;
    this.#options = options;
  }

  async send({operation, input, arrays}: OutgoingCall, onEvent: (event: unknown) => void): Promise<IncomingReply> {
    const send = (event: SidecarEvent): void => {
      onEvent(event);
      this.#tellDeviceUsage(onEvent);
    };
    const call = new FakeCall(this.#stepMs(), send, (ending) => this.#die(ending));
    this.#running = call;
    try {
      // The same limit as where bytes really cross.
      pack(arrays);
      const {output, arrays: arraysOut} = await this.#compute(operation as OperationName, input, {
        options: this.#options,
        pid: this.pid,
        handles: this.#handles,
        call,
        arrays,
      });
      call.flush();
      return {answer: {type: 'reply', output}, arrays: arraysOut};
    } catch (error) {
      return {answer: {type: 'failure', failure: toFailure(error)}, arrays: {}};
    } finally {
      this.#running = undefined;
    }
  }

  async #compute(
    name: OperationName,
    input: unknown,
    context: FakeContext,
  ): Promise<{output: unknown; arrays: Arrays}> {
    const request = OPERATIONS[name].input.parse(input);
    const handler = fakeOperations[name] as (input: unknown, context: FakeContext) => unknown;
    const answered = (await handler(request, context)) as object;
    return 'output' in answered && 'arrays' in answered
      ? (answered as {output: unknown; arrays: Arrays})
      : {output: answered, arrays: {}};
  }

  #tellDeviceUsage(onEvent: (event: unknown) => void): void {
    const isFirst = this.#measuredAt === null;
    if (this.#measuredAt !== null && performance.now() - this.#measuredAt < MS_BETWEEN_MEASUREMENTS) return;
    this.#measuredAt = performance.now();
    const measured: SidecarEvent = {
      type: 'deviceMeasured',
      rank: 0,
      device: this.#options.device,
      memoryBytes: MEMORY_BYTES,
      memoryLimitBytes: MEMORY_LIMIT_BYTES,
      utilisation: isFirst ? null : UTILISATION,
    };
    onEvent(measured);
  }

  #stepMs(): number {
    return Number(this.#options.environment?.IMU_FAKE_STEP_MS ?? process.env.IMU_FAKE_STEP_MS ?? 0);
  }

  cancel(): void {
    if (this.#running) this.#running.isCancelled = true;
  }

  shutDown(): void {
    this.#die({code: 0});
  }

  kill(): void {
    this.#die({signal: 'SIGKILL'});
  }

  #die(ending: Partial<Ending>): void {
    // What ran in the pretended process stops at its next step.
    this.cancel();
    this.#end({code: null, signal: null, detail: null, ...ending});
  }
}
