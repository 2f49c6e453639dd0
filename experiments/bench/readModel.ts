/**
 * What a viewer of a big run waits for: 100,000 events of 4,041 tasks, folded, read with and without the cache, encoded and decoded.
 *
 *   node experiments/bench/readModel.ts [--events 100000]
 *
 * Half a minute on two slow cores, and 50 MB in the folder for temporary files. To hold: a run is open within 0.3 s, of which the projection
 * takes at most 0.1 s with its cache; 0.6 s without.
 */
import {rmSync, statSync} from 'node:fs';
import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {remainingSeconds} from '../../src/store/eta.ts';
import {hugeRun, writeHugeRun} from '../../src/store/fixtures/hugeRun.ts';
import {fold, foldAll} from '../../src/store/fold.ts';
import {openStore, readProjection} from '../../src/store/index.ts';
import {type ManifestReading, readManifestFile} from '../../src/store/manifestFile.ts';
import {empty, type Projection, recordOf} from '../../src/store/projection.ts';
import {decodeProjection, encodeProjection} from '../../src/store/snapshot.ts';

const NUM_REPEATS = 5;

const {values} = parseArgs({options: {events: {type: 'string', default: '100000'}}});
const numEvents = Number(values.events);
const root = await mkdtemp(join(tmpdir(), 'imu-bench-'));
try {
  print(await measure());
} finally {
  rmSync(root, {recursive: true});
}

/** Milliseconds are the median of NUM_REPEATS, sizes in megabytes. */
interface Measured {
  readonly numEvents: number;
  readonly numTasks: number;
  readonly foldPerSecond: number;
  readonly foldAllPerSecond: number;
  readonly readManifestMs: number;
  /** With every task of its plan, which is read when it is first looked at. */
  readonly readPlanMs: number;
  readonly readWithoutCacheMs: number;
  readonly readWithCacheMs: number;
  readonly encodeMs: number;
  readonly encodeAgainMs: number;
  readonly decodeMs: number;
  /** With every curve and weight, which is decoded when it is first looked at. */
  readonly decodeAllMs: number;
  readonly remainingMs: number;
  readonly longestHoldMs: number;
  readonly journalMegabytes: number;
  readonly manifestMegabytes: number;
  readonly snapshotMegabytes: number;
}

async function measure(): Promise<Measured> {
  const directory = writeHugeRun(root, {numEvents});
  const records = [...hugeRun({numEvents}).entries()].map(recordOf);
  const foldMs = median(() => records.reduce(fold, empty()));
  const foldAllMs = median(() => foldAll(records));
  const readWithoutCacheMs = median(() => readProjection(directory));
  const longestHoldMs = await goOn(directory);
  const readWithCacheMs = median(() => readProjection(directory));
  const {projection, usedCache} = readProjection(directory);
  if (!usedCache) throw new Error('the session left no cache');
  return {
    numEvents,
    numTasks: projection.tasks.length,
    foldPerSecond: (numEvents / foldMs) * 1_000,
    foldAllPerSecond: (numEvents / foldAllMs) * 1_000,
    readManifestMs: median(() => readManifestFile(directory)),
    readPlanMs: median(() => tasksOf(readManifestFile(directory))),
    readWithoutCacheMs,
    readWithCacheMs,
    ...measureSnapshot(projection),
    remainingMs: median(() => remainingSeconds(projection, projection.at)),
    longestHoldMs,
    journalMegabytes: megabytes(directory, 'journal.jsonl'),
    manifestMegabytes: megabytes(directory, 'manifest.json'),
  };
}

function measureSnapshot(projection: Projection) {
  const text = encodeProjection(projection);
  // What was encoded or decoded once is remembered: only what is new costs its full price.
  const fresh = Array.from({length: NUM_REPEATS}, () => copyOf(projection));
  return {
    encodeMs: median(() => encodeProjection(fresh.pop() ?? empty())),
    encodeAgainMs: median(() => encodeProjection(projection)),
    decodeMs: median(() => decodeProjection(text)),
    decodeAllMs: median(() => copyOf(decodeProjection(text))),
    snapshotMegabytes: Buffer.byteLength(text) / 1e6,
  };
}

function copyOf({tasks, indexByKey, ...rest}: Projection): Projection {
  return {...rest, tasks: tasks.map((task) => ({...task})), indexByKey: new Map(indexByKey)};
}

function tasksOf(reading: ManifestReading): readonly unknown[] {
  return reading.kind === 'read' ? reading.manifest.plan.tasks : [];
}

/** A session that adds one event and leaves a cache; the longest time for which nothing else got its turn while that was written. */
async function goOn(directory: string): Promise<number> {
  const manifest = readManifestFile(directory);
  if (manifest.kind !== 'read') throw new Error(`${directory} has no manifest`);
  const run = await openStore(root).openRun(manifest.manifest.runId, manifest.manifest);
  await run.journal.append({type: 'logged', source: 'bench', level: 'info', message: 'on it goes'});
  let longest = 0;
  let before = performance.now();
  const beat = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - before);
    before = now;
  }, 1);
  await run.close();
  clearInterval(beat);
  return longest;
}

function median(action: () => unknown): number {
  const durations = Array.from({length: NUM_REPEATS}, () => {
    const startedAt = performance.now();
    action();
    return performance.now() - startedAt;
  });
  return durations.sort((a, b) => a - b)[Math.floor(NUM_REPEATS / 2)] ?? Number.NaN;
}

function megabytes(directory: string, name: string): number {
  return statSync(join(directory, name)).size / 1e6;
}

function print(measured: Measured): void {
  const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
  const perSecond = (value: number): string => `${Math.round(value / 1_000)},000 events/s`;
  const size = (value: number): string => `${value.toFixed(1)} MB`;
  const rows = [
    ['fold, one by one', perSecond(measured.foldPerSecond)],
    ['foldAll', perSecond(measured.foldAllPerSecond)],
    ['read the manifest', `${ms(measured.readManifestMs)}, ${size(measured.manifestMegabytes)}`],
    ['and every task of its plan', ms(measured.readPlanMs)],
    ['read the projection, no cache', `${ms(measured.readWithoutCacheMs)}, journal ${size(measured.journalMegabytes)}`],
    ['read the projection, with cache', `${ms(measured.readWithCacheMs)}, cache ${size(measured.snapshotMegabytes)}`],
    ['encode, first and again', `${ms(measured.encodeMs)}, ${ms(measured.encodeAgainMs)}`],
    ['decode, and with every curve', `${ms(measured.decodeMs)}, ${ms(measured.decodeAllMs)}`],
    ['time left', ms(measured.remainingMs)],
    ['longest hold while the cache is written', ms(measured.longestHoldMs)],
  ];
  console.log(`${measured.numEvents} events of ${measured.numTasks} tasks, median of ${NUM_REPEATS}`);
  for (const [what = '', result] of rows) console.log(`  ${what.padEnd(42)}${result}`);
  console.log(JSON.stringify({bench: 'readModel', ...measured}));
}
