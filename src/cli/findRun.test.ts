import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {JOURNAL_FORMAT} from '../protocol/index.ts';
import {writeHugeRun} from '../store/fixtures/hugeRun.ts';
import {writeLine} from '../store/journalLine.ts';
import {readJournal} from '../store/readJournal.ts';
import {imu} from './fixtures/startImu.ts';

let root = '';
let directory = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'imu-find-'));
  directory = writeHugeRun(root, {numRows: 1, numTrainSeeds: 1, numUnlearnSeeds: 1, numEvents: 60});
});

afterEach(() => rmSync(root, {recursive: true}));

const rewrite = (name: string, from: string, to: string): void => {
  const path = join(directory, name);
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
};

const contents = (): [string, string][] =>
  readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'latin1')]);

describe('imu table', () => {
  it('finds a run by its path, and by its id with --out', async () => {
    const byPath = await imu('table', directory, '--format', 'csv');
    const byId = await imu('table', basename(directory), '--out', root, '--format', 'csv');
    expect([byPath.code, byId]).toEqual([0, byPath]);
  });

  it('says of a run whose manifest a newer imu wrote that it did, and leaves it as it is', async () => {
    rewrite('manifest.json', '"formatVersion":1', '"formatVersion":2');
    await expectRefusal('its manifest has format 2, this imu reads up to 1');
  });

  it('says the same of a run in which a session of a newer imu wrote', async () => {
    const [first, ...others] = readJournal(join(directory, 'journal.jsonl')).entries;
    if (first?.event.type !== 'runStarted') throw new Error('a run begins with its start');
    const newer = {...first, event: {...first.event, formatVersion: JOURNAL_FORMAT + 1}};
    writeFileSync(join(directory, 'journal.jsonl'), [newer, ...others].map(writeLine).join(''));
    await expectRefusal(`its journal has format ${JOURNAL_FORMAT + 1}, this imu reads up to ${JOURNAL_FORMAT}`);
  });

  it('calls a run that is not there, or has no manifest that can be read, no run, and names those that are', async () => {
    const {code, stderr} = await imu('table', 'huge-0', '--out', root);
    expect([code, stderr]).toEqual([2, expect.stringContaining('"huge-0" is not a run here')]);
    expect(stderr).toContain(basename(directory));
    writeFileSync(join(directory, 'manifest.json'), '{');
    const damaged = await imu('table', directory);
    expect([damaged.code, damaged.stderr]).toEqual([2, expect.stringContaining('has a manifest that cannot be read')]);
  });

  async function expectRefusal(reason: string): Promise<void> {
    const before = contents();
    const {code, stdout, stderr} = await imu('table', directory);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`run ${basename(directory)} was written by a newer imu: ${reason}`);
    expect(stderr).toContain('Update imu');
    expect(contents()).toEqual(before);
  }
});
