/**
 * What `imu watch` costs: from connecting to the full state of a huge run, and what an event costs whoever runs the suite.
 *
 *   node experiments/bench/watch.ts
 *
 * A minute on two slow cores; no Python. A process of its own stands in for the orchestrator of a run of 2,000 tasks and 100,000 events.
 * What must hold: the full state within half a second, and an event that nobody watches costs next to nothing.
 */
import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {WebSocket} from 'ws';
import {parse, stringify} from '../../src/protocol/index.ts';
import {writeHugeRun} from '../../src/store/fixtures/hugeRun.ts';
import {type JournalEntry, openStore, readJournal} from '../../src/store/index.ts';
import {empty, fold, type Projection, recordOf} from '../../src/store/projection.ts';
import {readRun} from '../../src/store/runs.ts';
import {attach, type EventStream, openStream} from '../../src/watch/index.ts';
import {readStreamFile, type StreamFile} from '../../src/watch/streamFile.ts';

const NUM_VIEWERS = [0, 1, 10];
const NUM_ATTACHES = 5;
/** Far more than a suite makes, so that the cost can be told from noise. */
const EVENTS_PER_TICK = 100;
const TICK_MS = 10;
const NUM_TICKS = 300;

interface Attach {
  readonly ms: number;
  /** Of both processes together: what it would take on a machine with nothing else to do, but for waiting. */
  readonly cpuMs: number;
}

interface Cost {
  /** Of the orchestrator's CPU, user and system, beyond what the same loop takes without publishing. */
  readonly cpuMicrosecondsPerEvent: number;
  readonly bytesPerEvent: number | null;
}

const [, , role, directory = ''] = process.argv;
if (role === 'orchestrator') orchestrate(directory);
else await measure();

async function measure(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'imu-bench-'));
  const attaches: Record<string, Attach[]> = {};
  const costs: Record<string, Cost> = {};
  try {
    const run = writeHugeRun(root);
    await keepProjection(root, run);
    for (const session of ['first session', 'taken up again']) {
      const orchestrator = fork(fileURLToPath(import.meta.url), ['orchestrator', run]);
      await ask(orchestrator, session);
      const file = readStreamFile(run) as StreamFile;
      attaches[session] = [];
      for (let n = 0; n < NUM_ATTACHES; n++) attaches[session].push(await attachOnce(orchestrator, run));
      if (session === 'first session') {
        // Once for the compiler.
        await ask(orchestrator, 'publish');
        for (const count of NUM_VIEWERS) costs[`${count} viewers`] = await publishingCost(orchestrator, file, count);
      }
      orchestrator.kill('SIGKILL');
      await once(orchestrator, 'exit');
    }
  } finally {
    rmSync(root, {recursive: true});
  }
  print(attaches, costs);
}

/** What every orchestrator leaves beside its journal. */
async function keepProjection(root: string, run: string): Promise<void> {
  const {runId, manifest} = readRun(root, basename(run));
  const opened = await openStore(root).openRun(runId, manifest);
  await opened.journal.append({type: 'runPaused'});
  await opened.close();
}

/** From knowing nothing to the full state, decoded. */
async function attachOnce(orchestrator: ChildProcess, run: string): Promise<Attach> {
  const cpuBefore = (await ask(orchestrator, 'cpu')) + ownCpuMicros();
  const startedAt = performance.now();
  const {promise, resolve} = Promise.withResolvers<number>();
  const onSnapshot = ({tasks}: Projection): void => {
    if (tasks.length < 2_000) throw new Error(`only ${tasks.length} tasks`);
    resolve(performance.now() - startedAt);
  };
  const attachment = attach({directory: run, onEntries: () => {}, onSnapshot});
  const ms = await promise;
  const cpuMs = ((await ask(orchestrator, 'cpu')) + ownCpuMicros() - cpuBefore) / 1_000;
  attachment.close();
  return {ms, cpuMs};
}

function ownCpuMicros(): number {
  const {user, system} = process.cpuUsage();
  return user + system;
}

async function publishingCost(orchestrator: ChildProcess, file: StreamFile, count: number): Promise<Cost> {
  const viewers = await Promise.all(Array.from({length: count}, () => rawViewer(file)));
  const micros = (await ask(orchestrator, 'publish')) - (await ask(orchestrator, 'wait'));
  // The last batch is under way.
  await sleep(300);
  for (const {socket} of viewers) socket.terminate();
  const numEvents = NUM_TICKS * EVENTS_PER_TICK;
  const [viewer] = viewers;
  if (viewer !== undefined && viewer.counted.numEntries < numEvents) throw new Error('a viewer missed events');
  return {
    cpuMicrosecondsPerEvent: micros / numEvents,
    bytesPerEvent: viewer === undefined ? null : viewer.counted.numBytes / viewer.counted.numEntries,
  };
}

async function rawViewer({url, token}: StreamFile) {
  const socket = new WebSocket(url, {headers: {Authorization: `Bearer ${token}`}});
  const counted = {numBytes: 0, numEntries: 0};
  await once(socket, 'open');
  socket.send(stringify({type: 'hello', since: 0}));
  await once(socket, 'message');
  socket.on('message', (data, isBinary) => {
    if (isBinary) return;
    counted.numBytes += (data as Buffer).length;
    counted.numEntries += (parse(String(data)) as {entries: unknown[]}).entries.length;
  });
  return {socket, counted};
}

async function ask(orchestrator: ChildProcess, what: string): Promise<number> {
  orchestrator.send(what);
  const [answer] = await once(orchestrator, 'message');
  return answer as number;
}

/** The other process: it knows the run by heart and publishes when it is told to. */
function orchestrate(run: string): void {
  const {entries} = readJournal(join(run, 'journal.jsonl'));
  const steps = entries.filter(({event}) => event.type === 'stepCompleted' || event.type === 'metricMeasured');
  let own = empty();
  let seq = entries.at(-1)?.seq ?? 0;
  let stream: EventStream;

  const open = (first: readonly JournalEntry[]): void => {
    let numStaged = 0;
    const stagePath = (extension: string): string => join(run, `bench-${process.pid}-${++numStaged}.${extension}`);
    stream = openStream({directory: run, stagePath, projection: () => own, warn: console.error});
    for (const entry of first) {
      own = fold(own, recordOf(entry));
      stream.publish(entry);
    }
  };

  async function spend(eventsPerTick: number): Promise<number> {
    const before = ownCpuMicros();
    for (let tick = 0; tick < NUM_TICKS; tick++) {
      for (let n = 0; n < eventsPerTick; n++) {
        const {at, event} = steps[(tick * EVENTS_PER_TICK + n) % steps.length] as JournalEntry;
        stream.publish({seq: ++seq, at, event});
      }
      await sleep(TICK_MS);
    }
    return ownCpuMicros() - before;
  }

  async function answer(what: string): Promise<number> {
    if (what === 'cpu') return ownCpuMicros();
    if (what === 'wait') return spend(0);
    if (what === 'publish') return spend(EVENTS_PER_TICK);
    if (what === 'first session') open(entries);
    else open([{seq: ++seq, at: new Date().toISOString(), event: {type: 'runPaused'}}]);
    while (readStreamFile(run)?.pid !== process.pid) await sleep(5);
    return 0;
  }

  process.on('message', async (what) => {
    process.send?.(await answer(what as string));
  });
}

function print(attaches: Readonly<Record<string, readonly Attach[]>>, costs: Readonly<Record<string, Cost>>): void {
  for (const [session, durations] of Object.entries(attaches))
    console.log(
      `full state, ${session}`.padEnd(32),
      durations.map(({ms, cpuMs}) => `${ms.toFixed(0)} ms (CPU ${cpuMs.toFixed(0)})`).join('  '),
    );
  for (const [viewers, {cpuMicrosecondsPerEvent, bytesPerEvent}] of Object.entries(costs)) {
    const size = bytesPerEvent === null ? '' : `   ${bytesPerEvent.toFixed(0)} bytes per event and viewer`;
    console.log(
      `publishing to ${viewers}`.padEnd(32),
      `${cpuMicrosecondsPerEvent.toFixed(1)} us of CPU per event${size}`,
    );
  }
  console.log(JSON.stringify({bench: 'watch', attaches, costs}));
}
