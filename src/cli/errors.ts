import type {Command} from 'commander';
import {CommanderError} from 'commander';
import {BadInput, type BadInputDetails} from '../protocol/badInput.ts';
import {type Failure, toFailure} from '../protocol/failures.ts';
import {EXIT, type ExitCode} from './exitCodes.ts';

/** Tells a person, or with `json` a program, what went wrong, on stderr; returns the exit code. */
export function reportError(thrown: unknown, json: boolean): ExitCode {
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return EXIT.done;
  const failure = toFailure(thrown);
  const exitCode = exitCodeOf(thrown, failure);
  process.stderr.write(json ? jsonLine(thrown, failure, exitCode) : sentences(thrown, failure));
  return exitCode;
}

/** What commander could not use, as our own error: who, which value, what is allowed, the nearest match. */
export function fromCommanderError(error: CommanderError, command: Command): BadInput {
  const who = fullName(command);
  const quoted = [...error.message.matchAll(/'([^']*)'/g)].map((match) => match[1] ?? '');
  const details: Partial<BadInputDetails> = DETAILS[error.code]?.(quoted, command, error.message) ?? {
    problem: error.message.replace(/^error: /, ''),
  };
  return new BadInput({who, field: '', value: undefined, allowed: `see ${who} --help`, ...details});
}

type Describe = (quoted: readonly string[], command: Command, message: string) => Partial<BadInputDetails>;

const DETAILS: Readonly<Record<string, Describe>> = {
  'commander.unknownCommand': (_, command) => ({
    value: command.args[0],
    problem: 'is not a verb',
    allowed: command
      .createHelp()
      .visibleCommands(command)
      .map((child) => child.name()),
  }),
  'commander.unknownOption': ([flag = ''], command) => ({
    value: flag,
    problem: 'is not an option',
    allowed: command
      .createHelp()
      .visibleOptions(command)
      .map((option) => option.long ?? option.flags),
  }),
  'commander.excessArguments': (_, command) => ({
    value: command.args[command.registeredArguments.length],
    problem: 'is one argument too many',
    allowed: `${fullName(command)} ${command.usage()}`,
  }),
  'commander.missingArgument': ([name = ''], command) => ({
    field: name,
    problem: 'is missing',
    allowed: `${fullName(command)} ${command.usage()}`,
  }),
  'commander.optionMissingArgument': ([flags = '']) => ({
    field: longFlag(flags),
    problem: 'is missing',
    allowed: flags,
  }),
  'commander.missingMandatoryOptionValue': ([flags = '']) => ({
    field: longFlag(flags),
    problem: 'is missing',
    allowed: flags,
  }),
  'commander.invalidArgument': ([flags = '', value = ''], _, message) => ({
    field: longFlag(flags),
    value,
    allowed: message.match(/Allowed choices are (.*)\.$/)?.[1]?.split(', ') ?? message.replace(/^.*is invalid\. /, ''),
  }),
};

const longFlag = (flags: string): string => flags.match(/--[\w-]+/)?.[0] ?? flags;

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

function exitCodeOf(thrown: unknown, failure: Failure): ExitCode {
  if (thrown instanceof BadInput) return EXIT.badInput;
  const isAbort = thrown instanceof Error && thrown.name === 'AbortError';
  return isAbort || failure.code === 'CANCELLED' ? EXIT.interrupted : EXIT.failed;
}

function sentences(thrown: unknown, failure: Failure): string {
  const who = thrown instanceof BadInput && thrown.who !== '' ? '' : 'imu: ';
  const lines = [`${who}${failure.message}`, ...(failure.hint === '' ? [] : failure.hint.split('\n'))];
  if (process.env.IMU_DEBUG === '1') lines.push(...stackOf(thrown, failure));
  else if (failure.code === 'INTERNAL') lines.push('IMU_DEBUG=1 prints where.');
  return `${lines.map((line, index) => (index === 0 ? line : `  ${line}`)).join('\n')}\n`;
}

function stackOf(thrown: unknown, failure: Failure): string[] {
  const own = thrown instanceof Error ? (thrown.stack ?? '').split('\n') : [];
  return failure.stack.length > 0 ? failure.stack : own;
}

function jsonLine(thrown: unknown, {code, message, hint}: Failure, exitCode: ExitCode): string {
  const details =
    thrown instanceof BadInput
      ? {who: thrown.who, field: thrown.field, value: thrown.value, allowed: thrown.allowed, nearest: thrown.nearest}
      : {};
  return `${JSON.stringify({error: {code, message, hint, ...details, exitCode}}, plain)}\n`;
}

/** What JSON has no form for becomes words. */
function plain(_key: string, value: unknown): unknown {
  const isPlain = typeof value !== 'bigint' && (typeof value !== 'number' || Number.isFinite(value));
  return isPlain ? value : String(value);
}
