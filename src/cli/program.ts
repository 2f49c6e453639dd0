import {styleText} from 'node:util';
import {Command, type CommanderError} from 'commander';
import {fromCommanderError} from './errors.ts';
import {VERBS} from './verbs.ts';
import {readVersion} from './version.ts';

/** The command line of `imu`. Parsing throws: BadInput for what is not understood, CommanderError with exit code 0 after help and version. */
export function createProgram(): Command {
  const program = new Command('imu')
    .description('Remove data from trained models, and tell the truth about the result.')
    .usage('<verb> [options]')
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help; `imu <verb> --help` tells more')
    .helpCommand('help [verb]', 'print the help of a verb')
    .configureOutput({writeErr: () => {}})
    .configureHelp({styleTitle: (title) => styleText('bold', title)})
    .showSuggestionAfterError(false)
    .addHelpText('after', AFTER_HELP);
  for (const register of VERBS) register(program);
  for (const command of withSubcommands(program)) {
    command.exitOverride((error) => throwAsBadInput(error, command));
  }
  return program;
}

const AFTER_HELP = `
Environment:
  IMU_PYTHON     Python interpreter to use as it is, in place of an environment of imu's own
  IMU_CACHE      where environments and downloads are kept (default: $XDG_CACHE_HOME or ~/.cache)
  IMU_DATA       where data sets are looked for
  IMU_PIP_ARGS   more arguments for pip when it makes an environment, e.g. to name another index
  IMU_DEBUG      1: print the stack of an error
  NO_COLOR       1: no colours

Exit status:
  0 done   1 failed   2 bad input   3 partly failed   130 interrupted
`;

function* withSubcommands(command: Command): Generator<Command> {
  yield command;
  for (const child of command.commands) yield* withSubcommands(child);
}

function throwAsBadInput(error: CommanderError, command: Command): never {
  throw error.exitCode === 0 ? error : fromCommanderError(error, command);
}
