import {accessSync, constants, existsSync, statSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {dirname, resolve} from 'node:path';
import type {Command} from 'commander';
import {BadInput} from '../protocol/badInput.ts';
import type {Transport} from '../sidecar/sidecar.ts';
import {oneOf, SEED_RANGE, wholeNumber, wholeNumbers, words} from './arguments.ts';

/** What `run`, `reproduce` and `plan` understand alike. */
export interface SuiteOptions {
  readonly model?: string;
  /** Ids of rows; what is only trained stays beside them. */
  readonly rows?: string[];
  readonly seeds?: number[];
  readonly trainSeeds?: number[];
  readonly device: string;
  readonly lanes?: number;
  readonly threads: number;
  readonly out: string;
  readonly transport: Transport;
  readonly maxCells?: number;
}

export function addSuiteOptions(command: Command, who: string): Command {
  return command
    .option('--model <id>', 'model in place of the one that the suite names')
    .option(
      '--rows <list>',
      'these rows alone, by id, e.g. ga,imu; Original and Retrain stay beside them',
      words(who, '--rows'),
    )
    .option('--seeds <list>', 'unlearn seeds, e.g. 1,2,3', wholeNumbers(who, '--seeds', SEED_RANGE))
    .option(
      '--train-seeds <list>',
      'train seeds: models are trained anew for each',
      wholeNumbers(who, '--train-seeds', SEED_RANGE),
    )
    .option('--device <id>', 'cpu, cuda, cuda:1 or mps', device(who), 'cpu')
    .option(
      '--lanes <n>',
      'tasks at a time, each in a process of its own (default: one per core; 4 on a GPU)',
      wholeNumber(who, '--lanes', {min: 1, max: 64}),
    )
    .option(
      '--threads <n>',
      'threads of a lane; another count may move the last digit, so it is part of what is stored',
      wholeNumber(who, '--threads', {min: 1, max: 256}),
      1,
    )
    .option('--out <folder>', 'where runs and results are kept', folder(who), 'runs')
    .option(
      '--transport <name>',
      'how lanes are reached: pythonia or ws; fake computes nothing',
      oneOf(who, '--transport', ['pythonia', 'ws', 'fake']),
      'pythonia',
    )
    .option(
      '--max-cells <n>',
      'largest number of rows × seeds (default: 2000)',
      wholeNumber(who, '--max-cells', {min: 1, max: 1_000_000}),
    );
}

const LANES_ON_A_GPU = 4;

export const numLanes = ({lanes, device: id}: SuiteOptions): number =>
  lanes ?? (id === 'cpu' ? availableParallelism() : LANES_ON_A_GPU);

/** 'cuda:0' → 'cuda': results of two GPUs of one kind count as the same. */
export const deviceClass = (id: string): string => id.replace(/:\d+$/, '');

function device(who: string): (value: string) => string {
  return (value) => {
    const [, kind] = /^(cpu|cuda|mps)(?::\d+)?$/.exec(value) ?? [];
    if (kind === undefined || value.startsWith('cpu:'))
      throw new BadInput({who, field: '--device', value, allowed: ['cpu', 'cuda', 'cuda:0', 'mps']});
    const isAbsent =
      (kind === 'mps' && process.platform !== 'darwin') ||
      (kind === 'cuda' && process.platform === 'linux' && !hasNvidiaDevice(value));
    if (isAbsent)
      throw new BadInput({
        who,
        field: '--device',
        value,
        problem: 'is not on this machine',
        allowed: 'imu doctor lists the devices that are',
        nearest: null,
      });
    return value;
  };
}

/** The driver's device files: enough to refuse a GPU that is not there before Python has even started. */
const hasNvidiaDevice = (id: string): boolean =>
  ['/dev/nvidiactl', '/dev/dxg'].some(existsSync) &&
  (!/:\d+$/.test(id) || existsSync('/dev/dxg') || existsSync(`/dev/nvidia${id.split(':')[1]}`));

/** A folder, or a place where one can be made. */
function folder(who: string): (value: string) => string {
  return (value) => {
    let place = resolve(value);
    while (!existsSync(place)) place = dirname(place);
    const allowed = 'a folder, or a path where one can be made';
    if (!statSync(place).isDirectory())
      throw new BadInput({
        who,
        field: '--out',
        value,
        problem: `cannot be a folder: ${place} is a file`,
        allowed,
        nearest: null,
      });
    try {
      accessSync(place, constants.W_OK);
    } catch {
      throw new BadInput({
        who,
        field: '--out',
        value,
        problem: `cannot be written: ${place} does not let you`,
        allowed,
        nearest: null,
      });
    }
    return value;
  };
}
