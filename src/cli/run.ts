import type {Command} from 'commander';
import type {RunOptions} from './runSuiteFile.ts';
import {addSuiteOptions} from './suiteOptions.ts';

/** `imu run`: runs the suite of a file, or goes on with it. */
export function register(program: Command): void {
  const command = program
    .command('run')
    .description('run a suite of your own; what is finished already is found, not run again')
    .argument('<file>', 'a TypeScript file that exports a suite; experiments/quick.ts is one to copy');
  addSuiteOptions(command, 'imu run')
    .option('--no-tui', 'lines in place of the full screen')
    .option('--json', 'JSON lines on stdout and nothing else; the last one holds the table', false)
    .addHelpText(
      'after',
      '\nExamples:\n  imu run mine.ts\n  imu run mine.ts --seeds 1,2,3 --train-seeds 42,43 --lanes 2\n',
    )
    .action(async (file: string, options: RunOptions) => {
      const {runSuiteFile} = await import('./runSuiteFile.ts');
      await runSuiteFile(file, options, 'imu run');
    });
}
