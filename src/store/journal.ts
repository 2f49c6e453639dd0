import {closeSync, constants, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {dirname} from 'node:path';
import {crc32} from 'node:zlib';
import type {ImuError, RunEvent} from '../protocol/index.ts';
import {syncFolder, writeNewFile} from './durableFiles.ts';
import type {JournalEntry} from './journalLine.ts';
import {writeLine} from './journalLine.ts';
import {type JournalPosition, parseJournal, positionOf, readJournalBytes} from './readJournal.ts';
import {storageFailure} from './storageFailure.ts';

/** Where a journal's bytes go. A seam for tests that need a disk which is full or broken. */
export interface AppendFile {
  append(bytes: Buffer): Promise<void>;
  /** Resolves when all that was appended survives a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export type OpenAppendFile = (path: string) => Promise<AppendFile>;

export interface Journal {
  /**
   * Writes an event. A state change resolves when it is on the disk; what only shows progress (PROGRESS_EVENTS) resolves when it is written,
   * at most BATCH_MS later. Rejects with a storage failure when the journal cannot be written, then and ever after.
   */
  append(event: RunEvent): Promise<void>;
  /** Writes what is waiting, then closes the file. Rejects when not all that was appended is on the disk. */
  close(): Promise<void>;
}

/** Events that a crash may lose: up to BATCH_MS of them, and with power up to what the disk held back. */
export const PROGRESS_EVENTS: ReadonlySet<RunEvent['type']> = new Set([
  'phaseStarted',
  'stepCompleted',
  'metricMeasured',
  'taskLogged',
  'logged',
  'laneMeasured',
]);

/** Milliseconds that progress may wait for company; short, because viewers see an event when it is written. */
export const BATCH_MS = 100;

/** Told of each event that was written, in order, and of where its line ends. */
export type OnWritten = (entry: JournalEntry, position: JournalPosition) => void;

/** Where a journal that was read is gone on with. */
export interface JournalEnd {
  readonly lastSeq: number;
  readonly position: JournalPosition;
  readonly numTornBytes: number;
}

/**
 * Opens a journal for appending. A torn tail is kept aside as `journal.torn-N`; the sequence goes on where the last good line left it.
 * Who has just read the journal hands its end over; else it is read.
 */
export async function openJournal(
  path: string,
  onWritten: OnWritten = () => {},
  openFile: OpenAppendFile = openAppendFile,
  end?: JournalEnd,
): Promise<Journal> {
  try {
    const from = end ?? readEnd(path);
    await setTornTailAside(path, from);
    return journalOver(await openFile(path), path, from, onWritten);
  } catch (thrown) {
    throw storageFailure(`open the journal ${path}`, thrown);
  }
}

interface Waiting {
  readonly entry: JournalEntry;
  readonly resolve: () => void;
  readonly reject: (error: ImuError) => void;
}

function journalOver(file: AppendFile, path: string, end: JournalEnd, onWritten: OnWritten): Journal {
  let {lastSeq: seq, position} = end;
  let waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> | null = null;
  let broken: ImuError | null = null;

  /** One write, and one sync at most, for all that waits; what arrives meanwhile goes with the next. */
  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    while (waiting.length > 0 && broken === null) {
      const batch = waiting;
      const lines = batch.map(({entry}) => writeLine(entry));
      waiting = [];
      try {
        await file.append(Buffer.from(lines.join('')));
        if (batch.some(({entry}) => !PROGRESS_EVENTS.has(entry.event.type))) await file.sync();
      } catch (thrown) {
        broken = storageFailure(`write the journal ${path}`, thrown);
        for (const {reject} of [...batch, ...waiting]) reject(broken);
        waiting = [];
        return;
      }
      for (const [index, {entry, resolve}] of batch.entries()) {
        position = behind(position, lines[index] as string);
        onWritten(entry, position);
        resolve();
      }
    }
  }

  function startFlush(): Promise<void> {
    flushing ??= flush().finally(() => {
      flushing = null;
      // An event that came between the last look and here has nobody else to write it.
      if (waiting.length > 0) void startFlush();
    });
    return flushing;
  }

  return {
    append: (event) => {
      if (broken !== null) return Promise.reject(broken);
      seq += 1;
      const entry: JournalEntry = {seq, at: new Date().toISOString(), event};
      const written = new Promise<void>((resolve, reject) => waiting.push({entry, resolve, reject}));
      if (!PROGRESS_EVENTS.has(event.type)) void startFlush();
      else if (flushing === null) timer ??= setTimeout(startFlush, BATCH_MS);
      return written;
    },
    close: async () => {
      while (waiting.length > 0 || flushing !== null) await startFlush();
      clearTimeout(timer);
      try {
        if (broken === null) await file.sync();
        await file.close();
      } catch (thrown) {
        broken ??= storageFailure(`close the journal ${path}`, thrown);
      }
      if (broken !== null) throw broken;
    },
  };
}

function behind({numBytes, sum}: JournalPosition, line: string): JournalPosition {
  return {numBytes: numBytes + Buffer.byteLength(line), sum: crc32(line, sum)};
}

function readEnd(path: string): JournalEnd {
  const bytes = readJournalBytes(path);
  const reading = parseJournal(bytes);
  return {
    lastSeq: reading.entries.at(-1)?.seq ?? 0,
    position: positionOf(bytes, reading),
    numTornBytes: reading.numTornBytes,
  };
}

async function setTornTailAside(path: string, {position: {numBytes}, numTornBytes}: JournalEnd): Promise<void> {
  if (numTornBytes === 0) return;
  const file = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    writeNewFile(tornPath(path), readFileSync(file).subarray(numBytes));
    ftruncateSync(file, numBytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  await syncFolder(dirname(path));
}

function tornPath(path: string): string {
  const base = path.replace(/\.jsonl$/, '');
  for (let n = 1; ; n += 1) if (!existsSync(`${base}.torn-${n}`)) return `${base}.torn-${n}`;
}

const openAppendFile: OpenAppendFile = async (path) => {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
  const file = await open(path, flags, 0o666);
  await syncFolder(dirname(path));
  return {
    append: (bytes) => file.appendFile(bytes),
    sync: () => file.datasync(),
    close: () => file.close(),
  };
};
