import {join, relative} from 'node:path';
import type {Suite} from '../plan/suite.ts';
import type {RunSuiteResult} from '../schedule/index.ts';
import {runIdOf, runSuite} from '../schedule/index.ts';
import {executeTask} from '../schedule/tasks/index.ts';
import type {JournalEntry, Manifest} from '../store/index.ts';
import {openStream} from '../watch/openStream.ts';
import {readCommit} from './commit.ts';
import {EXIT, type ExitCode} from './exitCodes.ts';
import {type Interruption, listenForInterruption} from './interruption.ts';
import {findInterpreter, type Prepared, prepare} from './prepare.ts';
import {findSuiteFile, loadSuiteFile} from './suiteFile.ts';
import {numLanes, type SuiteOptions} from './suiteOptions.ts';
import {suiteWith} from './suiteWith.ts';
import {type Tables, tablesOf} from './tables.ts';
import {readVersion} from './version.ts';
import {openView} from './view.ts';

export interface RunOptions extends SuiteOptions {
  readonly json: boolean;
  readonly tui: boolean;
}

/** What `imu run` and `imu reproduce` do: check, prepare, run with a view, print the tables. Sets the exit code. */
export async function runSuiteFile(file: string, options: RunOptions, who: string): Promise<void> {
  const path = findSuiteFile(file, who);
  const suite = suiteWith(await loadSuiteFile(path, who), options, relative(process.cwd(), path), who);
  const interruption = listenForInterruption(() => process.stderr.write('imu: stopping; once more to force\n'));
  try {
    const python = await findInterpreter(options, interruption.stop);
    const prepared = prepare(suite, options, python);
    const manifest = manifestOf(suite, prepared);
    process.exitCode = await runWithView(prepared, manifest, options, interruption);
  } finally {
    interruption.dispose();
  }
}

async function runWithView(
  prepared: Prepared,
  manifest: Manifest,
  options: RunOptions,
  interruption: Interruption,
): Promise<ExitCode> {
  const {suite, plan, store, openLane} = prepared;
  const view = await openView({manifest, store, json: options.json, tui: options.tui, interruption});
  const stream = openStream({
    directory: join(store.root, manifest.runId),
    stagePath: store.stagePath,
    projection: view.projection,
    warn: (sentence) => process.stderr.write(`imu: ${sentence}\n`),
  });
  const onEvent = (entry: JournalEntry): void => {
    view.show(entry);
    stream.publish(entry);
  };
  const session = (): Promise<RunSuiteResult> =>
    runSuite({
      plan,
      suite,
      store,
      numLanes: numLanes(options),
      device: options.device,
      openLane,
      execute: executeTask,
      version: manifest.version,
      commit: manifest.commit,
      command: manifest.command,
      signal: interruption.stop,
      forceSignal: interruption.force,
      onEvent,
      onControls: view.attach,
    });
  let result: RunSuiteResult;
  try {
    do result = await session();
    while (await view.wantsRerun());
  } finally {
    await view.close();
    await stream.close();
  }
  report(result, tablesOf(store.readRun(result.runId).manifest, store), options, view.summary);
  return EXIT[result.outcome];
}

/** `--json` ends with one line that says where the run lies and holds its tables; otherwise people get them as text. */
function report(
  result: RunSuiteResult,
  tables: Tables,
  {json}: RunOptions,
  summary: (runPath: string, tables: Tables) => string,
): void {
  const {runId, directory, outcome, counts, failures, fatal} = result;
  const line = {type: 'result', run: runId, directory, outcome, counts, failures, fatal, ...tables};
  process.stdout.write(json ? `${JSON.stringify(line)}\n` : summary(relative(process.cwd(), directory), tables));
}

function manifestOf(suite: Suite, {plan}: Prepared): Manifest {
  const command = ['imu', ...process.argv.slice(2)].map(quote).join(' ');
  return {
    formatVersion: 1,
    runId: runIdOf(plan),
    createdAt: new Date().toISOString(),
    version: readVersion(),
    commit: readCommit(),
    command,
    suite,
    plan,
  };
}

const quote = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
