import type {ChildProcess} from 'node:child_process';
import {createRequire} from 'node:module';
import {z} from 'zod';
import {Failure, ImuError, parse, stringify} from '../protocol/index.ts';
import {Attachment, attach, detach, discard, sweepExchangeFiles} from './exchange.ts';
import {requireInterpreter, sidecarEnvironment} from './launch.ts';
import {Answer, type Ending, type IncomingReply, type Link, type OutgoingCall} from './link.ts';
import type {SidecarOptions} from './sidecar.ts';

/** A cancelled call that reaches no progress point within this time is interrupted. */
const INTERRUPT_AFTER_MS = 50;

/**
 * A sidecar inside pythonia: our direct child, over Node's own channel, no port. Left to itself pythonia hangs when Python dies, and breaks on NaN, bytes and
 * prints; so only two functions are called, with text in and text out, and every call is raced with the process's end.
 */
export async function openPythonia(options: SidecarOptions, signal: AbortSignal): Promise<Link> {
  requireInterpreter(options.interpreter);
  sweepExchangeFiles();
  const {Bridge, StdioCom} = loadPythonia();
  // pythonia starts Python with our environment and descriptors; there is no other way to tell it anything.
  const environment = {...sidecarEnvironment(options), PYTHON_BIN: options.interpreter};
  const channel = withEnvironment(environment, () => new StdioCom());
  const bridge = new Bridge(channel);
  const child = channel.proc;
  const ended = endOf(child, () => bridge.end());
  const onAbort = () => child.kill('SIGKILL');
  signal.addEventListener('abort', onAbort, {once: true});
  try {
    const functions = await raced(bridge.makePyObject(0).python$('imu_sidecar.serve_embedded', NO_TIMEOUT), ended);
    const failure = await raced((functions as ServeEmbedded).hello$(NO_TIMEOUT), ended);
    if (failure !== '') throw ImuError.from(Failure.parse(JSON.parse(failure)));
    return new PythoniaLink(child, ended, functions as ServeEmbedded);
  } catch (error) {
    child.kill('SIGKILL');
    await ended;
    throw fromPython(error);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

class PythoniaLink implements Link {
  readonly pid: number;
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  readonly #functions: ServeEmbedded;
  #isCancelled = false;
  #interruptTimer: NodeJS.Timeout | undefined;

  constructor(child: ChildProcess, ended: Promise<Ending>, functions: ServeEmbedded) {
    this.pid = child.pid ?? 0;
    this.ended = ended;
    this.#child = child;
    this.#functions = functions;
  }

  async send({operation, input, arrays}: OutgoingCall, onEvent: (event: unknown) => void): Promise<IncomingReply> {
    const attachment = await attach(arrays);
    const message = stringify({operation, input, ...attachment});
    // Python waits for the answer: it learns here that the call is no longer wanted.
    const emit = (text: string): string => {
      if (text !== '') onEvent(parse(text));
      return this.#isCancelled ? 'cancel' : 'continue';
    };
    try {
      const text = await raced(this.#functions.dispatch$(message, emit, NO_TIMEOUT), this.ended);
      const {arrays: descriptions, base64, file, ...answer} = PythoniaReply.parse(parse(text));
      return {answer: Answer.parse(answer), arrays: await detach({arrays: descriptions, base64, file})};
    } catch (error) {
      await discard(attachment);
      throw fromPython(error);
    } finally {
      clearTimeout(this.#interruptTimer);
      this.#isCancelled = false;
    }
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#interruptTimer = setTimeout(() => this.#child.kill('SIGUSR1'), INTERRUPT_AFTER_MS);
  }

  shutDown(): void {
    this.#child.kill('SIGTERM');
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

const PythoniaReply = z.looseObject(Attachment.shape);

/** pythonia's default is 100 s; deadlines are ours. */
const NO_TIMEOUT = {$timeout: Number.POSITIVE_INFINITY};

interface ServeEmbedded {
  hello$(timeout: typeof NO_TIMEOUT): Promise<string>;
  dispatch$(message: string, emit: (event: string) => string, timeout: typeof NO_TIMEOUT): Promise<string>;
}

interface Pythonia {
  StdioCom: new () => {readonly proc: ChildProcess};
  Bridge: new (
    channel: object,
  ) => {
    makePyObject(id: 0): {python$(module: string, timeout: typeof NO_TIMEOUT): Promise<unknown>};
    end(): void;
  };
}

/**
 * The parts, not the package: importing the package starts a Python that nobody asked for. Read while loading, REQ_TIMEOUT=0 takes the limit of 100 s
 * off pythonia's own requests too: left on, one to a Python that died would keep this process alive, or throw where nobody listens.
 */
function loadPythonia(): Pythonia {
  const require = createRequire(import.meta.url);
  return withEnvironment({REQ_TIMEOUT: '0'}, () => ({
    ...require('pythonia/src/pythonia/Bridge.js'),
    ...require('pythonia/src/pythonia/IpcPipeCom.js'),
  }));
}

function endOf(child: ChildProcess, release: () => void): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      release();
      resolve({code, signal, detail: null});
    });
    // Two may come, that it cannot start and that it cannot be written to; unheard, either would end this process.
    child.on('error', (error) => {
      if (child.pid !== undefined) return;
      release();
      resolve({code: null, signal: null, detail: error.message});
    });
  });
}

/** Rejects as soon as the process ends: pythonia's own promises would stay open. */
async function raced<T>(promise: Promise<T>, ended: Promise<Ending>): Promise<T> {
  const end = ended.then(({code, signal, detail}): never => {
    throw new ImuError('SIDECAR_EXITED', `Python ended: ${detail ?? signal ?? `exit code ${code}`}.`);
  });
  return await Promise.race([promise, end]);
}

/** pythonia's exceptions have no message, only a stack: JavaScript's frames, Python's, and what was raised in the last line. */
function fromPython(error: unknown): unknown {
  if (!(error instanceof Error) || error.constructor.name !== 'PythonException') return error;
  const lines = (error.stack ?? '').split('\n').map((line) => line.trim());
  const raised = lines.findLast((line) => /^[\w.]+(Error|Exception|Interrupt)\b/.test(line)) ?? 'an exception';
  return new ImuError('INTERNAL', `The sidecar failed outside of any call: ${raised}`, {
    type: raised.split(':')[0] ?? '',
    stack: lines,
  });
}

/** Runs `action` with variables set, and puts everything back. */
function withEnvironment<T>(variables: Readonly<Record<string, string>>, action: () => T): T {
  const before = {...process.env};
  Object.assign(process.env, variables);
  try {
    return action();
  } finally {
    for (const name of Object.keys(variables)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}
