/**
 * The README's pictures, captured from the real program: the dashboard on a pseudo-terminal of 120 × 36, the report in headless Chromium.
 *
 *   node experiments/pictures.ts [--run RUN] [--out docs/pictures]      (by default the newest run below runs/; half a minute)
 *
 * The report is pictured where IMU_CHROMIUM, or one of the usual paths, names a Chromium; without one its pictures are left as they are.
 * Says for each picture which command shows the same, in README.md beside the pictures too.
 */
import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, dirname, join, relative, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {parseArgs} from 'node:util';
import {chromium} from 'playwright-core';
import {startTerminal, type Terminal} from '../src/cli/fixtures/pty.ts';
import {linesToSvg} from '../src/dashboard/exportSvg.ts';
import {openStore} from '../src/store/index.ts';

const {values: options} = parseArgs({
  options: {run: {type: 'string'}, out: {type: 'string', default: 'docs/pictures'}},
});
const SIZE = {columns: 120, rows: 36};
/** So many times as fast as it was: a run of minutes is shown in seconds. */
const SPEED = 20;
/** A suite at work shows more than one that has ended: this share of it is done in its picture. */
const SHARE_DONE = 0.6;
/** Characters of curves, of a task that has come some way. */
const LEAST_CURVE = 80;
const PAGE = {width: 1_200, height: 1_500};
const MOST_BYTES = 300_000;

const root = resolve(import.meta.dirname, '..');
const program = join(root, 'bin/imu.js');
const run = relative(root, resolve(options.run ?? newestRun()));
/** As a user names it who has it below runs/. */
const runId = basename(run);
const folder = resolve(options.out);
mkdirSync(folder, {recursive: true});

const made: Made[] = [...(await picturesOfSuite()), ...(await picturesOfResults()), ...(await picturesOfReport())];
for (const {file, how} of made) console.log(`${file}: ${how}`);
writeFileSync(join(folder, 'README.md'), readme(made));

interface Made {
  readonly file: string;
  /** What a user does to see the same. */
  readonly how: string;
}

async function picturesOfSuite(): Promise<readonly Made[]> {
  const replay = ['--replay', '--speed', `${SPEED}`];
  const terminal = await startImu(['watch', run, ...replay]);
  await terminal.until((text) => {
    const [done = 0, all = 0] = (/(\d+)\/(\d+) done/.exec(text) ?? []).slice(1).map(Number);
    const hasCurves = (text.match(/[\u2801-\u28ff]/g)?.length ?? 0) >= LEAST_CURVE;
    return all > 0 && (done === all || (done >= SHARE_DONE * all && hasCurves));
  });
  const suite = capture(
    terminal,
    'dashboard-suite',
    'imu watch: a suite at work',
    `imu watch ${runId} ${replay.join(' ')}`,
  );
  terminal.close();
  return [suite];
}

async function picturesOfResults(): Promise<readonly Made[]> {
  const command = `imu watch ${runId}`;
  const terminal = await startImu(['watch', run]);
  await terminal.until(/\d+\/\d+ done/);
  await press(terminal, '4', /\[4 Verdict/);
  const verdict = capture(terminal, 'dashboard-verdict', 'imu watch: the verdict', `${command}, then 4`);
  const weighed = weighedTask();
  if (weighed === null) {
    terminal.close();
    return [verdict];
  }
  await press(terminal, `:goto ${weighed}\r`, /Task\]/);
  const goTo = `${command}, then :goto ${weighed}`;
  const detail = capture(terminal, 'dashboard-detail', 'imu watch: one task', goTo);
  await press(terminal, '3', /\[3 Influence/);
  const influence = capture(terminal, 'dashboard-influence', 'imu watch: influence and weights', `${goTo}, then 3`);
  terminal.close();
  return [verdict, detail, influence];
}

function startImu(words: readonly string[]): Promise<Terminal> {
  return startTerminal([process.execPath, program, ...words], {...SIZE, directory: root});
}

async function press(terminal: Terminal, keys: string, then: RegExp): Promise<void> {
  await terminal.send(keys);
  await terminal.until(then);
}

function capture(terminal: Terminal, name: string, title: string, how: string): Made {
  const file = `${name}.svg`;
  const svg = linesToSvg(terminal.lines(), {columns: SIZE.columns, theme: {ascii: false, colour: true}, title});
  writeFileSync(join(folder, file), svg);
  return {file, how};
}

/** The last task whose samples were weighed, of a method by its defaults where there is such a one. */
function weighedTask(): string | null {
  const {manifest, journal} = openStore(dirname(join(root, run))).readRun(runId);
  const weighed = new Set(journal.entries.flatMap(({event}) => (event.type === 'weightsShaped' ? [event.key] : [])));
  const tasks = manifest.plan.tasks.filter(({key}) => weighed.has(key));
  const rowOf = (id: string | null) => manifest.suite.rows.find((row) => row.id === id);
  const byDefaults = tasks.findLast((task) => rowOf(task.row)?.profile === 'sound' && !rowOf(task.row)?.isTrivial);
  return (byDefaults ?? tasks.at(-1))?.id ?? null;
}

async function picturesOfReport(): Promise<readonly Made[]> {
  const executablePath = [process.env.IMU_CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
    existsSync,
  );
  if (executablePath === undefined) {
    console.error('no Chromium: set IMU_CHROMIUM for the pictures of the report');
    return [];
  }
  const scratch = mkdtempSync(join(tmpdir(), 'imu-pictures-'));
  const browser = await chromium.launch({executablePath, args: ['--no-sandbox']});
  try {
    const page = join(scratch, 'report.html');
    execFileSync(process.execPath, [program, 'report', run, '--to', page], {cwd: root});
    const made: Made[] = [];
    for (const [name, colorScheme] of [
      ['report', 'light'],
      ['report-dark', 'dark'],
    ] as const) {
      const view = await browser.newPage({viewport: PAGE, colorScheme, reducedMotion: 'reduce'});
      await view.goto(pathToFileURL(page).href, {waitUntil: 'load'});
      const file = `${name}.png`;
      const {length} = await view.screenshot({path: join(folder, file)});
      if (length > MOST_BYTES) console.error(`${file} has ${length} bytes, more than ${MOST_BYTES}`);
      made.push({file, how: `imu report ${runId}, in a browser that prefers ${colorScheme} pages`});
    }
    return made;
  } finally {
    await browser.close();
    rmSync(scratch, {recursive: true, force: true});
  }
}

function newestRun(): string {
  const runs = join(root, 'runs');
  const newest = (existsSync(runs) ? readdirSync(runs) : [])
    .map((name) => join(runs, name, 'journal.jsonl'))
    .filter(existsSync)
    .sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs)
    .at(-1);
  if (newest === undefined) throw new Error('there is no run below runs/: name one with --run');
  return resolve(newest, '..');
}

function readme(pictures: readonly Made[]): string {
  const lines = pictures.map(({file, how}) => `- \`${file}\`: \`${how}\``);
  const says = 'Made by `node experiments/pictures.ts`, from the real program. The same is seen by:';
  return ['# Pictures', '', says, '', ...lines, ''].join('\n');
}
