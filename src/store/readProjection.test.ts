import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {RunEvent} from '../protocol/index.ts';
import {JOURNAL_FORMAT} from '../protocol/index.ts';
import {hugeRun, writeHugeRun} from './fixtures/hugeRun.ts';
import {randomEvents} from './fixtures/randomEvents.ts';
import {foldAll} from './fold.ts';
import {writeLine} from './journalLine.ts';
import type {Manifest} from './manifest.ts';
import {type Projection, recordOf} from './projection.ts';
import {describeReading, readJournal} from './readJournal.ts';
import {readProjection} from './readProjection.ts';
import type {OpenRun} from './runs.ts';
import {openStore, type Store} from './store.ts';

const SMALL = {numRows: 2, numTrainSeeds: 1, numUnlearnSeeds: 2, numEvents: 300};
const {manifest} = hugeRun(SMALL);
const {runId} = manifest;

let root = '';
let directory = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'imu-projection-'));
  directory = join(root, runId);
});

afterEach(() => rmSync(root, {recursive: true}));

const journalPath = (): string => join(directory, 'journal.jsonl');
const cachePath = (): string => join(directory, 'projection.jsonl');

/** What the journal says, with no cache in sight. */
const fromJournal = (): Projection => foldAll(readJournal(journalPath()).entries.map(recordOf));

async function session(events: readonly RunEvent[], store: Store = openStore(root)): Promise<void> {
  const run = await store.openRun(runId, manifest);
  await append(run, events);
  await run.close();
}

async function append(run: OpenRun, events: readonly RunEvent[]): Promise<void> {
  await Promise.all(events.map((event) => run.journal.append(event)));
}

describe('a run that is opened for looking', () => {
  test('is the fold of its journal, from the cache that its sessions left, and nothing was added to the journal', async () => {
    await session(randomEvents(1, 50));
    expect(readProjection(directory)).toMatchObject({usedCache: true, projection: fromJournal()});
    await session(randomEvents(2, 50));
    const {projection, reading, usedCache} = readProjection(directory);
    expect([projection, usedCache]).toEqual([fromJournal(), true]);
    expect(reading).toMatchObject({numLines: 100, numDamaged: 0, numTornBytes: 0});
    const written = readFileSync(journalPath(), 'utf8');
    expect(written).toBe(readJournal(journalPath()).entries.map(writeLine).join(''));
  });

  test('is read from where the cache ends, and from its beginning where there is none', async () => {
    await session(randomEvents(3, 40));
    const kept = readFileSync(cachePath());
    await session(randomEvents(4, 40));
    writeFileSync(cachePath(), kept);
    expect(readProjection(directory)).toMatchObject({usedCache: true, projection: fromJournal()});
    rmSync(cachePath());
    expect(readProjection(directory)).toMatchObject({usedCache: false, projection: fromJournal()});
  });

  test('never shows another state than its journal, whatever happened to either file', async () => {
    await session(randomEvents(5, 60));
    const [journal, cache] = [readFileSync(journalPath()), readFileSync(cachePath())];
    const harm = (bytes: Buffer, at: number, kind: number): Buffer => {
      const place = at % bytes.length;
      if (kind === 0) return bytes.subarray(0, place);
      const harmed = Buffer.from(bytes);
      harmed[place] = (harmed[place] as number) ^ (1 << (at % 8));
      return kind === 1 ? harmed : Buffer.concat([bytes.subarray(0, place), bytes]);
    };
    fc.assert(
      fc.property(fc.nat(), fc.nat(2), fc.nat(), fc.nat(3), (journalAt, journalKind, cacheAt, cacheKind) => {
        writeFileSync(journalPath(), harm(journal, journalAt, journalKind));
        writeFileSync(cachePath(), cacheKind === 3 ? cache : harm(cache, cacheAt, cacheKind));
        const {projection, reading} = readProjection(directory);
        const {entries, ...condition} = readJournal(journalPath());
        expect(projection).toEqual(foldAll(entries.map(recordOf)));
        expect(reading).toEqual(condition);
      }),
      {numRuns: 400},
    );
  });

  test.each([
    ['emptied', () => truncateSync(journalPath(), 0)],
    ['cut behind the cache', () => truncateSync(journalPath(), Math.floor(statSync(journalPath()).size / 2))],
    ['gone', () => rmSync(journalPath())],
    [
      'replaced by that of another run of the same length',
      () => {
        const lines = readJournal(journalPath()).entries.map((entry) => ({...entry, at: '2030-01-01T00:00:00.000Z'}));
        writeFileSync(journalPath(), lines.map(writeLine).join(''));
      },
    ],
  ])('whose journal was %s behind the cache is what the journal says', async (_, harm) => {
    await session(randomEvents(6, 60));
    harm();
    expect(readProjection(directory)).toMatchObject({usedCache: false, projection: fromJournal()});
  });

  test('goes on from a damaged cache, an old one, and none, and leaves a good one', async () => {
    for (const harm of [
      () => writeFileSync(cachePath(), 'no cache'),
      () => writeFileSync(cachePath(), readFileSync(cachePath()).subarray(0, 100)),
      () => rmSync(cachePath()),
      () => truncateSync(journalPath(), Math.floor(statSync(journalPath()).size / 2)),
    ]) {
      await session(randomEvents(7, 30));
      harm();
      await session(randomEvents(8, 30));
      expect(readProjection(directory)).toMatchObject({usedCache: true, projection: fromJournal()});
      const seqs = readJournal(journalPath()).entries.map(({seq}) => seq);
      expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    }
  });

  test('tells damage that lies before the end of the cache, as the journal itself does', async () => {
    await session(randomEvents(9, 30));
    const lines = readFileSync(journalPath(), 'utf8').split('\n');
    lines[11] = lines[11]?.replace('"seq"', '"sex"') ?? '';
    writeFileSync(journalPath(), lines.join('\n'));
    await session(randomEvents(10, 5));
    const {reading, usedCache} = readProjection(directory);
    expect([reading.damagedLines, reading.numLines, usedCache]).toEqual([[12], 35, true]);
    expect(reading).toEqual(conditionOfJournal());
  });

  test('is not read through a link', async () => {
    await session(randomEvents(11, 30));
    cpSync(cachePath(), join(root, 'elsewhere'));
    rmSync(cachePath());
    symlinkSync(join(root, 'elsewhere'), cachePath());
    expect(readProjection(directory).usedCache).toBe(false);
  });

  test('that a session of thousands of events left is whole, and nothing is left behind', async () => {
    writeHugeRun(root, {...SMALL, numEvents: 12_000});
    await session([{type: 'runFinished', outcome: 'done', seconds: 1}]);
    const {projection, usedCache} = readProjection(directory);
    expect([projection, usedCache]).toEqual([fromJournal(), true]);
    expect(readdirSync(join(root, 'tmp'))).toEqual([]);
  });
});

describe('a run is not hurt', () => {
  test('by a cache that cannot be written: the journal is, and is read', async () => {
    const store = openStore(root);
    const run = await store.openRun(runId, manifest);
    rmSync(join(root, 'tmp'), {recursive: true});
    await append(run, randomEvents(12, 30));
    await run.close();
    expect(existsSync(cachePath())).toBe(false);
    expect(readProjection(directory)).toMatchObject({usedCache: false, projection: fromJournal()});
    expect(readJournal(journalPath()).entries).toHaveLength(30);
  });

  test('by an event that cannot be folded, then or later', async () => {
    await session([{type: 'planned'} as unknown as RunEvent, {type: 'runFinished', outcome: 'done', seconds: 1}]);
    await session([]);
    expect(readJournal(journalPath()).entries).toHaveLength(2);
    expect(readProjection(directory).projection.numUnknown).toBe(1);
  });
});

describe('a run of a newer imu', () => {
  const newerStart = (formatVersion: number): RunEvent =>
    ({...randomEvents(1, 4_000).find(({type}) => type === 'runStarted'), formatVersion}) as RunEvent;
  const newer = {...manifest, formatVersion: 7} as unknown as Manifest;

  const everyWayIn: [string, (store: Store) => unknown][] = [
    ['readRun', (store) => store.readRun(runId)],
    ['openRun', (store) => store.openRun(runId, manifest)],
    ['readProjection', () => readProjection(directory)],
  ];

  const refusal = (what: string, format: number) => ({
    failure: {
      code: 'INVALID_REQUEST',
      message: `run ${runId} was written by a newer imu: its ${what} has format ${format}, this imu reads up to 1`,
      hint: expect.stringContaining('Update imu'),
    },
  });

  test.each(everyWayIn)('by its manifest is refused with a clear word by %s, and not written to', async (_, enter) => {
    await session(randomEvents(13, 20));
    writeFileSync(join(directory, 'manifest.json'), JSON.stringify(newer));
    const before = contents();
    await expect((async () => enter(openStore(root)))()).rejects.toMatchObject(refusal('manifest', 7));
    expect(contents()).toEqual(before);
    expect(readdirSync(join(root, 'leases'))).toEqual([]);
  });

  test.each(everyWayIn)('by a session in its journal is refused by %s, the first or a later one', async (_, enter) => {
    for (const events of [
      [newerStart(JOURNAL_FORMAT + 1)],
      [...randomEvents(14, 20), newerStart(JOURNAL_FORMAT + 1)],
    ]) {
      rmSync(directory, {recursive: true, force: true});
      await session(events.slice(0, -1));
      const line = writeLine({seq: events.length, at: '2026-01-01T00:00:00.000Z', event: events.at(-1) as RunEvent});
      appendFileSync(journalPath(), `${line}half a li`);
      const before = contents();
      await expect((async () => enter(openStore(root)))()).rejects.toMatchObject(
        refusal('journal', JOURNAL_FORMAT + 1),
      );
      expect(contents()).toEqual(before);
    }
  });

  test('is listed all the same, as far as it can be read', async () => {
    await session([]);
    expect(openStore(root).listRuns()).toMatchObject([{runId, formatVersion: 1, suiteId: 'huge'}]);
    writeFileSync(join(directory, 'manifest.json'), JSON.stringify({formatVersion: 2}));
    expect(openStore(root).listRuns()).toMatchObject([{runId, formatVersion: 2}]);
  });

  test('is not meant by an event that only quotes such a start', async () => {
    const message = JSON.stringify(newerStart(9));
    await session([{type: 'logged', source: 's', level: 'info', message}]);
    expect(openStore(root).readRun(runId).journal.entries).toHaveLength(1);
  });

  const contents = (): [string, string][] =>
    readdirSync(directory)
      .sort()
      .map((name) => [name, readFileSync(join(directory, name), 'latin1')]);
});

describe('what could not be read', () => {
  const good = {numLines: 9, damagedLines: [], numDamaged: 0, numGoodBytes: 99, numTornBytes: 0};

  test('is told in one sentence; nothing is said where all was read', () => {
    expect(describeReading(good)).toBeNull();
    expect(describeReading({...good, damagedLines: [812], numDamaged: 1})).toBe(
      'line 812 of journal.jsonl is damaged and was passed over.',
    );
    expect(describeReading({...good, damagedLines: [812, 813], numDamaged: 2})).toContain('passed over; 1 other too.');
    expect(describeReading({...good, damagedLines: [812, 813, 900, 901], numDamaged: 4, numTornBytes: 120})).toBe(
      'line 812 of journal.jsonl is damaged and was passed over; 3 others too; the last 120 bytes of journal.jsonl are no whole line: still being written, or torn when the run was cut off.',
    );
  });

  test('stays in the journal, byte for byte', async () => {
    await session(randomEvents(15, 20));
    appendFileSync(journalPath(), '{"seq":');
    const before = readFileSync(journalPath());
    expect(describeReading(readProjection(directory).reading)).toContain('the last 7 bytes');
    expect(readFileSync(journalPath()).equals(before)).toBe(true);
  });
});

function conditionOfJournal(): object {
  const {entries: _entries, ...condition} = readJournal(journalPath());
  return condition;
}
