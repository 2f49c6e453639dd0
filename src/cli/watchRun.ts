import {dirname, relative} from 'node:path';
import type {Connection} from '../dashboard/index.ts';
import {evidenceOf} from '../report/evidence.ts';
import {ascii, plain} from '../report/plain.ts';
import {foldAll} from '../store/fold.ts';
import type {JournalCondition, Manifest} from '../store/index.ts';
import {describeReading, lookIntoStore, readProjection} from '../store/index.ts';
import {type EventRecord, empty, type Projection, recordOf} from '../store/projection.ts';
import {type ProjectionStore, projectionStore} from '../store/projectionStore.ts';
import {readRun} from '../store/runs.ts';
import {attach} from '../watch/attach.ts';
import {type ConnectionState, connectionNote} from '../watch/connection.ts';
import {replay} from '../watch/replay.ts';
import {isStreaming} from '../watch/streamFile.ts';
import type {LocatedRun} from './findRun.ts';
import {listenForInterruption} from './interruption.ts';
import type {WatchOptions} from './watch.ts';

type Dashboard = typeof import('../dashboard/index.ts');

/** What all ways of watching need. */
interface Watch {
  readonly dashboard: Dashboard;
  readonly directory: string;
  readonly manifest: Manifest;
  readonly mode: 'screen' | 'lines' | 'json';
  readonly colour: boolean;
  readonly who: string;
  /** Ctrl-C, where it comes as a signal: leave. */
  readonly stop: AbortSignal;
}

const DEFAULT_SPEED = 20;

/** Shows a run until its viewer leaves, or as lines and JSON until nothing more is to come. */
export async function watchRun({directory, manifest}: LocatedRun, options: WatchOptions, who: string): Promise<void> {
  const dashboard = await import('../dashboard/index.ts');
  const {stdout, stdin, env} = process;
  const facts = {stdoutTty: stdout.isTTY ?? false, stdinTty: stdin.isTTY ?? false, noTui: !options.tui};
  const output = dashboard.outputOf({...facts, json: options.json, env});
  const interruption = listenForInterruption();
  const watch = {dashboard, directory, manifest, ...output, who, stop: interruption.stop};
  try {
    if (options.replay || options.speed !== null) await showReplay(watch, options.speed ?? DEFAULT_SPEED);
    else if (watch.mode === 'screen') await showOnScreen(watch);
    else await showAsText(watch);
  } finally {
    interruption.dispose();
  }
}

async function showOnScreen(watch: Watch): Promise<void> {
  const {directory} = watch;
  // Whoever streams tells all; what is not streamed is read before the screen is taken, so that damage can be told.
  const from = isStreaming(directory) ? empty() : readState(watch);
  const store = projectionStore(from);
  const attachment = attach({directory, from, onEntries: pushAll(store), onSnapshot: store.reset});
  const {connection} = attachment;
  // The time of a run that nobody works on stands still.
  const clock = (): number => (LAST_STATES.has(connection.get()) ? store.get().at : Date.now());
  try {
    await onScreen(watch, store, {connection, clock});
  } finally {
    // What still listens would keep a program that failed alive.
    attachment.close();
  }
  summarise(watch, store.get(), connection.get());
}

/** Until the run is over, or nobody is left who works on it. */
async function showAsText(watch: Watch): Promise<void> {
  const {directory, manifest, mode, who, stop} = watch;
  const {promise: isDone, resolve: leave} = Promise.withResolvers<void>();
  stop.addEventListener('abort', () => leave());
  const teller = mode === 'json' ? tellJson(watch) : tellLines(watch);
  const attachment = attach({
    directory,
    from: teller.from,
    onEntries(records) {
      teller.tell(records);
      if (records.some(({event}) => event.type === 'runFinished')) leave();
    },
    onSnapshot: teller.jump,
  });
  const {connection} = attachment;
  const onState = (): void => {
    const note = connectionNote(connection.get(), manifest.command);
    if (note !== null) process.stderr.write(`${who}: ${plain(note)}\n`);
    if (LAST_STATES.has(connection.get())) leave();
  };
  connection.subscribe(onState);
  onState();
  await isDone;
  attachment.close();
  teller.end(connection.get());
}

const LAST_STATES: ReadonlySet<ConnectionState> = new Set(['ended', 'gone', 'unknown']);

interface Teller {
  /** What was told, or need not be told, when the viewer comes. */
  readonly from: Projection;
  tell(records: readonly EventRecord[]): void;
  /** The state was told anew, in place of the entries that lead there. */
  jump(projection: Projection): void;
  end(state: ConnectionState): void;
}

/** Every event of the journal, from the first one on. */
function tellJson(watch: Watch): Teller {
  const report = watch.dashboard.jsonLines(write);
  const known = readRecords(watch);
  let seq = 0;
  const tell = (records: readonly EventRecord[]): void => {
    for (const record of records) if (record.seq > seq) report(record);
    seq = Math.max(seq, records.at(-1)?.seq ?? 0);
  };
  tell(known);
  return {from: foldAll(known), tell, jump: () => tell(readRecords(watch)), end: () => {}};
}

/** Changes from now on, and at the end how the run stands. */
function tellLines(watch: Watch): Teller {
  const {dashboard, directory, colour} = watch;
  let projection = isStreaming(directory) ? empty() : readState(watch);
  let report = dashboard.lineReporter({write, colour, from: projection});
  return {
    from: projection,
    tell(records) {
      projection = foldAll(records, projection);
      records.forEach(report);
    },
    jump(next) {
      projection = next;
      const {finished, found, running, failed} = next.counts;
      const title = ascii(next.run?.title ?? '');
      write(`${title}: ${finished + found} of ${next.tasks.length} tasks done, ${running} running, ${failed} failed\n`);
      report = dashboard.lineReporter({write, colour, from: next});
    },
    end: (state) => summarise(watch, projection, state),
  };
}

async function showReplay(watch: Watch, speed: number): Promise<void> {
  const {dashboard, mode, colour, stop} = watch;
  const store = projectionStore();
  const report = mode === 'json' ? dashboard.jsonLines(write) : dashboard.lineReporter({write, colour});
  const show = mode === 'screen' ? store.push : report;
  const leave = new AbortController();
  const signal = AbortSignal.any([stop, leave.signal]);
  const records = readRecords(watch);
  const playing = replay({records, speed, onRecord: show, signal});
  if (mode === 'screen') await onScreen(watch, store, {connection: RECORDING, clock: playing.clock});
  else await playing.finished;
  leave.abort();
  // Where the run stands, however much of it was played.
  if (mode !== 'json') summarise(watch, foldAll(records), isStreaming(watch.directory) ? 'live' : 'ended');
}

const RECORDING: Connection = {get: () => 'recording', subscribe: () => () => {}};

/** Resolves when the viewer has left. */
async function onScreen(
  watch: Watch,
  store: ProjectionStore,
  {connection, clock}: {readonly connection: Connection; readonly clock: () => number},
): Promise<void> {
  const {dashboard, directory, manifest, stop} = watch;
  const looked = lookIntoStore(dirname(directory));
  const leave = (): void => screen.unmount();
  const screen = dashboard.renderDashboard({
    store,
    manifest,
    controls: {...dashboard.READ_ONLY, cancelAll: leave, forceExit: leave},
    closeAfterMs: null,
    clock,
    connection,
    evidence: evidenceOf(looked),
    runDirectory: directory,
    objectPath: looked.objectPath,
  });
  stop.addEventListener('abort', leave);
  await screen.finished;
  store.close();
}

/** How the run stands, for the main screen. */
function summarise({dashboard, directory, manifest}: Watch, projection: Projection, state: ConnectionState): void {
  const isCutOff = projection.run?.state === 'running' && LAST_STATES.has(state);
  const width = process.stdout.isTTY ? process.stdout.columns : 100;
  write(dashboard.summary(projection, manifest, {runPath: relative(process.cwd(), directory), width, isCutOff}));
}

const pushAll =
  (store: ProjectionStore) =>
  (records: readonly EventRecord[]): void => {
    for (const record of records) store.push(record);
  };

/** The whole journal as far as it can be believed. Throws where a newer imu wrote it. */
function readRecords(watch: Watch): readonly EventRecord[] {
  const {journal} = readRun(dirname(watch.directory), watch.manifest.runId);
  tellDamage(watch, journal);
  return journal.entries.map(recordOf);
}

/** How the run stood when its journal was last written. Throws where a newer imu wrote it. */
function readState(watch: Watch): Projection {
  const {projection, reading} = readProjection(watch.directory);
  tellDamage(watch, reading);
  return projection;
}

function tellDamage({directory, who}: Watch, reading: JournalCondition): void {
  // The last line of a run that goes on may be under way.
  const said = describeReading(isStreaming(directory) ? {...reading, numTornBytes: 0} : reading);
  if (said !== null) process.stderr.write(`${who}: ${said}\n`);
}

function write(text: string): void {
  process.stdout.write(text);
}
