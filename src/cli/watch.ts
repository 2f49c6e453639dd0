import type {Command} from 'commander';
import {BadInput} from '../protocol/badInput.ts';
import {locateNewestRun, locateRun} from './findRun.ts';

const WHO = 'imu watch';

export interface WatchOptions {
  readonly out: string;
  readonly replay: boolean;
  /** Null: not given. */
  readonly speed: number | null;
  readonly tui: boolean;
  readonly json: boolean;
}

/** `imu watch`: looks on while another terminal runs a suite, or at what a journal tells. Changes nothing. */
export function register(program: Command): void {
  program
    .command('watch')
    .description('look on, from as many terminals as you like, while a suite runs; or look at a run that is over')
    .argument('[run]', 'run id, or the path of a run directory; by default the newest that is running, else the newest')
    .option('--out <folder>', 'where runs and results are kept', 'runs')
    .option('--replay', 'play the run again from its start', false)
    .option('--speed <factor>', 'with --replay: so many times as fast as it was (default: 20)', positive, null)
    .option('--no-tui', 'lines in place of the full screen')
    .option('--json', 'JSON lines on stdout and nothing else: every event of the run', false)
    .addHelpText('after', '\nExamples:\n  imu watch\n  imu watch table3-1a2b3c4d --replay --speed 100\n')
    .action(async (word: string | undefined, options: WatchOptions) => {
      const {isStreaming} = await import('../watch/streamFile.ts');
      const {watchRun} = await import('./watchRun.ts');
      const located =
        word === undefined
          ? await locateNewestRun(options.out, WHO, isStreaming)
          : await locateRun(word, options.out, WHO);
      await watchRun(located, options, WHO);
    });
}

const FASTEST = 1_000_000;

function positive(value: string): number {
  const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  if (number > 0 && number <= FASTEST) return number;
  throw new BadInput({who: WHO, field: '--speed', value, allowed: `a number above 0, up to ${FASTEST}`});
}
