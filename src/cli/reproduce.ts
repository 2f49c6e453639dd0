import type {Command} from 'commander';
import {BadInput} from '../protocol/index.ts';
import type {RunOptions} from './runSuiteFile.ts';
import {addSuiteOptions} from './suiteOptions.ts';

const WHO = 'imu reproduce';

/** `imu reproduce`: runs an experiment that comes with the toolkit. */
export function register(program: Command): void {
  const command = program
    .command('reproduce')
    .description("reproduce a table of the paper, and print ours beside the paper's")
    .argument('<name>', 'table3 (Markov chains), or quick (the same in small)');
  addSuiteOptions(command, WHO)
    .option('--no-tui', 'lines in place of the full screen')
    .option('--json', 'JSON lines on stdout and nothing else; the last one holds the table', false)
    .addHelpText(
      'after',
      '\nExamples:\n  imu reproduce table3\n  imu reproduce table3 --model gpt2\n  imu reproduce table3 --seeds 1,2,3,4,5 --train-seeds 42,43 --json\n',
    )
    .action(async (name: string, options: RunOptions) => {
      const {experiments} = await import('./suiteFile.ts');
      const {runSuiteFile} = await import('./runSuiteFile.ts');
      const known = experiments();
      const file = known[name];
      if (file === undefined) throw new BadInput({who: WHO, field: 'name', value: name, allowed: Object.keys(known)});
      await runSuiteFile(file, options, WHO);
    });
}
