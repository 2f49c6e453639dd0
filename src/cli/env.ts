import type {Command} from 'commander';
import {EXIT} from './exitCodes.ts';
import {listenForInterruption} from './interruption.ts';
import {showProgress} from './progress.ts';

interface Options {
  readonly json?: boolean;
  readonly test?: boolean;
}

/** `imu env`: the pinned Python environments. */
export function register(program: Command): void {
  const env = program
    .command('env')
    .description('make, check and remove the pinned Python environments')
    .addHelpText('after', EXAMPLES);
  add(env, 'list', 'show which environments there are, and which are made (the default)', list, true);
  add(env, 'make <name>', 'make an environment, unless it is there', make).option('--test', 'with what the tests need');
  add(env, 'check <name>', 'compare what is installed with the lock, and import it', check);
  add(env, 'remove <name>', 'remove an environment, those of older locks too', remove);
  add(env, 'path <name>', 'print the path of its Python', printPath);
}

const EXAMPLES = `
Names: cpu, cuda, llm. Environments are kept outside of the checkout, in \${IMU_CACHE:-~/.cache}/imu/envs, one for each state of
envs/constraints.txt. Making one can be interrupted at any time. IMU_PYTHON is used as it is, in place of all of them.

Examples:
  imu env make cpu                        some minutes once; at once when it is there
  imu env make cpu --test                 with pytest, hypothesis, scipy and ruff
  $(imu env path cpu) -m pip list         what is in it
  IMU_PIP_ARGS="--index-url URL" imu env make cpu      from another index, e.g. PyTorch's index of CPU builds
`;

function add(
  env: Command,
  nameAndArguments: string,
  description: string,
  action: (...parameters: never[]) => Promise<void>,
  isDefault = false,
): Command {
  return env
    .command(nameAndArguments, {isDefault})
    .description(description)
    .option('--json', 'one JSON line on stdout and nothing else')
    .action(action as (...parameters: unknown[]) => Promise<void>);
}

async function list({json}: Options): Promise<void> {
  const {listEnvironments} = await import('../../envs/listEnvironments.ts');
  const environments = listEnvironments();
  if (json) return print(environments);
  for (const {name, title, state, pythonVersion, extras, folder} of environments) {
    const made = folder === null ? '' : ` with Python ${[pythonVersion, ...extras].join(', ')}\n     ${folder}`;
    process.stdout.write(`${name.padEnd(4)} ${title}\n     ${state}${made}\n`);
  }
}

async function make(name: string, {json, test}: Options): Promise<void> {
  const {ensureEnvironment, environmentNamed} = await import('../../envs/index.ts');
  const {tell, done} = showProgress();
  const interruption = listenForInterruption();
  const ready = await ensureEnvironment(environmentNamed(name, 'imu env make'), {
    extras: test ? ['test'] : [],
    onProgress: tell,
    signal: interruption.stop,
  }).finally(() => {
    done();
    interruption.dispose();
  });
  if (json) return print(ready);
  process.stdout.write(`${ready.interpreter}\n`);
}

async function check(name: string, {json}: Options): Promise<void> {
  const {environmentNamed} = await import('../../envs/index.ts');
  const {checkEnvironment} = await import('../../envs/checkEnvironment.ts');
  const {interpreter, problems} = await checkEnvironment(environmentNamed(name, 'imu env check'));
  if (json) print({name, interpreter, problems});
  else
    for (const line of problems.length === 0 ? [`${name} is as the lock says: ${interpreter}`] : problems)
      process.stdout.write(`${line}\n`);
  if (problems.length > 0) process.exitCode = EXIT.failed;
}

async function remove(name: string, {json}: Options): Promise<void> {
  const {environmentNamed} = await import('../../envs/index.ts');
  const {removeEnvironment} = await import('../../envs/removeEnvironment.ts');
  const removed = await removeEnvironment(environmentNamed(name, 'imu env remove'));
  if (json) return print({name, removed});
  for (const folder of removed) process.stdout.write(`removed ${folder}\n`);
  if (removed.length === 0) process.stdout.write(`${name} is not made: nothing to remove\n`);
}

async function printPath(name: string, {json}: Options): Promise<void> {
  const {environmentNamed, resolveInterpreter} = await import('../../envs/index.ts');
  const resolved = await resolveInterpreter({environment: environmentNamed(name, 'imu env path')});
  if (json) return print(resolved);
  process.stdout.write(`${resolved.interpreter}\n`);
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
