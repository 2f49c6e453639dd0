import {createHash, randomBytes, timingSafeEqual} from 'node:crypto';
import {createServer, type IncomingMessage} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {Duplex} from 'node:stream';
import {type WebSocket, WebSocketServer} from 'ws';
import {MAX_MESSAGE_BYTES} from './frames.ts';

/** Who may dial in: a sidecar computes for us, a viewer looks on. */
export type Role = 'sidecar' | 'viewer';

/** Lets one party in, by the token that only it is given. */
export interface Admission {
  readonly role: Role;
  /** true: the token opens one connection and is then worthless. */
  readonly once: boolean;
  onConnection(socket: WebSocket): void;
}

export interface Hub {
  readonly url: string;
  /** 256 random bits, for the environment of the admitted process; never for a URL or an argument. */
  admit(admission: Admission): {readonly token: string; revoke(): void};
  /** Hangs up on everyone. */
  close(): Promise<void>;
}

export interface HubOptions {
  /** What others may send in one message; more hangs up on them. */
  readonly maxPayloadBytes?: number;
  /** false: the process may end while the hub is open. */
  readonly keepsAlive?: boolean;
}

/** A kernel that holds Python's lock answers no ping: minutes, not seconds. A process of ours that dies is noticed by its exit. */
const PING_EVERY_MS = 20_000;
const PONG_WITHIN_MS = 300_000;

/** The one port of the toolkit: on this machine only, everyone by token, nobody from a browser. */
export async function openHub({maxPayloadBytes = MAX_MESSAGE_BYTES, keepsAlive = true}: HubOptions = {}): Promise<Hub> {
  const admissions = new Map<string, Admission>();
  // Floats do not compress: it would cost 30 times the transfer.
  const sockets = new WebSocketServer({noServer: true, perMessageDeflate: false, maxPayload: maxPayloadBytes});
  const server = createServer((_request, response) => response.writeHead(426).end());
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // From here on nobody else listens for the errors of a connection that is reset.
    stream.on('error', () => {});
    const refusal = refuse(request, admissions);
    if (typeof refusal === 'number') return hangUp(stream, refusal);
    const {key, admission} = refusal;
    if (admission.once) admissions.delete(key);
    sockets.handleUpgrade(request, stream, head, (socket) => {
      keepAlive(socket);
      admission.onConnection(socket);
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  if (!keepsAlive) {
    server.unref();
    server.on('connection', (connection) => connection.unref());
  }
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    admit(admission) {
      const token = randomBytes(32).toString('base64url');
      const key = digest(token).toString('hex');
      admissions.set(key, admission);
      return {token, revoke: () => void admissions.delete(key)};
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      // Whoever connected and never asked for anything must not be waited for.
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The admission that a request may use, or the status that refuses it. */
function refuse(
  {headers}: IncomingMessage,
  admissions: ReadonlyMap<string, Admission>,
): 401 | 403 | {key: string; admission: Admission} {
  // Only browsers send an Origin, and every page may reach this machine's ports; a foreign Host is a page that renamed itself.
  if (headers.origin !== undefined || !/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(headers.host ?? '')) return 403;
  const given = digest(/^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '');
  for (const [key, admission] of admissions) {
    if (timingSafeEqual(given, Buffer.from(key, 'hex'))) return {key, admission};
  }
  return 401;
}

const digest = (token: string): Buffer => createHash('sha256').update(token).digest();

const REASONS = {401: 'Unauthorized', 403: 'Forbidden'} as const;

function hangUp(stream: Duplex, status: 401 | 403): void {
  stream.once('finish', () => stream.destroy());
  stream.end(`HTTP/1.1 ${status} ${REASONS[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function keepAlive(socket: WebSocket): void {
  let heardAt = Date.now();
  const timer = setInterval(() => {
    if (Date.now() - heardAt > PONG_WITHIN_MS) socket.terminate();
    else socket.ping();
  }, PING_EVERY_MS);
  timer.unref();
  socket.on('pong', () => {
    heardAt = Date.now();
  });
  socket.on('message', () => {
    heardAt = Date.now();
  });
  socket.on('close', () => clearInterval(timer));
  // An error is followed by a close, and that is what is acted upon.
  socket.on('error', () => {});
}
