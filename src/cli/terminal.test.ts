import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {VIEWS} from '../dashboard/views/index.ts';
import {startTerminal, type Terminal} from './fixtures/pty.ts';
import {imu, lastLine} from './fixtures/startImu.ts';

const SMALL = join(import.meta.dirname, 'fixtures/small.ts');
const PROGRAM = resolve(import.meta.dirname, '../../bin/imu.js');
const scratch = mkdtempSync(join(tmpdir(), 'imu-terminal-'));
const socket = `imu-terminal-${process.pid}`;
const open: Terminal[] = [];
let numFolders = 0;

/** A finished run of the fake sidecar, for what only looks. */
let finishedRun = '';
beforeAll(async () => {
  const {stdout} = await imu('run', SMALL, '--transport', 'fake', '--json', '--out', join(scratch, 'finished'));
  finishedRun = (lastLine(stdout) as {directory: string}).directory;
});
afterAll(() => {
  for (const terminal of open) terminal.close();
  spawnSync('tmux', ['-L', socket, 'kill-server']);
  rmSync(scratch, {recursive: true, force: true});
});

interface Start {
  readonly words: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
}

async function start({words, env = {}, columns = 120, rows = 36}: Start): Promise<Terminal> {
  const {IMU_PYTHON} = process.env;
  const python = IMU_PYTHON === undefined ? {} : {IMU_PYTHON};
  const terminal = await startTerminal([process.execPath, PROGRAM, ...words], {
    columns,
    rows,
    env: {...python, ...env},
    directory: scratch,
  });
  open.push(terminal);
  return terminal;
}

const newFolder = (): string => join(scratch, `${numFolders++}`);
const runFake = (...more: string[]): readonly string[] => [
  'run',
  SMALL,
  '--transport',
  'fake',
  '--out',
  newFolder(),
  ...more,
];
const watch = (): readonly string[] => ['watch', finishedRun];
/** Steps that take their time, so that there is something to stop. */
const SLOWLY = {IMU_FAKE_STEP_MS: '40'};
/** Nothing takes so long on any machine. */
const HANG_MS = 45_000;
const HEADER = /\d+\/29 done/;

async function startSlowRun(words = runFake()): Promise<Terminal> {
  const terminal = await start({words, env: SLOWLY});
  await terminal.until(HEADER);
  return terminal;
}

/** The process below bin/imu.js, which has the terminal. */
const innerOf = ({pid}: Terminal): number =>
  Number(execFileSync('pgrep', ['-P', `${pid}`], {encoding: 'utf8'}).split('\n')[0]);

async function expectRestored(terminal: Terminal): Promise<void> {
  const {modesBefore, modesAfter} = await terminal.ended;
  const output = Buffer.concat(terminal.chunks.map(({bytes}) => bytes)).toString();
  expect(output, 'it was full screen').toContain('\u001b[?1049h');
  expect(terminal.look().state()).toMatchObject({
    isAlternate: false,
    isCursorVisible: true,
    isWrapping: true,
    modes: [],
  });
  expect(modesAfter).toBe(modesBefore);
}

describe('the terminal is as it was', () => {
  it('after q and yes', async () => {
    const terminal = await startSlowRun();
    await terminal.send('q');
    await terminal.until(/\(y\/n\)|y .*n /);
    await terminal.send('y');
    expect((await terminal.ended).code).toBe(130);
    await expectRestored(terminal);
    expect(terminal.look().history()).toMatch(/interrupted: \d+ of 29 tasks done/);
  });

  it('after Ctrl-C', async () => {
    const terminal = await startSlowRun();
    await terminal.send('\u0003');
    expect((await terminal.ended).code).toBe(130);
    await expectRestored(terminal);
  });

  it('after Ctrl-C twice at once', async () => {
    const terminal = await startSlowRun();
    await terminal.send('\u0003\u0003');
    expect((await terminal.ended).code).toBe(130);
    await expectRestored(terminal);
  });

  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    it(`after ${signal}`, async () => {
      const terminal = await startSlowRun();
      terminal.kill(signal);
      expect((await terminal.ended).code).toBe(130);
      await expectRestored(terminal);
    });
  }

  it('after the run has ended, with the table on the main screen', async () => {
    const terminal = await start({words: runFake()});
    expect((await terminal.ended).code).toBe(0);
    await expectRestored(terminal);
    expect(terminal.look().history()).toMatch(/imu-sound[\s\S]*done: 29 of 29 tasks done[\s\S]*imu table /);
  });

  it('after an exception that nobody caught, and says it', async () => {
    const suite = join(scratch, 'throws.ts');
    writeFileSync(
      suite,
      `import small from ${JSON.stringify(SMALL)};
       if (process.stdout.isTTY) setTimeout(() => { throw new Error('nobody expects this'); }, 1_500);
       export default small;`,
    );
    const terminal = await startSlowRun(['run', suite, '--transport', 'fake', '--out', newFolder()]);
    expect((await terminal.ended).code).not.toBe(0);
    await expectRestored(terminal);
    expect(terminal.look().history()).toContain('nobody expects this');
  });

  it('after kill -9 of the process that has it, and says how to go on', async () => {
    const terminal = await startSlowRun();
    terminal.kill('SIGKILL', innerOf(terminal));
    expect((await terminal.ended).code).toBe(137);
    await expectRestored(terminal);
    expect(terminal.look().history()).toContain('ended by SIGKILL');
  });

  it('after kill -9 of a Python sidecar, which the run survives', async () => {
    const terminal = await start({words: ['run', SMALL, '--lanes', '1', '--out', newFolder()]});
    await terminal.until(/[1-9]\d*\/29 done/);
    const children = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,args='], {encoding: 'utf8'});
    const sidecar = children
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .find(([, parent, ...words]) => Number(parent) === innerOf(terminal) && /python/.test(words.join(' ')));
    terminal.kill('SIGKILL', Number(sidecar?.[0]));
    expect((await terminal.ended).code).toBe(0);
    await expectRestored(terminal);
    expect(terminal.look().history()).toContain('done: 29 of 29 tasks done');
  }, 120_000);

  it('after looking at a run that is over', async () => {
    const terminal = await start({words: watch()});
    await terminal.until(/29\/29 done/);
    await terminal.send('q');
    expect((await terminal.ended).code).toBe(0);
    await expectRestored(terminal);
  });
});

describe('what a terminal can show', () => {
  const ESCAPE = '\u001b';
  const ESCAPES = new RegExp(ESCAPE);
  const STYLES = new RegExp(`${ESCAPE}\\[[\\d;]*m`, 'g');
  const ESCAPES_BUT_STYLES = new RegExp(`${ESCAPE}(?!\\[[\\d;]*m)`);
  for (const [name, env, escapes] of [
    ['TERM=dumb', {TERM: 'dumb'}, ESCAPES],
    ['NO_COLOR and CI', {NO_COLOR: '1', CI: 'true'}, ESCAPES],
    ['CI=true', {CI: 'true'}, ESCAPES_BUT_STYLES],
    ['INK_SCREEN_READER=true', {INK_SCREEN_READER: 'true'}, ESCAPES_BUT_STYLES],
  ] as const) {
    it(`is lines under ${name}, and at the end the summary`, async () => {
      const terminal = await start({words: runFake(), env});
      expect((await terminal.ended).code).toBe(0);
      const output = Buffer.concat(terminal.chunks.map(({bytes}) => bytes)).toString();
      expect(output).not.toMatch(escapes);
      expect(output.replaceAll(STYLES, '')).toMatch(
        /done +evaluate\/[\s\S]*done: 29 of 29 tasks done[\s\S]*imu table /,
      );
    });
  }

  it('is the full screen without a colour under NO_COLOR', async () => {
    const terminal = await start({words: watch(), env: {NO_COLOR: '1'}});
    await terminal.until(/29\/29 done/);
    const colours = terminal.lines().flatMap((line) => line.map(({colour}) => colour));
    expect(colours.filter((colour) => colour != null)).toEqual([]);
    expect(terminal.look().state().isAlternate).toBe(true);
  });

  it('fits terminals of every size while they are resized, and asks for more where there is no room', async () => {
    const terminal = await start({words: watch()});
    await terminal.until(/29\/29 done/);
    for (const [columns, rows] of [
      [80, 24],
      [40, 12],
      [300, 80],
      [120, 36],
    ] as const) {
      terminal.resize(columns, rows);
      // The header at the top, the keys on the last line, and all rows between.
      await terminal.until((text) => {
        const lines = text.split('\n');
        return lines.length === rows && HEADER.test(lines[0] ?? '') && /quit|\? /.test(lines.at(-1) ?? '');
      });
      expect(terminal.look().history()).toBe('');
    }
    terminal.resize(30, 8);
    await terminal.until(/[Ee]nlarge/);
    terminal.resize(80, 24);
    await terminal.until(HEADER);
  });
});

describe.skipIf(spawnSync('tmux', ['-V']).status !== 0)('in tmux (left out where there is none), by keys', () => {
  const tmux = (...words: string[]): string => execFileSync('tmux', ['-L', socket, ...words], {encoding: 'utf8'});
  const shown = (): string => tmux('capture-pane', '-p', '-t', 'imu');
  const press = (...keys: string[]): void => void tmux('send-keys', '-t', 'imu', ...keys);

  async function until(wanted: RegExp | ((text: string) => boolean)): Promise<string> {
    for (const startedAt = Date.now(); ; ) {
      const text = shown();
      if (typeof wanted === 'function' ? wanted(text) : wanted.test(text)) return text;
      if (Date.now() - startedAt > HANG_MS) throw new Error(`never showed ${wanted}:\n${text}`);
      await sleep(50);
    }
  }

  it('shows every view, filters, asks, follows the size, and leaves', async () => {
    const command = [process.execPath, PROGRAM, ...runFake()].map((word) => `'${word}'`).join(' ');
    tmux(
      '-f',
      '/dev/null',
      '-u',
      'new-session',
      '-d',
      '-s',
      'imu',
      '-x',
      '120',
      '-y',
      '36',
      '-c',
      scratch,
      'bash --norc',
    );
    press(`env -u CI TERM=screen-256color LANG=C.UTF-8 IMU_FAKE_STEP_MS=400 ${command}`, 'Enter');
    await until(HEADER);
    expect(tmux('display', '-p', '-t', 'imu', '#{alternate_on}').trim()).toBe('1');

    const screens = new Map<string, string>();
    for (const {key, title} of VIEWS) {
      if (key === null) continue;
      const before = screens.size === 0 ? '' : shown();
      press(key);
      screens.set(title, await until((text) => text.includes(title) && (before === '' || text !== before)));
    }
    expect(new Set(screens.values()).size).toBe(screens.size);

    press('2');
    press('/');
    for (const letter of 'simnpo') press(letter);
    press('Enter');
    await until((text) => text.includes('simnpo') && !text.includes('unlearn/ga'));
    press('Enter');
    await until(/unlearn\/simnpo|evaluate\/simnpo/);
    press('Escape');

    press('q');
    await until(/\(y\/n\)|y .*n /);
    press('n');
    tmux('resize-window', '-t', 'imu', '-x', '60', '-y', '20');
    await until((text) => HEADER.test(text) && text.split('\n').every((line) => [...line].length <= 60));
    press('q');
    press('y');
    await until(/interrupted: \d+ of 29/);
    expect(tmux('display', '-p', '-t', 'imu', '#{alternate_on}').trim()).toBe('0');
  });
});
