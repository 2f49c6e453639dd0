import type {RawData, WebSocket} from 'ws';
// Not by way of the folder's index: a viewer needs none of what starts sidecars, and waits for every file that is loaded.
import {type Hub, openHub} from '../sidecar/hub.ts';
import type {JournalEntry} from '../store/index.ts';
import type {Projection} from '../store/projection.ts';
import {encodeProjection} from '../store/snapshot.ts';
import {decode, encodeEntries, Hello} from './messages.ts';
import {recentEntries} from './recentEntries.ts';
import {removeStreamFile, writeStreamFile} from './streamFile.ts';
import {wholeProjection} from './wholeProjection.ts';

export interface StreamOptions {
  /** Of the run: `watch.json` is put there. */
  readonly directory: string;
  /** A path on the same file system that does not exist yet. */
  readonly stagePath: (extension: string) => string;
  /** What the caller has folded, up to the entry that it publishes next or published last. */
  readonly projection: () => Projection;
  /** Told in one sentence why nobody can watch; the run goes on. */
  readonly warn: (sentence: string) => void;
}

/** A run's events for viewers, as many as like, who can do nothing to it. */
export interface EventStream {
  /** Each entry of the journal, in order, once it is written. The first one opens the stream: only then is the run surely ours. Never throws. */
  publish(entry: JournalEntry): void;
  /** Sends what is left, hangs up and removes `watch.json`. */
  close(): Promise<void>;
}

/** A viewer says hello and nothing more. */
const MAX_INCOMING_BYTES = 64 * 1024;
/** Entries wait so long for company: one message to all viewers costs as much for a hundred entries as for one. */
const BATCH_MS = 50;
/** What may wait in this process for a viewer that reads slowly. Beyond, live entries pass it by, and it gets a snapshot when it has read all. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** So long viewers may take to read the end of a run that is over. */
const DRAIN_MS = 500;

const CLOSE_OVER = 1000;
const CLOSE_NOT_ALLOWED = 1008;
const CLOSE_INTERNAL = 1011;

interface Viewer {
  readonly socket: WebSocket;
  isBehind: boolean;
  /** What may wait for it: more while it reads a long message that it needs. */
  mayWaitBytes: number;
}

interface Door {
  readonly hub: Hub;
  readonly token: string;
}

export function openStream({directory, stagePath, projection, warn}: StreamOptions): EventStream {
  const recent = recentEntries();
  const whole = wholeProjection(directory, projection);
  const viewers = new Set<Viewer>();
  let door: Promise<Door | null> | null = null;
  let isOver = false;
  let pending: JournalEntry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let snapshot: Buffer | null = null;

  function publish(entry: JournalEntry): void {
    if (isOver) return;
    door ??= openDoor();
    snapshot = null;
    const follows = entry.seq === recent.lastSeq + 1;
    recent.push(entry);
    whole.publish(entry);
    if (viewers.size === 0) return;
    if (!follows) for (const viewer of viewers) viewer.isBehind = true;
    pending.push(entry);
    flushSoon();
  }

  function flushSoon(): void {
    timer ??= setTimeout(flush, BATCH_MS).unref();
  }

  /** One encoded message is shared by all who keep up. */
  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const message = pending.length > 0 ? encodeEntries(pending) : null;
    pending = [];
    for (const viewer of viewers) {
      const {bufferedAmount} = viewer.socket;
      if (bufferedAmount === 0) viewer.mayWaitBytes = MAX_WAITING_BYTES;
      if (bufferedAmount > viewer.mayWaitBytes) viewer.isBehind = true;
      if (!viewer.isBehind) {
        if (message !== null) viewer.socket.send(message, {binary: false});
      } else if (bufferedAmount === 0) sendSnapshot(viewer);
      else flushSoon();
    }
  }

  function catchUp(viewer: Viewer, since: number): void {
    const missed = since === 0 ? null : recent.since(since);
    if (missed === null) {
      sendSnapshot(viewer);
      return;
    }
    const message = encodeEntries(missed);
    viewer.mayWaitBytes = MAX_WAITING_BYTES + message.length;
    viewer.socket.send(message, {binary: false});
  }

  function sendSnapshot(viewer: Viewer): void {
    try {
      snapshot ??= Buffer.from(encodeProjection(whole.get()));
      viewer.mayWaitBytes = MAX_WAITING_BYTES + snapshot.length;
      viewer.isBehind = false;
      viewer.socket.send(snapshot, {binary: true});
    } catch (thrown) {
      // A journal that cannot be read any more ends the run by itself; the viewer reads what there is.
      warn(`a viewer cannot be told how the run stands: ${(thrown as Error).message}`);
      hangUp(viewer, CLOSE_INTERNAL);
    }
  }

  function hangUp(viewer: Viewer, code: number): void {
    viewers.delete(viewer);
    viewer.socket.close(code);
    // Whoever does not close in turn is not waited for.
    setTimeout(() => viewer.socket.terminate(), DRAIN_MS).unref();
  }

  function greet(socket: WebSocket): void {
    const viewer: Viewer = {socket, isBehind: false, mayWaitBytes: MAX_WAITING_BYTES};
    let isKnown = false;
    socket.on('message', (data, isBinary) => {
      const hello = isKnown || isBinary ? null : decode(Hello, toBuffer(data));
      if (hello === null) {
        hangUp(viewer, CLOSE_NOT_ALLOWED);
        return;
      }
      isKnown = true;
      // What is still waiting belongs to those who were here before.
      flush();
      viewers.add(viewer);
      catchUp(viewer, hello.since);
    });
    socket.on('close', () => viewers.delete(viewer));
  }

  async function openDoor(): Promise<Door | null> {
    let hub: Hub | null = null;
    try {
      hub = await openHub({maxPayloadBytes: MAX_INCOMING_BYTES, keepsAlive: false});
      const {token} = hub.admit({role: 'viewer', once: false, onConnection: greet});
      if (!isOver) writeStreamFile(directory, stagePath('json'), {url: hub.url, token});
      return {hub, token};
    } catch (thrown) {
      warn(`nobody can watch this run from another terminal: ${(thrown as Error).message}`);
      await hub?.close();
      return null;
    }
  }

  async function close(): Promise<void> {
    isOver = true;
    const opened = await door;
    if (opened == null) return;
    removeStreamFile(directory, opened.token);
    flush();
    clearTimeout(timer);
    const late = setTimeout(() => {
      for (const {socket} of viewers) socket.terminate();
    }, DRAIN_MS);
    await Promise.all([...viewers].map(sayGoodbye));
    clearTimeout(late);
    await opened.hub.close();
  }

  return {publish, close};
}

function sayGoodbye({socket}: Viewer): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.close(CLOSE_OVER);
  });
}

const toBuffer = (data: RawData): Buffer => (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer));
