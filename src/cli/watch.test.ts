import {type ChildProcess, spawn} from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {RunEvent} from '../protocol/index.ts';
import {parse} from '../protocol/index.ts';
import {type JournalEntry, PROGRESS_EVENTS, readJournal} from '../store/index.ts';
import {writeLine} from '../store/journalLine.ts';
import {imu, startImu} from './fixtures/startImu.ts';

const SMALL = join(import.meta.dirname, 'fixtures/small.ts');
const MANY_VIEWERS = resolve(import.meta.dirname, '../watch/fixtures/manyViewers.ts');
const scratch = mkdtempSync(join(tmpdir(), 'imu-watch-cli-'));
afterAll(() => rmSync(scratch, {recursive: true, force: true}));

const STEP_MS = '60';
const store = (name: string): string => join(scratch, name);
const words = (out: string) => ['run', SMALL, '--transport', 'fake', '--lanes', '1', '--json', '--out', store(out)];
const eventsOf = (stdout: string): RunEvent[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => parse(line) as RunEvent | {type: 'result'})
    .filter((event): event is RunEvent => event.type !== 'result');
const journalOf = (directory: string): JournalEntry[] => readJournal(join(directory, 'journal.jsonl')).entries;

function runDirectory(out: string): string {
  const name = readdirSync(store(out)).find((folder) => folder.startsWith('small-'));
  return join(store(out), name ?? '');
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((done) => setTimeout(done, 20));
}

/** A run that is under way and can be watched. */
async function startRun(out: string): Promise<{child: ChildProcess; ended: ReturnType<typeof imu>; directory: string}> {
  const {child, ended} = startImu(words(out), {IMU_FAKE_STEP_MS: STEP_MS});
  await until(() => existsSync(store(out)) && existsSync(join(runDirectory(out), 'watch.json')));
  return {child, ended, directory: runDirectory(out)};
}

/** What happened, without what differs from one run of the same suite to the next: names of sessions and processes, how long it took, how often it was told. */
function story(entries: readonly JournalEntry[]): unknown[] {
  return entries.flatMap(({event}) => {
    if (PROGRESS_EVENTS.has(event.type)) return [];
    const {session, pid, seconds, secondsPerStep, command, ...rest} = event as RunEvent & Record<string, unknown>;
    return [rest];
  });
}

async function tableOf(directory: string): Promise<string> {
  const {stdout} = await imu('table', directory, '--format', 'csv');
  return stdout.replace(/^note,.*$/gm, '');
}

describe('imu watch, while the suite runs in another terminal', () => {
  it('is told every event, by any number of viewers, and ends when the run does', async () => {
    const run = await startRun('live');
    const [json, lines] = await Promise.all([
      imu('watch', run.directory, '--json'),
      // The newest that is running.
      imu('watch', '--out', store('live')),
    ]);
    const {stdout} = await run.ended;
    expect(json).toMatchObject({code: 0, stderr: ''});
    expect(eventsOf(json.stdout)).toEqual(eventsOf(stdout));
    expect(lines).toMatchObject({code: 0, stderr: ''});
    expect(lines.stdout).toMatch(/ of 29 tasks done, 1 running/);
    expect(lines.stdout).toMatch(/done: 29 of 29 tasks done/);
    expect(lines.stdout).not.toContain('\u001b');
    expect(readdirSync(run.directory)).not.toContain('watch.json');
  });

  it('leaves a run as it is when twenty viewers are killed', async () => {
    expect((await imu(...words('alone'))).code).toBe(0);
    const alone = runDirectory('alone');
    const run = await startRun('watched');
    const {token} = JSON.parse(readFileSync(join(run.directory, 'watch.json'), 'utf8')) as {token: string};
    const crowd = spawn(process.execPath, [MANY_VIEWERS, run.directory, '17'], {stdio: ['ignore', 'pipe', 'inherit']});
    const others = [0, 1, 2].map(() => startImu(['watch', run.directory, '--json']));
    let said = '';
    crowd.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    let numHearing = 0;
    for (const {child} of others) child.stdout?.once('data', () => numHearing++);
    await until(() => said.split('live').length > 17 && numHearing === 3);
    expect(commandLines()).not.toContain(token);
    for (const {child} of [{child: crowd}, ...others]) child.kill('SIGKILL');
    const {code, stdout, stderr} = await run.ended;
    expect({code, stderr}).toEqual({code: 0, stderr: ''});
    expect(story(journalOf(run.directory))).toEqual(story(journalOf(alone)));
    expect(await tableOf(run.directory)).toBe(await tableOf(alone));
    const written = readdirSync(run.directory).map((name) => readFileSync(join(run.directory, name), 'utf8'));
    expect([stdout, stderr, ...written].join('\n')).not.toContain(token);
  });

  it('follows a run whose orchestrator is killed and started again, to its end', async () => {
    const first = await startRun('killed');
    const viewer = startCrowdOfOne(first.directory);
    await until(() => viewer.said().includes('live') && journalOf(first.directory).length > 60);
    first.child.kill('SIGKILL');
    killApp(first.directory);
    await until(() => viewer.said().endsWith('gone\n'));
    const again = await startRun('killed');
    await until(() => viewer.said().endsWith('gone\nlive\n'));
    expect((await again.ended).code).toBe(0);
    await until(() => viewer.said().endsWith('live\nended\n'));
    viewer.child.kill();
  });

  it('ends with 0 on Ctrl-C, and the run goes on', async () => {
    const run = await startRun('left');
    const viewer = startImu(['watch', run.directory, '--no-tui']);
    viewer.child.stdout?.once('data', () => viewer.child.kill('SIGINT'));
    expect((await viewer.ended).code).toBe(0);
    expect((await run.ended).code).toBe(0);
  });
});

describe('imu watch, where nothing runs', () => {
  let directory: string;
  beforeAll(async () => {
    const {code} = await imu(...words('over'));
    expect(code).toBe(0);
    directory = runDirectory('over');
  });
  const copy = (name: string): string => {
    cpSync(store('over'), store(name), {recursive: true});
    return runDirectory(name);
  };

  it('shows how the run ended', async () => {
    const {code, stdout, stderr} = await imu('watch', '--out', store('over'));
    expect({code, stderr}).toEqual({code: 0, stderr: ''});
    expect(stdout).toMatch(/done: 29 of 29 tasks done/);
  });

  it('prints every event as JSON', async () => {
    const {stdout} = await imu('watch', directory, '--json');
    expect(eventsOf(stdout)).toEqual(journalOf(directory).map(({event}) => event));
  });

  it('plays the run again, as JSON and as lines', async () => {
    const [json, lines] = await Promise.all([
      imu('watch', directory, '--replay', '--speed', '1000', '--json'),
      imu('watch', directory, '--speed', '1000'),
    ]);
    expect(eventsOf(json.stdout)).toEqual(journalOf(directory).map(({event}) => event));
    expect(lines.stdout).toMatch(/start data/);
    expect(lines.stdout).toMatch(/done: 29 of 29 tasks done/);
  });

  it('says that whoever ran it is gone, and how to go on', async () => {
    const cut = copy('cut');
    const lines = readFileSync(join(cut, 'journal.jsonl'), 'utf8').split('\n').slice(0, 60);
    writeFileSync(join(cut, 'journal.jsonl'), `${lines.join('\n')}\n`);
    const {code, stdout, stderr} = await imu('watch', cut);
    expect(code).toBe(0);
    expect(stderr).toMatch(/nobody on this machine is known to work on this run.*The same command goes on: imu run /);
    expect(stdout).toMatch(/cut off: \d+ of 29 tasks done/);
  });

  it('leaves damaged lines out, and says so in a sentence', async () => {
    const damaged = copy('damaged');
    const lines = readFileSync(join(damaged, 'journal.jsonl'), 'utf8').split('\n');
    lines[9] = `${lines[9]?.slice(0, 40)}?${lines[9]?.slice(41)}`;
    writeFileSync(join(damaged, 'journal.jsonl'), lines.join('\n'));
    const {code, stdout, stderr} = await imu('watch', damaged, '--json');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^imu watch: line 10 of journal\.jsonl is damaged and was passed over\.\n$/);
    expect(eventsOf(stdout)).toHaveLength(journalOf(directory).length - 1);
  });

  it('refuses the run of a newer imu', async () => {
    const newer = copy('newer');
    const [first] = journalOf(directory);
    const event = {...first?.event, formatVersion: 99} as RunEvent;
    const line = writeLine({seq: 10_000, at: new Date().toISOString(), event});
    appendFileSync(join(newer, 'journal.jsonl'), line);
    for (const more of [[], ['--json'], ['--replay']]) {
      const {code, stdout, stderr} = await imu('watch', newer, ...more);
      expect({code, stdout}).toEqual({code: 1, stdout: ''});
      expect(stderr).toMatch(more.includes('--json') ? /"message":".*newer imu/ : /written by a newer imu/);
    }
  });

  it('writes nothing, and needs to write nothing', async () => {
    const locked = copy('locked');
    const folders = readdirSync(store('locked'), {recursive: true, withFileTypes: true})
      .filter((entry) => entry.isDirectory())
      .map(({parentPath, name}) => join(parentPath, name));
    const times = () => folders.map((folder) => statSync(folder).mtimeMs);
    const before = times();
    for (const folder of folders) chmodSync(folder, 0o555);
    expect((await imu('watch', locked)).code).toBe(0);
    for (const folder of folders) chmodSync(folder, 0o755);
    expect(times()).toEqual(before);
  });

  it.each<[string, string[], RegExp]>([
    ['a run that is not there', ['nope'], /run: "nope" is not a run here.*Allowed: small-/s],
    ['a path that is not there', ['nope/nope'], /names no run/],
    ['a speed of nothing', ['--speed', '0'], /--speed: "0" is not allowed.*a number above 0/s],
    ['a speed that is no number', ['--speed', 'fast'], /--speed: "fast"/],
  ])('refuses %s', async (_name, more, message) => {
    const {code, stdout, stderr} = await imu('watch', ...more, '--out', store('over'));
    expect({code, stdout}).toEqual({code: 2, stdout: ''});
    expect(stderr).toMatch(message);
  });

  it('says where no run is kept', async () => {
    const {code, stderr} = await imu('watch', '--out', join(scratch, 'nowhere'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/is no folder that runs were kept in/);
  });
});

function startCrowdOfOne(directory: string): {child: ChildProcess; said(): string} {
  const child = spawn(process.execPath, [MANY_VIEWERS, directory, '1'], {stdio: ['ignore', 'pipe', 'inherit']});
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return {child, said: () => said};
}

/** bin/imu.js starts the program as a process of its own, which outlives a kill -9 of its parent. */
function killApp(directory: string): void {
  const {pid} = JSON.parse(readFileSync(join(directory, 'watch.json'), 'utf8')) as {pid: number};
  process.kill(pid, 'SIGKILL');
}

/** Of every process that may be looked at. */
function commandLines(): string {
  if (process.platform !== 'linux') return '';
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    })
    .join('\n');
}
