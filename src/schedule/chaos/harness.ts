import type {ChildProcess} from 'node:child_process';
import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {canonicalJson} from '../../plan/canonical.ts';
import {openStore} from '../../store/index.ts';
import {runIdOf} from '../runSuite.ts';
import {tablePlan} from './fileSuite.ts';

export interface ChaosOptions {
  readonly numKills: number;
  /** Milliseconds between the four writes of a task, at most. */
  readonly pauseMs: number;
  /** Chance that a sidecar dies at a write. */
  readonly deaths: number;
  readonly onRound?: (report: ChaosReport) => void;
}

export interface ChaosReport {
  readonly numKills: number;
  /** Suites brought to their end, each over many kills. */
  readonly numRounds: number;
  readonly numTasks: number;
  /** Executions beyond one per task: work that was under way when death came. */
  readonly numInterrupted: number;
  /** Everything that must not be: empty. */
  readonly violations: readonly string[];
}

const NUM_LANES = 3;
/** Milliseconds after `ready` within which most kills fall: about half of what the suite takes. */
const KILL_WITHIN_MS = 500;
/** Milliseconds after the launch within which the others fall: before and while the store is opened. */
const EARLY_KILL_WITHIN_MS = 150;
const EARLY_SHARE = 0.1;
/** Share of sessions in which a second suite, half of whose tasks are the first's, runs on the same store. */
const SECOND_SHARE = 0.3;

const SUITES = [
  {id: 'first', rows: 'abcdefgh'},
  {id: 'second', rows: 'efghijkl'},
] as const;

/**
 * Kills orchestrators with SIGKILL at random points until `numKills` is reached, letting each suite come to its end in between, and compares
 * with runs that nobody killed: executed tasks, bytes of every result, final tables, what is left behind.
 */
export async function wreakHavoc(options: ChaosOptions): Promise<ChaosReport> {
  const expected = await inFreshStore((root) => undisturbedTables(root, options));
  let report: ChaosReport = {numKills: 0, numRounds: 0, numTasks: 0, numInterrupted: 0, violations: []};
  while (report.numKills < options.numKills) {
    const round = await inFreshStore((root) => runRound(root, options, expected, options.numKills - report.numKills));
    report = {
      numKills: report.numKills + round.numKills,
      numRounds: report.numRounds + 1,
      numTasks: report.numTasks + round.numTasks,
      numInterrupted: report.numInterrupted + round.numInterrupted,
      violations: [...report.violations, ...round.violations],
    };
    options.onRound?.(report);
  }
  return report;
}

type Round = Omit<ChaosReport, 'numRounds'>;

async function undisturbedTables(root: string, options: ChaosOptions): Promise<readonly string[]> {
  for (const suite of SUITES) await finish(start(root, suite, {...options, deaths: 0}));
  return SUITES.map((suite) => finalTable(root, suite));
}

async function runRound(
  root: string,
  options: ChaosOptions,
  expected: readonly string[],
  maxKills: number,
): Promise<Round> {
  const violations: string[] = [];
  const committed = new Map<string, string>();
  let numKills = 0;
  for (let isDone = false; !isDone && numKills < maxKills; ) {
    const suites = Math.random() < SECOND_SHARE ? SUITES : SUITES.slice(0, 1);
    const killed = await Promise.all(suites.map((suite) => killAtRandom(start(root, suite, options))));
    numKills += killed.filter(Boolean).length;
    violations.push(...compareResults(root, committed));
    isDone = killed[0] === false;
  }
  for (const suite of SUITES) await finish(start(root, suite, options));
  violations.push(...compareResults(root, committed));
  const executed = readFileSync(join(root, 'executed.log'), 'utf8').split('\n').filter(Boolean);
  violations.push(...executed.filter((line) => line.startsWith('AGAIN')).map((line) => `executed ${line}`));
  const numInterrupted = executed.length - committed.size;
  SUITES.forEach((suite, index) => {
    if (finalTable(root, suite) !== expected[index]) violations.push(`the table of ${suite.id} differs`);
    violations.push(...journalViolations(root, suite));
  });
  if (options.deaths === 0 && numInterrupted > numKills * NUM_LANES)
    violations.push(`${numInterrupted} tasks were begun again after ${numKills} kills on ${NUM_LANES} lanes`);
  violations.push(...leftBehind(root));
  return {numKills, numTasks: committed.size, numInterrupted, violations};
}

/** Every result is written once: what was there at an earlier look has the same bytes now. */
function compareResults(root: string, committed: Map<string, string>): string[] {
  const now = resultHashes(root);
  const changed = [...committed].filter(([key, hash]) => now.get(key) !== hash);
  for (const [key, hash] of now) committed.set(key, hash);
  return changed.map(([key]) => `the result ${key} changed after it was committed`);
}

function resultHashes(root: string): Map<string, string> {
  const folder = join(root, 'store', 'results');
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter((name) => name.endsWith('.json'));
  return new Map(
    names.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );
}

/** What a table is made from: the outputs of every task of the plan, and their files' hashes. */
function finalTable(root: string, {id, rows}: (typeof SUITES)[number]): string {
  const store = openStore(join(root, 'store'));
  const results = tablePlan(id, rows.split('')).tasks.map(({key}) => store.findResult(key));
  return canonicalJson(
    results.map((result) => result && {id: result.id, outputs: result.outputs, artefacts: result.artefacts}),
  );
}

/** Within one run no task begins after it has finished or been found. */
function journalViolations(root: string, {id, rows}: (typeof SUITES)[number]): string[] {
  const runId = runIdOf(tablePlan(id, rows.split('')));
  const {entries, numDamaged} = openStore(join(root, 'store')).readRun(runId).journal;
  const done = new Set<string>();
  const violations: string[] = numDamaged > 0 ? [`${numDamaged} damaged lines in the middle of ${runId}`] : [];
  entries.forEach(({seq, event}, index) => {
    if (seq !== index + 1) violations.push(`${runId}: line ${index + 1} has the number ${seq}`);
    if (event.type === 'taskFinished' || event.type === 'taskFound') done.add(event.key);
    if (event.type === 'taskStarted' && done.has(event.key)) violations.push(`${runId}: ${event.key} began again`);
  });
  return violations;
}

function leftBehind(root: string): string[] {
  openStore(join(root, 'store'));
  return ['tmp', 'leases', 'damaged'].flatMap((folder) =>
    readdirSync(join(root, 'store', folder)).map((name) => `left behind: ${folder}/${name}`),
  );
}

interface Session {
  readonly child: ChildProcess;
  readonly isReady: Promise<void>;
  /** Exit code, null when killed. */
  readonly ended: Promise<number | null>;
  readonly output: () => string;
}

const CHILD = fileURLToPath(new URL(`child${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));

function start(root: string, {id, rows}: (typeof SUITES)[number], {pauseMs, deaths}: ChaosOptions): Session {
  const flags = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'];
  const args = [join(root, 'store'), join(root, 'executed.log'), id, rows, String(pauseMs), String(deaths)];
  const child = spawn(process.execPath, [...flags, CHILD, ...args], {stdio: ['ignore', 'pipe', 'pipe']});
  let output = '';
  const {promise: isReady, resolve: setReady} = Promise.withResolvers<void>();
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
    if (output.includes('ready')) setReady();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  void ended.then(() => setReady());
  return {child, isReady, ended, output: () => output};
}

/** False when the session came to its end before death came. */
async function killAtRandom({child, isReady, ended, output}: Session): Promise<boolean> {
  const isEarly = Math.random() < EARLY_SHARE;
  if (!isEarly) await isReady;
  await Promise.race([ended, delay(Math.random() * (isEarly ? EARLY_KILL_WITHIN_MS : KILL_WITHIN_MS))]);
  child.kill('SIGKILL');
  const code = await ended;
  if (code !== null && code !== 0) throw new Error(`an orchestrator failed by itself (${code}): ${output()}`);
  return code === null;
}

async function finish({ended, output}: Session): Promise<void> {
  const code = await ended;
  if (code !== 0 || !output().includes('"outcome":"done"'))
    throw new Error(`a last run ended with ${code}: ${output()}`);
}

async function inFreshStore<T>(use: (root: string) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'imu-chaos-'));
  try {
    return await use(root);
  } finally {
    rmSync(root, {recursive: true, force: true});
  }
}
