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
import {writeHugeRun} from '../../src/store/fixtures/hugeRun.ts';
import {fold} from '../../src/store/fold.ts';
import {type JournalEntry, openStore, readJournal} from '../../src/store/index.ts';
import {empty, type Projection, recordOf} from '../../src/store/projection.ts';
import {readRun} from '../../src/store/runs.ts';
import {attach, type EventStream, openStream} from '../../src/watch/index.ts';
import {encodeEntries} from '../../src/watch/messages.ts';
import {readStreamFile} from '../../src/watch/streamFile.ts';

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

interface Costs {
  /** By number of viewers: of the orchestrator's CPU, user and system, beyond what the same loop takes without publishing. */
  readonly cpuMicrosecondsPerEvent: Record<string, number>;
  bytesPerEvent: number;
}

const [, , role, directory = ''] = process.argv;
if (role === 'orchestrator') orchestrate(directory);
else await measure();

async function measure(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'imu-bench-'));
  const attaches: Record<string, Attach[]> = {};
  const costs: Costs = {cpuMicrosecondsPerEvent: {}, bytesPerEvent: Number.NaN};
  try {
    const run = writeHugeRun(root);
    await keepProjection(root, run);
    for (const session of ['first session', 'taken up again']) {
      const orchestrator = fork(fileURLToPath(import.meta.url), ['orchestrator', run]);
      await ask(orchestrator, session);
      attaches[session] = [];
      for (let n = 0; n < NUM_ATTACHES; n++) attaches[session].push(await attachOnce(orchestrator, run));
      if (session === 'first session') {
        // Once for the compiler.
        await ask(orchestrator, 'publish');
        for (const count of NUM_VIEWERS)
          costs.cpuMicrosecondsPerEvent[count] = await publishingCost(orchestrator, run, count);
      }
      costs.bytesPerEvent = bytesPerEvent(run);
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

async function publishingCost(orchestrator: ChildProcess, run: string, count: number): Promise<number> {
  const viewers = await Promise.all(Array.from({length: count}, () => countingViewer(run)));
  const micros = (await ask(orchestrator, 'publish')) - (await ask(orchestrator, 'wait'));
  const numEvents = NUM_TICKS * EVENTS_PER_TICK;
  for (const {attachment, numEntries} of viewers) {
    attachment.close();
    if (numEntries() < numEvents) throw new Error(`a viewer was told ${numEntries()} of ${numEvents} events`);
  }
  return micros / numEvents;
}

async function countingViewer(run: string) {
  let numEntries = 0;
  const {promise: isHere, resolve} = Promise.withResolvers<void>();
  const onEntries = (records: readonly unknown[]): void => {
    numEntries += records.length;
  };
  const attachment = attach({directory: run, onEntries, onSnapshot: () => resolve()});
  await isHere;
  return {attachment, numEntries: () => numEntries};
}

/** As they go over the wire, many in one message. */
function bytesPerEvent(run: string): number {
  const {entries} = readJournal(join(run, 'journal.jsonl'));
  const steps = entries.filter(isStep).slice(0, 1_000);
  return encodeEntries(steps).length / steps.length;
}

function isStep({event}: JournalEntry): boolean {
  return event.type === 'stepCompleted' || event.type === 'metricMeasured';
}

async function ask(orchestrator: ChildProcess, what: string): Promise<number> {
  orchestrator.send(what);
  const [answer] = await once(orchestrator, 'message');
  return answer as number;
}

/** The other process: it knows the run by heart and publishes when it is told to. */
function orchestrate(run: string): void {
  const {entries} = readJournal(join(run, 'journal.jsonl'));
  const steps = entries.filter(isStep);
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

function print(attaches: Readonly<Record<string, readonly Attach[]>>, costs: Costs): void {
  for (const [session, durations] of Object.entries(attaches))
    console.log(
      `full state, ${session}`.padEnd(32),
      durations.map(({ms, cpuMs}) => `${ms.toFixed(0)} ms (CPU ${cpuMs.toFixed(0)})`).join('  '),
    );
  for (const [count, micros] of Object.entries(costs.cpuMicrosecondsPerEvent))
    console.log(`publishing to ${count} viewers`.padEnd(32), `${micros.toFixed(1)} us of CPU per event`);
  console.log('sent to each viewer'.padEnd(32), `${costs.bytesPerEvent.toFixed(0)} bytes per event`);
  console.log(JSON.stringify({bench: 'watch', attaches, costs}));
}
