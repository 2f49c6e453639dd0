/**
 * What it is like to live with the dashboard: the real program on a pseudo-terminal of 120 × 40, a run of 2,000 cells.
 *
 *   node experiments/bench/dashboard.ts [--seconds 30]      (about two minutes; Linux: reads /proc)
 *
 * (a) steady: 50 events a second; frames, bytes, clears, CPU time and memory, in every view;
 * (b) first paint: from the start of `imu watch` to the frame with the final counts of a run of 100,000 events, beside Node's own start;
 * (c) keys: from the press to the last byte of the frame that it changed, in every view;
 * (d) resizing: 50 random sizes in five seconds, after which the frame must fit.
 * Prints each result beside its target, then one JSON line.
 */
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, dirname, join, resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {parseArgs} from 'node:util';
import {type Chunk, startTerminal, type Terminal} from '../../src/cli/fixtures/pty.ts';
import {hugeRun, writeHugeRun} from '../../src/store/fixtures/hugeRun.ts';
import {foldAll} from '../../src/store/fold.ts';
import {openStore} from '../../src/store/index.ts';
import {recordOf} from '../../src/store/projection.ts';

const {values: options} = parseArgs({options: {seconds: {type: 'string', default: '30'}}});
const STEADY_SECONDS = Number(options.seconds);
/** Every other view than the first is watched for this long. */
const VIEW_SECONDS = Math.min(8, STEADY_SECONDS);
const WARM_UP_SECONDS = 4;
const SIZE = {columns: 120, rows: 40};
const VIEW_KEYS = ['1', '2', '3', '4', '5', '6', '7'];
const NUM_STARTS = 5;
const NUM_KEYS = 10;
const NUM_SIZES = 50;
/** USER_HZ: fixed at 100 for what Linux shows to programs. */
const TICKS_PER_SECOND = 100;

const root = resolve(import.meta.dirname, '../..');
const dist = (file: string): string => join(root, 'dist/src', file);
const env = {NODE_ENV: 'production', NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/compile')};
const DRIVER = [process.execPath, dist('dashboard/fixtures/steady.js')];

// Building is no part of anybody's start.
spawnSync(process.execPath, [join(root, 'bin/imu.js'), '--version']);
const folder = mkdtempSync(join(tmpdir(), 'imu-dashboard-'));
try {
  const steady = await measureSteady();
  const firstPaint = await measureFirstPaint();
  const keys = await measureKeys();
  const resizing = await measureResizing();
  print({steady, firstPaint, keys, resizing});
} finally {
  rmSync(folder, {recursive: true, force: true});
}

interface Steady {
  readonly view: string;
  readonly framesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly numClears: number;
  readonly cpuShare: number;
  readonly cpuMsPerFrame: number;
  readonly memoryMiB: number;
}

async function measureSteady(): Promise<readonly Steady[]> {
  const terminal = await startTerminal(DRIVER, {...SIZE, env});
  await terminal.until(/\d+\/\d+ done/);
  const results: Steady[] = [];
  for (const key of VIEW_KEYS) {
    await terminal.send(key);
    await sleep(1_000 * WARM_UP_SECONDS);
    results.push(await watchSteady(terminal, key, key === VIEW_KEYS[0] ? STEADY_SECONDS : VIEW_SECONDS));
  }
  terminal.close();
  return results;
}

async function watchSteady(terminal: Terminal, view: string, seconds: number): Promise<Steady> {
  const first = terminal.chunks.length;
  const [startedAt, cpuBefore] = [performance.now(), cpuSecondsOf(terminal.pid)];
  await sleep(1_000 * seconds);
  const [took, cpu] = [(performance.now() - startedAt) / 1_000, cpuSecondsOf(terminal.pid) - cpuBefore];
  const bytes = Buffer.concat(terminal.chunks.slice(first).map((chunk) => chunk.bytes));
  const numFrames = count(bytes, '\u001b[?2026h');
  return {
    view,
    framesPerSecond: numFrames / took,
    bytesPerSecond: bytes.length / took,
    numClears: count(bytes, '\u001b[2J') + count(bytes, '\u001b[3J') + count(bytes, '\u001b[?1049'),
    cpuShare: cpu / took,
    cpuMsPerFrame: (1_000 * cpu) / numFrames,
    memoryMiB: memoryMiBOf(terminal.pid),
  };
}

/** Medians, until the first frame with the final counts is whole. */
interface FirstPaint {
  readonly nodeMs: number;
  /** Of the program itself, as bin/imu.js starts it. */
  readonly programMs: number;
  /** The same where no session left the cache of its projection: every line of the journal is read. */
  readonly withoutCacheMs: number;
  /** Through bin/imu.js, as a user starts it: two Nodes. */
  readonly commandMs: number;
}

async function measureFirstPaint(): Promise<FirstPaint> {
  const run = writeHugeRun(folder);
  const {counts, tasks} = foldAll([...hugeRun().entries()].map(recordOf));
  const final = `${counts.finished + counts.found}/${tasks.length}`;
  const program = [process.execPath, dist('cli/main.js'), 'watch', run];
  const withoutCacheMs = await medianOfStarts(() => firstPaintMs(program, final));
  await leaveCache(run);
  return {
    nodeMs: await medianOfStarts(nodeStartMs),
    programMs: await medianOfStarts(() => firstPaintMs(program, final)),
    withoutCacheMs,
    commandMs: await medianOfStarts(() =>
      firstPaintMs([process.execPath, join(root, 'bin/imu.js'), 'watch', run], final),
    ),
  };
}

/** The first start warms what the machine and Node keep. */
async function medianOfStarts(start: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time <= NUM_STARTS; time++) times.push(await start());
  return median(times.slice(1));
}

/** As a session of the run does, which adds an event that changes no count. */
async function leaveCache(run: string): Promise<void> {
  const {manifest} = hugeRun();
  const session = await openStore(dirname(run)).openRun(basename(run), manifest);
  await session.journal.append({type: 'logged', source: 'bench', level: 'info', message: 'on it goes'});
  await session.close();
}

async function nodeStartMs(): Promise<number> {
  const terminal = await startTerminal([process.execPath, '-e', '0'], {...SIZE, env});
  const {at} = await terminal.ended;
  terminal.close();
  return at;
}

async function firstPaintMs(command: readonly string[], final: string): Promise<number> {
  const terminal = await startTerminal(command, {...SIZE, env});
  await terminal.until((text) => text.includes(final));
  const {at} = terminal.chunks.at(-1) as Chunk;
  await terminal.send('q');
  await terminal.ended;
  terminal.close();
  return at;
}

interface KeyTimes {
  readonly view: string;
  readonly medianMs: number;
  readonly maxMs: number;
}

/** Nothing but the clock moves on the screen, so that a change below the header is the key's. */
async function measureKeys(): Promise<readonly KeyTimes[]> {
  const terminal = await startTerminal(
    [process.execPath, dist('cli/main.js'), 'watch', writeHugeRun(join(folder, 'keys'))],
    {...SIZE, env},
  );
  await terminal.until(/\d+\/\d+ done/);
  const results: KeyTimes[] = [];
  for (const view of VIEW_KEYS) {
    // Each view is left and opened again, with its help between: keys that change every view.
    const times: number[] = [];
    const other = view === '1' ? '2' : '1';
    await terminal.send(other);
    await sleep(300);
    for (let time = 0; time < NUM_KEYS; time++) times.push(await keyMs(terminal, time % 2 === 0 ? view : other));
    await keyMs(terminal, view);
    for (const key of ['?', '?']) times.push(await keyMs(terminal, key));
    results.push({view, medianMs: median(times), maxMs: Math.max(...times)});
  }
  terminal.close();
  return results;
}

async function keyMs(terminal: Terminal, key: string): Promise<number> {
  const body = (text: string): string => text.split('\n').slice(3).join('\n');
  const before = body(terminal.text());
  const first = terminal.chunks.length;
  const sentAt = await terminal.send(key);
  await terminal.until((text) => body(text) !== before);
  await sleep(150);
  // Chunks of one frame come together; later ones belong to the clock.
  const chunks = terminal.chunks.slice(first);
  const end = chunks.find(({bytes}) => count(bytes, '\u001b[?2026l') > 0) ?? chunks[0];
  return (end?.at ?? Number.NaN) - sentAt;
}

interface Resizing {
  readonly numSizes: number;
  readonly isAlive: boolean;
  readonly fits: boolean;
}

async function measureResizing(): Promise<Resizing> {
  const terminal = await startTerminal(DRIVER, {...SIZE, env});
  await terminal.until(/\d+\/\d+ done/);
  let state = 1;
  const random = (from: number, to: number): number => {
    state = (48_271 * state) % 2_147_483_647;
    return from + (state % (to - from + 1));
  };
  for (let time = 0; time < NUM_SIZES; time++) {
    terminal.resize(random(40, 300), random(12, 80));
    await sleep(5_000 / NUM_SIZES);
  }
  await sleep(2_000);
  const shown = terminal.text().split('\n');
  const isAlive = cpuSecondsOf(terminal.pid) > 0;
  terminal.close();
  // The header is on top, the keys at the bottom, and nothing was pushed off.
  const fits =
    /\d+\/\d+/.test(shown[0] ?? '') && /quit|\?/.test(shown.at(-1) ?? '') && terminal.look().history() === '';
  return {numSizes: NUM_SIZES, isAlive, fits};
}

function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return ((fields[11] ?? 0) + (fields[12] ?? 0)) / TICKS_PER_SECOND;
}

function memoryMiBOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1_024;
}

function count(bytes: Buffer, part: string): number {
  let found = 0;
  for (let at = bytes.indexOf(part); at >= 0; at = bytes.indexOf(part, at + 1)) found += 1;
  return found;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

interface Results {
  readonly steady: readonly Steady[];
  readonly firstPaint: FirstPaint;
  readonly keys: readonly KeyTimes[];
  readonly resizing: Resizing;
}

function print({steady, firstPaint, keys, resizing}: Results): void {
  const line = (what: string, value: string, target: string): void =>
    console.log(`${what.padEnd(34)}${value.padStart(14)}   ${target}`);
  line('steady, 50 events/s, 120×40', 'measured', 'target');
  for (const {view, framesPerSecond, bytesPerSecond, numClears, cpuShare, cpuMsPerFrame, memoryMiB} of steady) {
    line(`  view ${view}: frames`, `${framesPerSecond.toFixed(1)} /s`, '≤ 10 /s');
    line('          bytes', `${(bytesPerSecond / 1_000).toFixed(1)} kB/s`, '≤ 30 kB/s');
    line('          clears', `${numClears}`, '0');
    line('          CPU', `${(100 * cpuShare).toFixed(1)} %`, '≤ 10 % of a core');
    line('          CPU per frame', `${cpuMsPerFrame.toFixed(1)} ms`, '');
    line('          memory', `${memoryMiB.toFixed(0)} MiB`, '≤ 200 MiB');
  }
  line('first paint, 100,000 events', `${firstPaint.programMs.toFixed(0)} ms`, '≤ 300 ms');
  line("  without Node's own start", `${(firstPaint.programMs - firstPaint.nodeMs).toFixed(0)} ms`, '');
  line("  Node's own start", `${firstPaint.nodeMs.toFixed(0)} ms`, '');
  line('  where there is no cache', `${firstPaint.withoutCacheMs.toFixed(0)} ms`, '');
  line('  as a command (bin/imu.js)', `${firstPaint.commandMs.toFixed(0)} ms`, '');
  for (const {view, medianMs, maxMs} of keys)
    line(`key to frame, view ${view}`, `${medianMs.toFixed(0)} / ${maxMs.toFixed(0)} ms`, '≤ 100 ms (median / worst)');
  line(
    `${resizing.numSizes} sizes in 5 s`,
    resizing.isAlive && resizing.fits ? 'lives and fits' : 'BROKEN',
    'lives and fits',
  );
  console.log(JSON.stringify({bench: 'dashboard', steady, firstPaint, keys, resizing}));
}
