import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, it} from 'vitest';
import {readJournal} from '../store/index.ts';
import {imu, lastLine, startImu} from './fixtures/startImu.ts';

const SMALL = join(import.meta.dirname, 'fixtures/small.ts');
const scratch = mkdtempSync(join(tmpdir(), 'imu-cli-'));
afterAll(() => rmSync(scratch, {recursive: true, force: true}));

interface ResultLine {
  readonly type: string;
  readonly run: string;
  readonly directory: string;
  readonly outcome: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly table: {
    readonly rows: readonly {
      readonly id: string;
      readonly cells: Readonly<Record<string, {readonly n: number; readonly mean: number}>>;
    }[];
  };
}

const fake = (out: string, ...more: string[]) =>
  imu('run', SMALL, '--transport', 'fake', '--json', '--out', join(scratch, out), ...more);
const resultOf = (stdout: string): ResultLine => lastLine(stdout) as ResultLine;

/** The table's values, byte for byte, without the notes that say when and where it was made. */
async function tableText({directory}: ResultLine): Promise<string> {
  const {stdout} = await imu('table', directory, '--format', 'csv');
  return stdout
    .split('\n')
    .filter((line) => !line.startsWith('note,'))
    .join('\n');
}

describe('imu run, over the fake sidecar', () => {
  it('writes JSON lines and nothing else, the last of which names the run and holds the table', async () => {
    const {code, stdout} = await fake('a');
    expect(code).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as {type: string});
    expect(lines.slice(0, 2).map(({type}) => type)).toEqual(['runStarted', 'planned']);
    const result = resultOf(stdout);
    expect(result).toMatchObject({type: 'result', outcome: 'done', counts: {finished: 29}});
    expect(result.table.rows.map(({id, cells}) => [id, cells.retainLoss?.n])).toEqual([
      ['original', 1],
      ['retrain', 1],
      ...['no-op', 'ga', 'npo', 'simnpo', 'imu-official', 'imu-sound'].map((id) => [id, 2]),
    ]);
  });

  it('finds everything the second time, starts no lane and prints the same table', async () => {
    const first = resultOf((await fake('b')).stdout);
    const again = await fake('b');
    const second = resultOf(again.stdout);
    expect(again.code).toBe(0);
    expect(second).toMatchObject({run: first.run, counts: {found: 29, finished: 0}, table: first.table});
    expect(again.stdout).not.toContain('laneStarted');
  });

  it('shares finished tasks between suites: a further seed runs only what is new', async () => {
    await fake('c');
    const {counts} = resultOf((await fake('c', '--seeds', '1,2,3')).stdout);
    expect(counts).toMatchObject({found: 29, finished: 12});
  });

  it('says as lines what happens where stdout is no terminal, without an escape', async () => {
    const {code, stdout} = await imu('run', SMALL, '--transport', 'fake', '--out', join(scratch, 'd'));
    expect(code).toBe(0);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toMatch(/done: 29 of 29 tasks done/);
    expect(stdout).toMatch(/imu table /);
  });

  it('ends with 130 on SIGINT, and the same command goes on', async () => {
    const out = join(scratch, 'e');
    const words = ['run', SMALL, '--transport', 'fake', '--json', '--out', out];
    const {child, ended} = startImu(words, {IMU_FAKE_STEP_MS: '40'});
    child.stdout?.on('data', (text: string) => text.includes('"taskFinished"') && child.kill('SIGINT'));
    const interrupted = await ended;
    expect(interrupted.code).toBe(130);
    expect(resultOf(interrupted.stdout).outcome).toBe('interrupted');
    const {counts, outcome} = resultOf((await imu(...words)).stdout);
    expect(outcome).toBe('done');
    expect(counts.found).toBeGreaterThan(0);
  });

  it('plans what it then does, and afterwards that nothing is left', async () => {
    const words = ['--transport', 'fake', '--json', '--out', join(scratch, 'f')];
    const before = lastLine((await imu('plan', SMALL, ...words)).stdout) as {
      run: number;
      hit: number;
      runId: string;
      tasks: {id: string; action: string}[];
    };
    expect(before).toMatchObject({run: 29, hit: 0, blocked: 0});
    const result = resultOf((await imu('run', SMALL, ...words)).stdout);
    expect(result.run).toBe(before.runId);
    const {entries} = readJournal(join(result.directory, 'journal.jsonl'));
    expect(entries.filter(({event}) => event.type === 'taskStarted')).toHaveLength(29);
    expect(lastLine((await imu('plan', SMALL, ...words)).stdout)).toMatchObject({run: 0, hit: 29, blocked: 0});
  });

  it('prints the table of a run in every format', async () => {
    const {directory} = resultOf((await fake('g')).stdout);
    for (const [format, start] of [
      ['text', 'Markov chains, tiny'],
      ['markdown', '**Markov'],
      ['latex', '%'],
      ['csv', ''],
      ['json', '{'],
    ] as const) {
      const {code, stdout} = await imu('table', directory, '--format', format);
      expect(code, format).toBe(0);
      expect(stdout.startsWith(start), `${format}: ${stdout.slice(0, 80)}`).toBe(true);
    }
  });
});

describe('imu run, over real sidecars', () => {
  it('ends with the same table after kill -9 of the orchestrator and of a sidecar, and repeats no finished task', async () => {
    const whole = await imu('run', SMALL, '--json', '--out', join(scratch, 'whole'));
    expect(whole.code, whole.stderr).toBe(0);

    const words = ['run', SMALL, '--json', '--out', join(scratch, 'broken')];
    const first = startImu(words);
    // The wrapper would leave the program itself running: what is killed is the orchestrator, which its journal's lease names.
    first.child.stdout?.on('data', (text: string) => {
      if (text.includes('"taskFinished"')) process.kill(orchestratorOf(join(scratch, 'broken')), 'SIGKILL');
    });
    await first.ended;

    const second = startImu(words);
    let hasKilled = false;
    second.child.stdout?.on('data', (text: string) => {
      const lane = text.split('\n').find((line) => line.includes('"laneStarted"'));
      if (lane === undefined || hasKilled) return;
      hasKilled = true;
      process.kill((JSON.parse(lane) as {pid: number}).pid, 'SIGKILL');
    });
    const {code, stdout, stderr} = await second.ended;
    expect(code, stderr).toBe(0);
    expect(hasKilled).toBe(true);

    const result = resultOf(stdout);
    expect(await tableText(result)).toBe(await tableText(resultOf(whole.stdout)));
    const {entries} = readJournal(join(result.directory, 'journal.jsonl'));
    const finished = entries.flatMap(({event}) => (event.type === 'taskFinished' ? [event.key] : []));
    expect(new Set(finished).size).toBe(finished.length);
    const startedAfterFinish = entries.filter(
      ({event, seq}) =>
        event.type === 'taskStarted' &&
        entries.some(
          (other) => other.seq < seq && other.event.type === 'taskFinished' && other.event.key === event.key,
        ),
    );
    expect(startedAfterFinish).toEqual([]);
  }, 90_000);

  it('measures Retrain at zero distance from itself, No-op where Original is, and learns something', async () => {
    const {stdout} = await imu('run', SMALL, '--json', '--out', join(scratch, 'whole'));
    const rows = Object.fromEntries(resultOf(stdout).table.rows.map(({id, cells}) => [id, cells]));
    expect(rows.retrain?.forgetKl?.mean).toBe(0);
    expect(rows['no-op']?.retainLoss?.mean).toBe(rows.original?.retainLoss?.mean);
    expect(rows.original?.retainLoss?.mean).toBeLessThan(Math.log(10));
    expect(rows.ga?.retainLoss?.mean).toBeGreaterThan(rows.original?.retainLoss?.mean ?? Number.NaN);
  }, 120_000);
});

/** Pid in the lease of the only run of a store. */
function orchestratorOf(root: string): number {
  const leases = join(root, 'leases');
  const run = readdirSync(leases).find((name) => name.includes('small-'));
  return (JSON.parse(readFileSync(join(leases, run ?? ''), 'utf8')) as {pid: number}).pid;
}
