import type {Command} from 'commander';
import {EXIT} from './exitCodes.ts';
import type {Shown} from './show/describe.ts';

const WHO = 'imu show';

interface Options {
  readonly run?: string;
  readonly out: string;
  readonly json: boolean;
}

/** `imu show`: where a number, a task or a file comes from. */
export function register(program: Command): void {
  program
    .command('show')
    .description(
      'show where a number, a task or a file comes from: definition, seeds, tasks, hashes, versions, command',
    )
    .argument(
      '<key>',
      'ROW/COLUMN of a table, id or key of a task, sha256 of a file, or a run; of hashes the first digits',
    )
    .option('--run <run>', 'look in this run alone: its id, or the path of its directory')
    .option('--out <folder>', 'where runs and results are kept', 'runs')
    .option('--json', 'one JSON document', false)
    .addHelpText('after', EXAMPLES)
    .action(show);
}

const EXAMPLES = `
Looks only: nothing in the folder is changed. Exits with 1 if what is asked for is damaged.

Examples:
  imu show imu-official/forgetLoss           a cell: formula, sets, values by seed, tasks, files, command
  imu show unlearn/imu-official/t42/u1       a task: parameters, what it took and left, who computed it
  imu show fc9de348                          a key or a hash by its first digits, 4 or more
  imu show table3-1a2b3c4d --json            a run
`;

async function show(word: string, options: Options): Promise<void> {
  const {openReadOnly} = await import('./show/readOnly.ts');
  const {find} = await import('./show/find.ts');
  const {describe} = await import('./show/describe.ts');
  const {card} = await import('./show/card.ts');
  const {stringify} = await import('../protocol/index.ts');
  const store = await openReadOnly(options.out, options.run ?? null, WHO);
  const shown = await describe(find(word, store, WHO), store);
  process.stdout.write(options.json ? `${stringify(shown)}\n` : card(shown));
  if (isDamaged(shown)) process.exitCode = EXIT.failed;
}

function isDamaged(shown: Shown): boolean {
  switch (shown.kind) {
    case 'cell':
      return shown.missing.some(({state}) => state === 'damaged');
    case 'task':
      return shown.state === 'damaged' || shown.lostArtefacts.length > 0;
    case 'object':
      return !shown.isWhole;
    case 'run':
      return shown.states.damaged > 0;
  }
}
