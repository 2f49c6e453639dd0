import {createServer, request} from 'node:http';
import type {AddressInfo} from 'node:net';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import WebSocket from 'ws';
import {type Hub, openHub} from './hub.ts';

let hub: Hub;
let connections: string[];
beforeEach(async () => {
  hub = await openHub({maxPayloadBytes: 1024});
  connections = [];
});
afterEach(() => hub.close());

const admit = (role: 'sidecar' | 'viewer', once: boolean) =>
  hub.admit({
    role,
    once,
    onConnection(socket) {
      connections.push(role);
      socket.on('message', (data) => socket.send(data));
    },
  });

describe('the hub', () => {
  test('listens on this machine only, on a port of its own', () => {
    expect(hub.url).toMatch(/^ws:\/\/127\.0\.0\.1:[1-9]\d+$/);
  });

  test('lets a party in by its token, as what it was admitted as', async () => {
    const [sidecar, viewer] = [admit('sidecar', true), admit('viewer', false)];
    expect(sidecar.token).not.toBe(viewer.token);
    expect(Buffer.from(sidecar.token, 'base64url')).toHaveLength(32);
    expect(await dial({Authorization: `Bearer ${viewer.token}`})).toBe('open');
    expect(await dial({Authorization: `Bearer ${viewer.token}`})).toBe('open');
    expect(await dial({Authorization: `Bearer ${sidecar.token}`})).toBe('open');
    expect(connections).toEqual(['viewer', 'viewer', 'sidecar']);
  });

  test('refuses no token, a wrong one, a used one and a revoked one with 401', async () => {
    const {token} = admit('sidecar', true);
    const headers: Record<string, string>[] = [
      {},
      {Authorization: token},
      {Authorization: `Bearer ${token}x`},
      {Authorization: 'Bearer '},
    ];
    for (const header of headers) expect(await dial(header)).toBe(401);
    expect(await dial({Authorization: `Bearer ${token}`})).toBe('open');
    expect(await dial({Authorization: `Bearer ${token}`})).toBe(401);
    const revoked = admit('viewer', false);
    revoked.revoke();
    expect(await dial({Authorization: `Bearer ${revoked.token}`})).toBe(401);
  });

  test('refuses every page of a browser with 403, whatever token it has', async () => {
    const {token} = admit('viewer', false);
    for (const Origin of ['https://example.org', 'http://127.0.0.1', 'null'])
      expect(await dial({Authorization: `Bearer ${token}`, Origin})).toBe(403);
    // A name that was made to point here (DNS rebinding).
    expect(await dial({Authorization: `Bearer ${token}`, Host: 'example.org'})).toBe(403);
    expect(connections).toEqual([]);
  });

  test('hangs up with 1009 on a frame that is too large', async () => {
    const {token} = admit('viewer', false);
    const socket = new WebSocket(hub.url, {headers: {Authorization: `Bearer ${token}`}});
    socket.on('open', () => socket.send(Buffer.alloc(1025)));
    expect(await new Promise((resolve) => socket.on('close', resolve))).toBe(1009);
  });

  test('does not compress', async () => {
    const {token} = admit('viewer', false);
    const socket = new WebSocket(hub.url, {headers: {Authorization: `Bearer ${token}`}});
    await new Promise((resolve) => socket.on('open', resolve));
    expect(socket.extensions).toBe('');
    socket.terminate();
  });

  test('answers plain HTTP with 426', async () => {
    const status = await new Promise((resolve) =>
      request(hub.url.replace('ws', 'http'), (response) => resolve(response.resume().statusCode)).end(),
    );
    expect(status).toBe(426);
  });

  test('frees its port when it closes', async () => {
    const port = Number(new URL(hub.url).port);
    const other = await openHub();
    const otherPort = Number(new URL(other.url).port);
    expect(otherPort).not.toBe(port);
    await other.close();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(otherPort, '127.0.0.1', resolve));
    expect((server.address() as AddressInfo).port).toBe(otherPort);
    await new Promise((resolve) => server.close(resolve));
  });
});

/** What becomes of an attempt to connect: `open`, or the status of the refusal. */
function dial(headers: Record<string, string>): Promise<'open' | number | undefined> {
  const socket = new WebSocket(hub.url, {headers});
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      socket.terminate();
      resolve('open');
    });
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    socket.on('error', reject);
  });
}
