import {styleText} from 'node:util';
import type {Command} from 'commander';
import type {Finding} from './checkup/finding.ts';
import {EXIT} from './exitCodes.ts';

interface Options {
  readonly environment: string;
  readonly json?: boolean;
}

/** `imu doctor`: what is there, and how to mend what is not. */
export function register(program: Command): void {
  program
    .command('doctor')
    .description('show what was found on this machine, and how to mend what is missing')
    .option('--environment <name>', 'the Python environment to look at', 'cpu')
    .option('--json', 'JSON lines on stdout and nothing else')
    .addHelpText('after', EXAMPLES)
    .action(doctor);
}

const EXAMPLES = `
Looks only: it installs and changes nothing. Exits with 0 if all that is needed is there, and with 1 otherwise.

Examples:
  imu doctor
  imu doctor --environment cuda
  imu doctor --json | grep '"problem"'
`;

async function doctor({environment, json}: Options): Promise<void> {
  const {environmentNamed} = await import('../../envs/index.ts');
  const name = environmentNamed(environment, 'imu doctor', '--environment');
  const {checkHost} = await import('./checkup/host.ts');
  const {checkPython} = await import('./checkup/python.ts');
  const findings = [...checkHost(), ...(await checkPython(name))];
  for (const finding of findings) process.stdout.write(json ? `${JSON.stringify(finding)}\n` : line(finding));
  const numProblems = findings.filter(({state}) => state === 'problem').length;
  if (!json) process.stdout.write(`\n${conclusion(numProblems)}\n`);
  if (numProblems > 0) process.exitCode = EXIT.failed;
}

const MARKS = {ok: ['green', '✓'], warning: ['yellow', '!'], problem: ['red', '✗']} as const;

/** State is a glyph and a word as well as a colour. */
function line({name, state, found, mend}: Finding): string {
  const [colour, glyph] = MARKS[state];
  const word = state === 'ok' ? '' : `${state}: `;
  const advice = mend === null ? '' : `${mend.replaceAll(/^/gm, `${' '.repeat(19)}→ `)}\n`;
  return `${styleText(colour, glyph)} ${name.padEnd(16)} ${word}${found}\n${advice}`;
}

function conclusion(numProblems: number): string {
  if (numProblems === 0) return 'All that is needed is there.';
  return `${numProblems} ${numProblems === 1 ? 'problem keeps' : 'problems keep'} imu from working.`;
}
