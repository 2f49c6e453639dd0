import {closeSync, openSync} from 'node:fs';
import {execa} from 'execa';
import type {RawData, WebSocket} from 'ws';
import {z} from 'zod';
import {ImuError} from '../protocol/index.ts';
import {decodeFrame, encodeFrame} from './frames.ts';
import {type Hub, openHub} from './hub.ts';
import {requireInterpreter, sidecarEnvironment} from './launch.ts';
import {Answer, type Ending, type IncomingReply, type Link, type OutgoingCall} from './link.ts';
import type {SidecarOptions} from './sidecar.ts';

/** A sidecar that dials in to our hub: its own process group, so that all its ranks and children end together. */
export async function openWs(options: SidecarOptions, signal: AbortSignal): Promise<Link> {
  requireInterpreter(options.interpreter);
  const {hub, release} = await borrowHub();
  const connected = Promise.withResolvers<WebSocket>();
  const {token, revoke} = hub.admit({role: 'sidecar', once: true, onConnection: connected.resolve});
  const child = launch(options, {IMU_HUB_URL: hub.url, IMU_HUB_TOKEN: token});
  const ended = child.ended.finally(() => {
    revoke();
    release();
  });
  const onAbort = () => child.signal('SIGKILL');
  signal.addEventListener('abort', onAbort, {once: true});
  try {
    const socket = await Promise.race([connected.promise, ended.then(throwEnding)]);
    return new WsLink(child, ended, socket);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

class WsLink implements Link {
  readonly pid: number;
  readonly ended: Promise<Ending>;
  readonly #child: Child;
  readonly #socket: WebSocket;
  #callId = 0;
  #running: {onEvent(event: unknown): void; settle(reply: IncomingReply): void; fail(error: unknown): void} | null =
    null;

  constructor(child: Child, ended: Promise<Ending>, socket: WebSocket) {
    this.pid = child.pid;
    this.#child = child;
    this.#socket = socket;
    let detail: string | null = null;
    socket.on('message', (data) => this.#receive(data));
    socket.on('close', (code) => {
      detail = `its connection closed with ${code}`;
      // Nothing it computes can reach us any more.
      setTimeout(() => this.kill(), 500).unref();
    });
    this.ended = ended.then((ending) => ({...ending, detail: ending.detail ?? detail}));
  }

  async send({operation, input, arrays}: OutgoingCall, onEvent: (event: unknown) => void): Promise<IncomingReply> {
    const id = ++this.#callId;
    const frame = encodeFrame({type: 'call', id, operation, input}, arrays);
    const {promise, resolve, reject} = Promise.withResolvers<IncomingReply>();
    this.#running = {onEvent, settle: resolve, fail: reject};
    this.#socket.send(frame);
    try {
      return await promise;
    } finally {
      this.#running = null;
    }
  }

  #receive(data: RawData): void {
    try {
      const {header, arrays} = decodeFrame(data as Buffer);
      // What an earlier call still had to say is nobody's business now.
      if (header.id !== this.#callId) return;
      if (header.type === 'event') this.#running?.onEvent(header.event);
      else this.#running?.settle({answer: Answer.parse(header), arrays});
    } catch (error) {
      const failure = error instanceof z.ZodError ? new ImuError('PROTOCOL_MISMATCH', z.prettifyError(error)) : error;
      this.#running?.fail(failure);
    }
  }

  cancel(): void {
    this.#socket.send(encodeFrame({type: 'cancel', id: this.#callId}, {}));
  }

  shutDown(): void {
    if (this.#running) this.#child.signal('SIGTERM');
    else this.#socket.send(encodeFrame({type: 'shutdown'}, {}));
  }

  kill(): void {
    this.#child.signal('SIGKILL');
  }
}

interface Child {
  readonly pid: number;
  readonly ended: Promise<Ending>;
  /** To the whole group. */
  signal(signal: NodeJS.Signals): void;
}

function launch(options: SidecarOptions, variables: Record<string, string>): Child {
  const log = openSync(options.logPath, 'a', 0o600);
  const child = execa(options.interpreter, ['-m', 'imu_sidecar.serve_ws'], {
    // The folder imu is started in must not shadow a package.
    env: {...sidecarEnvironment(options), PYTHONSAFEPATH: '1', ...variables},
    // The descriptor itself, so that the log outlives this process; the types of execa name only the first nine.
    stdio: ['ignore', log as 3, log as 3],
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
  });
  closeSync(log);
  const ended = child.then(({exitCode, signal, failed, shortMessage}) => ({
    code: exitCode ?? null,
    signal: signal ?? null,
    detail: failed && exitCode === undefined && signal === undefined ? (shortMessage ?? null) : null,
  }));
  return {
    pid: child.pid ?? 0,
    ended,
    signal(signal) {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch {
        // The group is gone already.
      }
    },
  };
}

function throwEnding({code, signal, detail}: Ending): never {
  throw new ImuError('SIDECAR_EXITED', `Python ended: ${detail ?? signal ?? `exit code ${code}`}.`);
}

let shared: Promise<Hub> | undefined;
let numUsers = 0;

/** One hub for all lanes, open as long as any of them. */
async function borrowHub(): Promise<{hub: Hub; release(): void}> {
  numUsers += 1;
  shared ??= openHub();
  const open = shared;
  return {
    hub: await open,
    release() {
      numUsers -= 1;
      if (numUsers > 0) return;
      shared = undefined;
      void open.then((hub) => hub.close());
    },
  };
}
