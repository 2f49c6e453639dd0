import {createHash} from 'node:crypto';
import {mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {parse} from '../protocol/index.ts';
import {imu, lastLine} from './fixtures/startImu.ts';
import type {Shown, ShownCell, ShownObject, ShownTask} from './show/describe.ts';

const SMALL = join(import.meta.dirname, 'fixtures/small.ts');
const scratch = mkdtempSync(join(tmpdir(), 'imu-show-'));
const out = join(scratch, 'runs');
afterAll(() => rmSync(scratch, {recursive: true, force: true}));

const show = (...words: string[]) => imu('show', ...words, '--out', out);
const shownAs = async <T extends Shown>(...words: string[]): Promise<T> =>
  parse((await show(...words, '--json')).stdout) as T;
const flat = (text: string): string => text.replace(/\s+/g, ' ');

interface RunResult {
  readonly run: string;
  readonly counts: Readonly<Record<string, number>>;
}

const runSmall = async (...words: string[]): Promise<RunResult> =>
  lastLine((await imu('run', SMALL, '--transport', 'fake', '--json', '--out', out, ...words)).stdout) as RunResult;

let first: RunResult;
let second: RunResult;
beforeAll(async () => {
  first = await runSmall();
  second = await runSmall('--seeds', '1,2,3');
}, 120_000);

describe('imu show of a cell', () => {
  it('prints definition, sets, direction, values with seeds, tasks with keys and hashes, and the command', async () => {
    const {code, stdout} = await show('imu-official/forgetKl', '--run', first.run);
    expect(code).toBe(0);
    const cell = await shownAs<ShownCell>('imu-official/forgetKl', '--run', first.run);
    const [value] = cell.values;
    const text = flat(stdout);
    for (const part of [
      'KL = (1/NT)',
      'measured on forgetTest, all samples',
      "the paper's arrow points up",
      String(value?.value),
      't42 u1',
      't42 u2',
      ...(value?.tasks ?? []).map(({key}) => key.slice(0, 12)),
      ...(value?.tasks ?? []).flatMap(({artefacts}) => Object.values(artefacts).map(({sha256}) => sha256.slice(0, 16))),
      'scoreAt "randomInitialisation" (default "currentModel")',
      cell.command,
    ])
      expect(text).toContain(flat(part));
    expect(stdout).not.toContain('\u001b');
  });

  it('names a command that finds every task of the cell, and has no other unlearning to do', async () => {
    const cell = await shownAs<ShownCell>('imu-official/forgetKl', '--run', first.run);
    const again = lastLine((await imu(...cell.command.split(' ').slice(1), '--json')).stdout) as RunResult;
    // Data, two models and their evaluations, and two unlearnings with theirs.
    expect(again.counts).toMatchObject({found: 9, finished: 0});
  });

  it('asks which run is meant where several have it', async () => {
    const {code, stderr} = await show('imu-official/forgetKl');
    expect(code).toBe(2);
    expect(flat(stderr)).toMatch(/names \d things/);
    for (const {run} of [first, second]) expect(stderr).toContain(`imu-official/forgetKl --run ${run}`);
  });
});

describe('imu show of a task', () => {
  it('is the same by its id, its key and the first digits of its key', async () => {
    const byId = await show('unlearn/imu-official/t42/u1');
    const {task} = await shownAs<ShownTask>('unlearn/imu-official/t42/u1');
    expect(byId.code).toBe(0);
    expect(byId.stdout).toContain(task.key);
    expect((await show(task.key)).stdout).toBe(byId.stdout);
    expect((await show(task.key.slice(0, 10).toUpperCase())).stdout).toBe(byId.stdout);
  });

  it('says which run computed it, though another has found it', async () => {
    const shared = await shownAs<ShownTask>('unlearn/ga/t42/u1', '--run', second.run);
    expect(shared.task.computedBy).toBe(first.run);
    const own = await shownAs<ShownTask>('unlearn/ga/t42/u3', '--run', second.run);
    expect(own.task.computedBy).toBe(second.run);
    expect(own.usedBy.map(({id}) => id)).toEqual(['evaluate/ga/t42/u3']);
  });
});

describe('imu show of a file', () => {
  it('says which tasks made it and which take it', async () => {
    const {task} = await shownAs<ShownTask>('train/original/t42');
    const {sha256 = ''} = task.artefacts.model ?? {};
    const object = await shownAs<ShownObject>(sha256.slice(0, 16));
    expect(object.object.sha256).toBe(sha256);
    expect(object.isWhole).toBe(true);
    expect(object.madeBy.map(({id}) => id)).toContain('train/original/t42');
    expect(object.usedBy.map(({id}) => id)).toContain('unlearn/ga/t42/u2');
    expect(flat((await show(sha256)).stdout)).toContain('are those of the hash');
  });
});

describe('imu show of a run', () => {
  it('counts its tasks and gives its command', async () => {
    const {code, stdout} = await show(first.run);
    expect(code).toBe(0);
    expect(flat(stdout)).toMatch(/tasks 29 of 29 done/);
    expect(stdout).toContain('--transport fake');
    expect((await imu('show', 'data', '--run', join(out, first.run))).code).toBe(0);
  });
});

describe('imu show of what is not to be had', () => {
  it.each([
    ['imu-oficial/forgetKl', /is nothing that is kept here.*Did you mean imu-official\/forgetKl\?/],
    ['unlearn/gaa/t42/u1', /Did you mean unlearn\/ga\/t42\/u1\?/],
    ['abc', /of keys and hashes, 4 digits or more/],
    ['../../etc', /is nothing that is kept here/],
  ])('refuses %s, and says what is near', async (word, message) => {
    const {code, stdout, stderr} = await show(word);
    expect([code, stdout]).toEqual([2, '']);
    expect(flat(stderr)).toMatch(message);
  });

  it('refuses a run and a folder that are not there, and makes neither', async () => {
    const run = await show('data', '--run', `${first.run.slice(0, -1)}_`);
    expect(run.code).toBe(2);
    expect(flat(run.stderr)).toContain(`Did you mean ${first.run}?`);
    const folder = await imu('show', 'data', '--out', join(scratch, 'nowhere'));
    expect(folder.code).toBe(2);
    expect(readdirSync(scratch)).toEqual(['runs']);
  });

  it('says that a result or a file is damaged, ends with 1 and leaves everything as it lies', async () => {
    const {task} = await shownAs<ShownTask>('unlearn/npo/t42/u1');
    const {task: evaluation} = await shownAs<ShownTask>('evaluate/npo/t42/u1');
    const {task: other} = await shownAs<ShownTask>('unlearn/npo/t42/u2');
    const result = join(out, 'results', evaluation.key.slice(0, 2), `${evaluation.key}.json`);
    const object = join(out, 'objects', (other.artefacts.trajectory?.sha256 ?? '').slice(0, 2));
    const file = join(object, other.artefacts.trajectory?.sha256 ?? '');
    writeFileSync(result, readFileSync(result, 'utf8').replace('"seconds"', '"sekonds"'));
    writeFileSync(file, '');
    const before = everyFile();

    const damaged = await show(evaluation.key);
    expect(damaged.code).toBe(1);
    expect(damaged.stdout).toContain('DAMAGED');
    const cell = await show('npo/forgetKl', '--run', first.run);
    expect(cell.code).toBe(1);
    expect(flat(cell.stdout)).toMatch(/n = 1\).*evaluate\/npo\/t42\/u1 DAMAGED/);
    expect((await show(task.key)).stdout).toContain('evaluate/npo/t42/u1  DAMAGED');
    const lost = await show('unlearn/npo/t42/u2');
    expect(lost.code).toBe(1);
    expect(lost.stdout).toContain('GONE');
    expect(everyFile()).toEqual(before);
  });
});

/** Path, time and content of all that lies in the store. */
function everyFile(): string[] {
  return readdirSync(out, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return `${path} ${statSync(path).mtimeMs} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
    })
    .sort();
}
