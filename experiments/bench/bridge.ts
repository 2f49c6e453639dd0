/**
 * Round trip and throughput of both transports, through the whole stack: queue, codec, zod, msgspec.
 *
 *   IMU_PYTHON=python3 node experiments/bench/bridge.ts
 *
 * Half a minute on two slow cores. Latency decides nothing here, since kernels take milliseconds to hours; what must hold is that no array crosses as JSON
 * (a list of a million floats takes half a second or more) and that 2,000 events cost less than a second.
 */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {NumericArray} from '../../src/protocol/index.ts';
import {openSidecar, type Sidecar} from '../../src/sidecar/index.ts';

const TRANSPORTS = ['pythonia', 'ws'] as const;
const NUM_ROUND_TRIPS = 500;
const NUM_TRANSFERS = 15;
const NUM_EVENTS = 2000;

interface Measured {
  readonly startMs: number;
  readonly roundTripMs: {readonly p50: number; readonly p99: number};
  readonly megabytesPerSecond: Readonly<Record<string, number>>;
  readonly eventsMs: number;
}

const folder = mkdtempSync(join(tmpdir(), 'imu-bench-'));
const results: Record<string, Measured> = {};
try {
  for (const transport of TRANSPORTS) results[transport] = await measure(transport);
} finally {
  rmSync(folder, {recursive: true});
}
print(results);

async function measure(transport: (typeof TRANSPORTS)[number]): Promise<Measured> {
  const startedAt = performance.now();
  const sidecar = await openSidecar({
    transport,
    interpreter: process.env.IMU_PYTHON ?? 'python3',
    device: 'cpu',
    numThreads: 1,
    logPath: join(folder, `${transport}.log`),
    environment: {IMU_SIDECAR_SELF_TEST: '1'},
  });
  try {
    const startMs = performance.now() - startedAt;
    await times(50, () => echo(sidecar));
    const roundTrips = await times(NUM_ROUND_TRIPS, () => echo(sidecar));
    return {
      startMs,
      roundTripMs: {p50: quantile(roundTrips, 0.5), p99: quantile(roundTrips, 0.99)},
      megabytesPerSecond: {'100k': await throughput(sidecar, 100_000), '1M': await throughput(sidecar, 1_000_000)},
      eventsMs: await eventsMs(sidecar),
    };
  } finally {
    await sidecar.close();
  }
}

function echo(sidecar: Sidecar, arrays: Record<string, NumericArray> = {}) {
  return sidecar.call('selfTest', {action: 'echo', value: null, count: 0, intervalSeconds: 0}, {arrays});
}

/** Megabytes of float32 a second, there and back again: the array crosses twice. */
async function throughput(sidecar: Sidecar, length: number): Promise<number> {
  const data = Float32Array.from({length}, () => Math.random());
  const durations = await times(NUM_TRANSFERS, () => echo(sidecar, {many: {dtype: 'float32', shape: [length], data}}));
  return (2 * data.byteLength) / 1e6 / (quantile(durations, 0.5) / 1000);
}

/** Events that are never dropped, as fast as they go. */
async function eventsMs(sidecar: Sidecar): Promise<number> {
  let numEvents = 0;
  const onEvent = () => {
    numEvents += 1;
  };
  const input = {action: 'progress', value: null, count: NUM_EVENTS, intervalSeconds: 0} as const;
  const [duration = 0] = await times(1, () => sidecar.call('selfTest', input, {onEvent}));
  if (numEvents < NUM_EVENTS) throw new Error(`only ${numEvents} of ${NUM_EVENTS} events arrived`);
  return duration;
}

/** Duration of each call in milliseconds. */
async function times(count: number, action: () => Promise<unknown>): Promise<number[]> {
  const durations: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const startedAt = performance.now();
    await action();
    durations.push(performance.now() - startedAt);
  }
  return durations;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function print(measured: Readonly<Record<string, Measured>>): void {
  const header = ['transport', 'start', 'round trip p50', 'p99', '100k float32', '1M float32', `${NUM_EVENTS} events`];
  const rows = Object.entries(measured).map(([transport, {startMs, roundTripMs, megabytesPerSecond, eventsMs}]) => [
    transport,
    `${(startMs / 1000).toFixed(1)} s`,
    `${roundTripMs.p50.toFixed(2)} ms`,
    `${roundTripMs.p99.toFixed(2)} ms`,
    ...Object.values(megabytesPerSecond).map((rate) => `${rate.toFixed(0)} MB/s`),
    `${eventsMs.toFixed(0)} ms`,
  ]);
  const widths = header.map((title, column) =>
    Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0), title.length),
  );
  for (const row of [header, ...rows])
    console.log(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    );
  console.log(JSON.stringify({bench: 'bridge', ...measured}));
}
