import {execFile} from 'node:child_process';
import path from 'node:path';
import {promisify} from 'node:util';
import {CommanderError} from 'commander';
import {describe, expect, it} from 'vitest';
import {BadInput} from '../protocol/badInput.ts';
import {wholeNumber, wholeNumbers} from './arguments.ts';
import {createProgram} from './program.ts';

describe('what the command line does not understand is bad input', () => {
  it.each([
    [['docter'], {who: 'imu', value: 'docter', nearest: 'doctor'}],
    [['doctor', '--jsn'], {who: 'imu doctor', value: '--jsn', nearest: '--json'}],
    [['env', 'make'], {who: 'imu env make', field: 'name'}],
    [['env', 'path', 'cpu', 'more'], {who: 'imu env path', value: 'more'}],
    [['env', 'path', 'cqu'], {field: 'name', value: 'cqu', nearest: 'cpu'}],
    [['doctor', '--environment'], {who: 'imu doctor', field: '--environment'}],
  ])('imu %j', async (words, expected) => {
    const thrown = await createProgram()
      .parseAsync(words, {from: 'user'})
      .catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(BadInput);
    expect(thrown).toMatchObject(expected);
  });

  it('numbers outside of their range, twice, or not whole', () => {
    const seeds = wholeNumbers('imu run', '--seeds', {min: 0, max: 9});
    expect(seeds('1, 2,3')).toEqual([1, 2, 3]);
    for (const text of ['', '1,1', '10', '-1', '1.5', '0x3', 'all']) expect(() => seeds(text)).toThrow(BadInput);
    expect(() => wholeNumber('imu run', '--lanes', {min: 1, max: 8})('0')).toThrow(
      'imu run: --lanes: "0" is not allowed.',
    );
  });
});

it('every verb has a description and examples', async () => {
  for (const command of createProgram().commands) {
    expect(command.description()).not.toBe('');
    const help: string[] = [];
    command.configureOutput({writeOut: (text) => void help.push(text)});
    await command
      .parseAsync(['--help'], {from: 'user'})
      .catch((error: unknown) => expect(error).toBeInstanceOf(CommanderError));
    expect(help.join('')).toContain(`imu ${command.name()}`);
    expect(help.join('')).toMatch(/Examples?:/);
  }
});

describe('as a process', {timeout: 60_000}, () => {
  const bin = path.resolve(import.meta.dirname, '../../bin/imu.js');
  const imu = async (...words: string[]) => {
    const {stdout, stderr, code} = await promisify(execFile)(process.execPath, [bin, ...words]).then(
      (result) => ({...result, code: 0}),
      (error: {stdout: string; stderr: string; code: number}) => error,
    );
    return {stdout, stderr, code};
  };

  it('exits with 2 on bad input, with no stack, and leaves stdout clean', async () => {
    const {stdout, stderr, code} = await imu('env', 'path', 'cqu');
    expect({stdout, code}).toEqual({stdout: '', code: 2});
    expect(stderr).toBe('imu env path: name: "cqu" is not allowed.\n  Allowed: cpu, cuda, llm. Did you mean cpu?\n');
  });

  it('says an error as one JSON line on stderr with --json', async () => {
    const {stdout, stderr, code} = await imu('docter', '--json');
    expect({stdout, code}).toEqual({stdout: '', code: 2});
    expect(JSON.parse(stderr)).toMatchObject({
      error: {code: 'INVALID_REQUEST', value: 'docter', nearest: 'doctor', exitCode: 2},
    });
  });
});
