import type {Command} from 'commander';
import {BadInput} from '../protocol/index.ts';
import type {Format, TableModel} from '../report/index.ts';
import {oneOf} from './arguments.ts';
import {findRun} from './findRun.ts';
import type {Tables} from './tables.ts';

const WHO = 'imu table';

interface Options {
  readonly format: Format;
  readonly out: string;
  readonly nearest: boolean;
  readonly weights: boolean;
  readonly json: boolean;
}

/** `imu table`: a run's table in the form that is asked for. */
export function register(program: Command): void {
  program
    .command('table')
    .description("print a run's table: ours as mean ± std, the paper's, and the gap")
    .argument('<run>', 'run id, or the path of a run directory')
    .option(
      '--format <name>',
      'text, markdown, latex, csv or json',
      oneOf(WHO, '--format', ['text', 'markdown', 'latex', 'csv', 'json']),
      'text',
    )
    .option(
      '--nearest',
      "the points of the trajectories nearest to the paper's rows, in place of the final values",
      false,
    )
    .option('--weights', 'how weighted methods weighed: share selected, effective sample size, weight per group', false)
    .option('--out <folder>', 'where runs and results are kept', 'runs')
    .option('--json', 'the same as --format json', false)
    .addHelpText(
      'after',
      '\nExamples:\n  imu table table3-1a2b3c4d\n  imu table runs/table3-1a2b3c4d --format latex > table3.tex\n',
    )
    .action(printTable);
}

async function printTable(word: string, options: Options): Promise<void> {
  const {FORMATS} = await import('../report/index.ts');
  const {tablesOf} = await import('./tables.ts');
  const {store, run} = await findRun(word, options.out, WHO);
  const model = chosen(tablesOf(run.manifest, store), options, run.runId);
  process.stdout.write(FORMATS[options.json ? 'json' : options.format](model));
}

function chosen(tables: Tables, {nearest, weights}: Options, run: string): TableModel {
  if (!nearest && !weights) return tables.table;
  const model = nearest ? tables.nearest : tables.weights;
  const needed = nearest ? "a run of one of the paper's tables" : 'a run with a method that weighs its samples';
  if (model === null) {
    const field = nearest ? '--nearest' : '--weights';
    throw new BadInput({
      who: WHO,
      field,
      value: run,
      problem: 'has nothing to show here',
      allowed: needed,
      nearest: null,
    });
  }
  return model;
}
