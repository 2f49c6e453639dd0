import type {Command} from 'commander';
import type {Decision} from '../plan/decide.ts';
import {addSuiteOptions, numLanes, type SuiteOptions} from './suiteOptions.ts';

const WHO = 'imu plan';

interface Options extends SuiteOptions {
  readonly json: boolean;
}

/** `imu plan`: what a run would do, task by task. What runs is what was planned. */
export function register(program: Command): void {
  const command = program
    .command('plan')
    .description('say what a run would do: every task as hit, run (and why) or blocked')
    .argument('<file>', 'a suite file, or the name of an experiment');
  addSuiteOptions(command, WHO)
    .option('--json', 'one JSON line', false)
    .addHelpText('after', '\nExamples:\n  imu plan table3\n  imu plan mine.ts --seeds 1,2,3\n')
    .action(printPlan);
}

async function printPlan(file: string, options: Options): Promise<void> {
  const {findSuiteFile, loadSuiteFile} = await import('./suiteFile.ts');
  const {suiteWith} = await import('./suiteWith.ts');
  const {findInterpreter, prepare} = await import('./prepare.ts');
  const {decide} = await import('../plan/decide.ts');
  const {runIdOf} = await import('../schedule/index.ts');
  const suite = suiteWith(await loadSuiteFile(findSuiteFile(file, WHO), WHO), options, file, WHO);
  const python = await findInterpreter(options, new AbortController().signal);
  const {plan, store} = prepare(suite, options, python);
  const decisions = await decide(plan, store);
  const totals = totalsOf(decisions, numLanes(options));
  if (options.json) process.stdout.write(`${JSON.stringify({runId: runIdOf(plan), ...totals, tasks: decisions})}\n`);
  else process.stdout.write(`${decisions.map(toLine).join('\n')}\n\n${toSentence(totals)}\n`);
}

interface Totals {
  readonly hit: number;
  readonly run: number;
  readonly blocked: number;
  readonly numLanes: number;
  /** If all lanes are always busy. */
  readonly expectedSeconds: number;
}

function totalsOf(decisions: readonly Decision[], lanes: number): Totals {
  const count = (action: Decision['action']): number =>
    decisions.filter((decision) => decision.action === action).length;
  const seconds = decisions.reduce((sum, {expectedSeconds}) => sum + expectedSeconds, 0);
  return {
    hit: count('hit'),
    run: count('run'),
    blocked: count('blocked'),
    numLanes: lanes,
    expectedSeconds: Math.round(seconds / lanes),
  };
}

function toLine({action, id, reason, expectedSeconds}: Decision): string {
  const seconds = action === 'run' ? `  ~${Math.max(1, Math.round(expectedSeconds))} s` : '';
  return `${action.padEnd(7)}  ${id.padEnd(36)}  ${action === 'hit' ? '' : reason}${seconds}`.trimEnd();
}

const toSentence = ({hit, run, blocked, numLanes: lanes, expectedSeconds}: Totals): string =>
  `${hit} found, ${run} to run, ${blocked} blocked; about ${expectedSeconds} s on ${lanes} ${lanes === 1 ? 'lane' : 'lanes'}.`;
