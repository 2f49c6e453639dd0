import {statSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {RawData} from 'ws';
import {readProjection} from '../store/index.ts';
import {isProvablyDead} from '../store/processIdentity.ts';
import {type EventRecord, empty, type Projection, recordOf} from '../store/projection.ts';
import {decodeProjection} from '../store/snapshot.ts';
import {type Connection, type ConnectionState, settableConnection} from './connection.ts';
import {decode, Entries, encode, STREAM_FORMAT} from './messages.ts';
import {isHere, readStreamFile, type StreamFile} from './streamFile.ts';

export interface AttachOptions {
  readonly directory: string;
  /** What is known already; by default nothing. */
  readonly from?: Projection;
  /** What follows what is known, in order, nothing left out or told twice. */
  readonly onEntries: (records: readonly EventRecord[]) => void;
  /** The whole state anew: at the beginning, and after a break that was too long to be told in entries. */
  readonly onSnapshot: (projection: Projection) => void;
}

/** Looks on; changes nothing. */
export interface Attachment {
  readonly connection: Connection;
  close(): void;
}

/** Waits between two attempts to connect, the last one from then on: that is also how soon a new orchestrator is noticed. */
const WAITS_MS = [50, 100, 200, 400, 800, 1_000];
const HANDSHAKE_MS = 5_000;
/** Snapshots of huge runs take tens of megabytes. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;
/** Reading a long journal again and again may take so much of a viewer's time. */
const READING_SHARE = 0.1;

/**
 * Follows a run over the stream of whoever works on it, through breaks, deaths and restarts of the orchestrator, until `close`. While nobody
 * streams, what is new in the journal is shown.
 */
export function attach({directory, from = empty(), onEntries, onSnapshot}: AttachOptions): Attachment {
  const connection = settableConnection('connecting');
  const journal = watchJournal(directory, from.seq >= 0);
  const closing = new AbortController();
  /** Streams that said what this version cannot read. */
  const unreadable = new Set<string>();
  let seq = from.seq;
  let isOver = isOverIn(from);
  let wasLive = false;

  function takeSnapshot(projection: Projection): void {
    seq = projection.seq;
    isOver = isOverIn(projection);
    onSnapshot(projection);
  }

  function takeEntries(entries: readonly EventRecord[]): void {
    // What is published stands in the journal.
    if ((entries[0]?.seq ?? 0) > seq + 1) takeNewer(journal.read());
    const news = entries.filter((entry) => entry.seq > seq);
    if (news.length === 0) return;
    seq = news.at(-1)?.seq ?? seq;
    for (const {event} of news) {
      if (event.type === 'runStarted') isOver = false;
      if (event.type === 'runFinished') isOver = true;
    }
    onEntries(news);
  }

  /** A lower number means that the run was removed and begun anew. */
  function takeNewer(projection: Projection | null): void {
    if (projection !== null && projection.seq !== seq) takeSnapshot(projection);
  }

  /** Resolves when the connection is closed, with whether anything was heard. */
  async function listen({url, token}: StreamFile): Promise<boolean> {
    // Not before somebody may answer: with Node's HTTP it takes a tenth of a viewer's start.
    const {WebSocket} = await import('ws');
    if (closing.signal.aborted) return false;
    const socket = new WebSocket(url, {
      headers: {Authorization: `Bearer ${token}`},
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_MS,
      maxPayload: MAX_MESSAGE_BYTES,
    });
    const hangUp = (): void => socket.terminate();
    closing.signal.addEventListener('abort', hangUp);
    let hasHeard = false;
    socket.on('open', () => socket.send(encode({type: 'hello', since: Math.max(0, seq)})));
    socket.on('message', (data, isBinary) => {
      if (closing.signal.aborted) return;
      if (!receive(data as Buffer, isBinary)) {
        unreadable.add(token);
        return hangUp();
      }
      hasHeard = true;
      wasLive = true;
      connection.set('live');
    });
    // An error is followed by a close.
    socket.on('error', () => {});
    return new Promise((resolve) => {
      socket.on('close', () => {
        closing.signal.removeEventListener('abort', hangUp);
        resolve(hasHeard);
      });
    });
  }

  /** False when the message is none that this version can read. */
  function receive(data: RawData, isBinary: boolean): boolean {
    const bytes = data as Buffer;
    if (isBinary) {
      const projection = decodeSnapshot(bytes);
      if (projection !== null) takeSnapshot(projection);
      return projection !== null;
    }
    const message = decode(Entries, bytes);
    if (message !== null) takeEntries(message.entries.map(recordOf));
    return message !== null;
  }

  function stateOf(file: StreamFile | null): ConnectionState {
    if (isOver) return 'ended';
    if (file === null || !isHere(file)) return 'unknown';
    if (isProvablyDead(file.process)) return 'gone';
    if (!isReadable(file)) return 'unknown';
    return wasLive ? 'reconnecting' : 'connecting';
  }

  const isReadable = ({formatVersion, token}: StreamFile): boolean =>
    formatVersion === STREAM_FORMAT && !unreadable.has(token);

  async function follow(): Promise<void> {
    let numFailures = 0;
    while (!closing.signal.aborted) {
      const file = readStreamFile(directory);
      const mayAnswer = file !== null && isHere(file) && isReadable(file) && !isProvablyDead(file.process);
      const hasHeard = mayAnswer && (await listen(file));
      if (closing.signal.aborted) return;
      numFailures = hasHeard ? 0 : numFailures + 1;
      takeNewer(journal.readIfChanged());
      connection.set(stateOf(readStreamFile(directory)));
      const waitMs = WAITS_MS[Math.min(numFailures, WAITS_MS.length - 1)];
      await sleep(waitMs, null, {signal: closing.signal}).catch(() => null);
    }
  }

  void follow();
  return {connection, close: () => closing.abort()};
}

const isOverIn = ({run}: Projection): boolean => run !== null && run.state !== 'running';

function decodeSnapshot(bytes: Buffer): Projection | null {
  try {
    return decodeProjection(bytes.toString('utf8'));
  } catch {
    return null;
  }
}

interface JournalWatch {
  /** Null where it cannot be read: a newer imu has taken the run up. */
  read(): Projection | null;
  /** Null also where the journal is as it was, or was read only just now. */
  readIfChanged(): Projection | null;
}

function watchJournal(directory: string, isRead: boolean): JournalWatch {
  let known = isRead ? version() : '';
  let notBefore = 0;

  function version(): string {
    const file = statSync(join(directory, 'journal.jsonl'), {throwIfNoEntry: false});
    return file === undefined ? '' : `${file.ino} ${file.size}`;
  }

  function read(): Projection | null {
    const startedAt = performance.now();
    try {
      return readProjection(directory).projection;
    } catch {
      return null;
    } finally {
      const finishedAt = performance.now();
      notBefore = finishedAt + (finishedAt - startedAt) / READING_SHARE;
    }
  }

  return {
    read,
    readIfChanged() {
      const found = version();
      if (found === known || performance.now() < notBefore) return null;
      known = found;
      return read();
    },
  };
}
