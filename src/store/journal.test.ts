import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import type {RunEvent} from '../protocol/index.ts';
import type {AppendFile} from './journal.ts';
import {BATCH_MS, openJournal} from './journal.ts';
import type {JournalEntry} from './journalLine.ts';
import {writeLine} from './journalLine.ts';
import {readJournal} from './readJournal.ts';

let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'imu-journal-'));
  path = join(folder, 'journal.jsonl');
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, {recursive: true});
});

const found = (key: string): RunEvent => ({
  type: 'taskFound',
  key,
  seconds: 1,
  metrics: {loss: Number.NaN},
  artefacts: {},
});
const step = (n: number): RunEvent => ({
  type: 'stepCompleted',
  key: 'k',
  step: n,
  numSteps: 9,
  loss: 0.5,
  secondsPerStep: 0.1,
});

async function writeEvents(...events: RunEvent[]): Promise<void> {
  const journal = await openJournal(path);
  for (const event of events) await journal.append(event);
  await journal.close();
}

const keys = (): string[] => readJournal(path).entries.map(({event}) => ('key' in event ? event.key : event.type));

describe('what is written', () => {
  test('comes back as it was, not-a-number included, counted over sessions', async () => {
    await writeEvents(found('a'), step(1));
    await writeEvents(found('b'));
    const {entries, numDamaged, numTornBytes} = readJournal(path);
    expect(entries.map(({seq}) => seq)).toEqual([1, 2, 3]);
    expect(entries.map(({event}) => event)).toEqual([found('a'), step(1), found('b')]);
    expect([numDamaged, numTornBytes]).toEqual([0, 0]);
  });

  test('is told to viewers in order, and only when it is written', async () => {
    const seen: JournalEntry[] = [];
    const journal = await openJournal(path, (entry) => {
      seen.push(entry);
      expect(readFileSync(path, 'utf8')).toContain(`"seq":${entry.seq},`);
    });
    const written = [step(1), found('a'), step(2), step(3), found('b')].map((event) => journal.append(event));
    expect(seen).toEqual([]);
    await Promise.all(written);
    await journal.close();
    expect(seen.map(({seq}) => seq)).toEqual([1, 2, 3, 4, 5]);
  });

  test('a state change is on the disk when it is acknowledged; progress waits for company and is not synced', async () => {
    const calls: string[] = [];
    const file: AppendFile = {
      append: async (bytes) => void calls.push(`write ${bytes.toString().trim().split('\n').length}`),
      sync: async () => void calls.push('sync'),
      close: async () => void calls.push('close'),
    };
    const journal = await openJournal(path, undefined, async () => file);
    const started = performance.now();
    await Promise.all([journal.append(step(1)), journal.append(step(2))]);
    expect(performance.now() - started).toBeLessThan(BATCH_MS * 50);
    expect(calls).toEqual(['write 2']);
    await journal.append(found('a'));
    expect(calls).toEqual(['write 2', 'write 1', 'sync']);
    await journal.close();
    expect(calls.slice(3)).toEqual(['sync', 'close']);
  });

  test('waits no longer than it must when state changes come at once: they share a sync', async () => {
    let numSyncs = 0;
    const file: AppendFile = {
      append: async () => {},
      sync: async () => {
        numSyncs += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
      },
      close: async () => {},
    };
    const journal = await openJournal(path, undefined, async () => file);
    await Promise.all(Array.from({length: 200}, (_, n) => journal.append(found(`t${n}`))));
    expect(numSyncs).toBeLessThanOrEqual(3);
    await journal.close();
  });

  test('progress that is appended by whoever was just told is not forgotten', async () => {
    const journal = await openJournal(path);
    await journal.append(found('a'));
    await journal.append(step(1));
    await journal.append(found('b')).then(() => journal.append(step(2)));
    await journal.close();
    expect(readJournal(path).entries).toHaveLength(4);
  });
});

describe('damage', () => {
  test.each([
    ['half a line', '{"seq":3,"at":"2026'],
    ['a whole line without its end', writeLine({seq: 3, at: 'x', event: found('c')}).trimEnd()],
    ['a line with another sum', `${writeLine({seq: 3, at: 'x', event: found('c')}).replace('"c"', '"d"')}`],
    ['zeros, as a power cut leaves them', '\0'.repeat(100)],
    ['bytes that are no text', '\xff\xfe\n{"seq":4'],
  ])('a tail of %s is kept aside, and the journal goes on', async (_, tail) => {
    await writeEvents(found('a'), found('b'));
    appendFileSync(path, tail, 'latin1');
    expect(readJournal(path).numTornBytes).toBe(tail.length);
    await writeEvents(found('e'));
    expect(keys()).toEqual(['a', 'b', 'e']);
    expect(readJournal(path).entries.map(({seq}) => seq)).toEqual([1, 2, 3]);
    expect(readFileSync(join(folder, 'journal.torn-1'), 'latin1')).toBe(tail);
  });

  test('a journal cut at any byte loses only what comes after', async () => {
    await writeEvents(found('a'), found('b'), found('c'));
    const whole = readFileSync(path);
    const ends = [...whole].flatMap((byte, at) => (byte === 10 ? [at + 1] : []));
    for (let size = 0; size < whole.length; size += 7) {
      writeFileSync(path, whole.subarray(0, size));
      expect(keys()).toEqual(['a', 'b', 'c'].slice(0, ends.filter((end) => end <= size).length));
    }
  });

  test('a flipped bit anywhere in a line in the middle costs that line, and is counted', async () => {
    await writeEvents(found('a'), found('b'), found('c'));
    const whole = readFileSync(path);
    const first = whole.indexOf(10) + 1;
    const last = whole.indexOf(10, first);
    for (let at = first; at < last; at += 1) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] as number) ^ 1;
      writeFileSync(path, flipped);
      const reading = readJournal(path);
      expect(reading.entries.map(({seq}) => seq)).toEqual([1, 3]);
      expect(reading.numDamaged).toBeGreaterThanOrEqual(1);
    }
  });

  test('torn tails are numbered', async () => {
    for (const tail of ['x', 'y']) {
      await writeEvents(found('a'));
      appendFileSync(path, tail);
    }
    await writeEvents();
    expect(readdirSync(folder).sort()).toEqual(['journal.jsonl', 'journal.torn-1', 'journal.torn-2']);
  });

  test('a journal that was emptied begins anew', async () => {
    await writeEvents(found('a'));
    truncateSync(path, 0);
    await writeEvents(found('b'));
    expect(keys()).toEqual(['b']);
  });
});

describe('a disk that does not take it', () => {
  const failing = (code: string, after: number): AppendFile => {
    let left = after;
    return {
      append: async (bytes) => {
        left -= 1;
        if (left >= 0) return appendFileSync(path, bytes);
        appendFileSync(path, bytes.subarray(0, 10));
        throw Object.assign(new Error(`${code}: write`), {code});
      },
      sync: async () => {},
      close: async () => {},
    };
  };

  test.each(['ENOSPC', 'EIO', 'EDQUOT', 'EROFS'])(
    '%s is told to everybody who waits and who comes later, with what to do',
    async (code) => {
      const journal = await openJournal(path, undefined, async () => failing(code, 1));
      await journal.append(found('a'));
      const outcomes = await Promise.allSettled([journal.append(found('b')), journal.append(step(1))]);
      const late = await journal.append(found('c')).catch((error) => error);
      expect(outcomes.map(({status}) => status)).toEqual(['rejected', 'rejected']);
      expect(late.failure).toMatchObject({code: 'INTERNAL', type: 'StorageFailure', cause: code});
      expect(late.failure.hint).not.toBe('');
      await expect(journal.close()).rejects.toThrow(code);
      await writeEvents(found('d'));
      expect(keys()).toEqual(['a', 'd']);
    },
  );

  test('a sync that fails acknowledges nothing', async () => {
    const file: AppendFile = {
      ...failing('', 99),
      sync: () => Promise.reject(Object.assign(new Error('EIO'), {code: 'EIO'})),
    };
    const seen: JournalEntry[] = [];
    const journal = await openJournal(
      path,
      (entry) => seen.push(entry),
      async () => file,
    );
    await expect(journal.append(found('a'))).rejects.toThrow('EIO');
    expect(seen).toEqual([]);
    await expect(journal.close()).rejects.toThrow('EIO');
  });
});

test('a journal that is a symbolic link is neither read nor written', async () => {
  const elsewhere = join(folder, 'elsewhere');
  writeFileSync(elsewhere, 'secret');
  symlinkSync(elsewhere, path);
  expect(() => readJournal(path)).toThrow('ELOOP');
  await expect(openJournal(path)).rejects.toThrow('ELOOP');
  expect(readFileSync(elsewhere, 'utf8')).toBe('secret');
});

test('a clock that jumps moves times and nothing else', async () => {
  const journal = await openJournal(path);
  for (const year of [2030, 1971, 2026]) {
    vi.spyOn(Date.prototype, 'toISOString').mockReturnValueOnce(`${year}-01-01T00:00:00.000Z`);
    await journal.append(found(`y${year}`));
  }
  await journal.close();
  expect(keys()).toEqual(['y2030', 'y1971', 'y2026']);
});

test('100,000 events are read back, every one', () => {
  const lines = Array.from({length: 100_000}, (_, n) =>
    writeLine({seq: n + 1, at: new Date(n).toISOString(), event: step(n)}),
  );
  writeFileSync(path, lines.join(''));
  expect(readJournal(path).entries).toHaveLength(100_000);
  expect(existsSync(path)).toBe(true);
});
