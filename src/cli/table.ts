import {existsSync} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import type {Command} from 'commander';
import {BadInput} from '../protocol/index.ts';
import type {Format, TableModel} from '../report/index.ts';
import type {Store} from '../store/index.ts';
import {oneOf} from './arguments.ts';
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

async function printTable(run: string, options: Options): Promise<void> {
  const {FORMATS} = await import('../report/index.ts');
  const {openStore} = await import('../store/index.ts');
  const {tablesOf} = await import('./tables.ts');
  const [root, id] = locate(run, options.out);
  // Opening a store makes what is missing: a place that never was one stays as it is.
  if (!['objects', 'results'].every((part) => existsSync(join(root, part)))) {
    throw new BadInput({
      who: WHO,
      field: root === resolve(options.out) ? '--out' : 'run',
      value: root === resolve(options.out) ? options.out : run,
      problem: `names no run: ${root} is no folder that runs were kept in`,
      allowed: 'a run id with --out, or the path of a run directory',
      nearest: null,
    });
  }
  const store = openStore(root);
  const {manifest} = store.readRun(knownRun(store, id));
  const model = chosen(tablesOf(manifest, store), options, id);
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

/** A path names its own store. */
function locate(run: string, out: string): [root: string, id: string] {
  const path = resolve(run);
  return run.includes('/') || existsSync(resolve(path, 'manifest.json'))
    ? [dirname(path), basename(path)]
    : [resolve(out), run];
}

function knownRun(store: Store, id: string): string {
  const ids = store.listRuns().map(({runId}) => runId);
  if (!ids.includes(id))
    throw new BadInput({
      who: WHO,
      field: 'run',
      value: id,
      problem: 'is not a run here',
      allowed: ids.length > 0 ? ids : `no run is kept in ${store.root}`,
    });
  return id;
}
