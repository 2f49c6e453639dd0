import {existsSync, mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {hugeRun} from './fixtures/hugeRun.ts';
import {foldAll} from './fold.ts';
import {empty, recordOf} from './projection.ts';
import {type ProjectionCache, projectionCache, readCache} from './projectionCache.ts';

const SAVE_EVERY_EVENTS = 5_000;
const SAVE_EVERY_MS = 10_000;
const entries = [...hugeRun({numRows: 2, numTrainSeeds: 1, numUnlearnSeeds: 2, numEvents: 12_000}).entries()];

let folder = '';
let now = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'imu-cache-'));
  now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, {recursive: true});
});

const START = {projection: empty(), position: {numBytes: 0, sum: 0}, numLines: 0, damagedLines: []};
const open = (stagePath = () => join(folder, 'staged')): ProjectionCache => projectionCache(folder, START, stagePath);

/** The position of a line is its number here: the cache believes whoever writes the journal. */
function note(cache: ProjectionCache, from: number, to: number): void {
  for (const entry of entries.slice(from, to)) cache.note(entry, {numBytes: entry.seq, sum: entry.seq});
}

const isThere = (): boolean => existsSync(join(folder, 'projection.jsonl'));
const foldOf = (numEvents: number) => foldAll(entries.slice(0, numEvents).map(recordOf));

test('a run that is under way leaves its projection every so many events, but not too often', async () => {
  const cache = open();
  note(cache, 0, SAVE_EVERY_EVENTS + 1_000);
  now = SAVE_EVERY_MS - 1;
  note(cache, SAVE_EVERY_EVENTS + 1_000, SAVE_EVERY_EVENTS + 1_001);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isThere()).toBe(false);
  now = SAVE_EVERY_MS;
  note(cache, SAVE_EVERY_EVENTS + 1_001, SAVE_EVERY_EVENTS + 1_002);
  await vi.waitUntil(isThere, {timeout: 20_000});
  const numEvents = SAVE_EVERY_EVENTS + 1_002;
  const saved = {projection: foldOf(numEvents), position: {numBytes: numEvents, sum: numEvents}, numLines: numEvents};
  expect(readCache(folder)).toEqual({...saved, damagedLines: []});
  await cache.close();
});

test('events that come while it is being written are in the next', async () => {
  const cache = open();
  now = SAVE_EVERY_MS;
  note(cache, 0, SAVE_EVERY_EVENTS);
  note(cache, SAVE_EVERY_EVENTS, SAVE_EVERY_EVENTS + 700);
  await cache.close();
  expect(readCache(folder)?.projection).toEqual(foldOf(SAVE_EVERY_EVENTS + 700));
  expect(readdirSync(folder)).toEqual(['projection.jsonl']);
});

test('a session without an event writes nothing', async () => {
  await open().close();
  expect(readdirSync(folder)).toEqual([]);
});

test('what cannot be written is given up for good, and the cache of before stays', async () => {
  const first = open();
  note(first, 0, 10);
  await first.close();
  let numTries = 0;
  const cache = open(() => {
    numTries += 1;
    return join(folder, 'missing', 'staged');
  });
  for (const round of [1, 2, 3]) {
    now = round * SAVE_EVERY_MS;
    note(cache, 0, SAVE_EVERY_EVENTS);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await cache.close();
  expect(numTries).toBe(1);
  expect(readCache(folder)?.projection).toEqual(foldOf(10));
});
