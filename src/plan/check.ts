import {datasets} from '../datasets/index.ts';
import {methods} from '../methods/index.ts';
import {paramsOf} from '../methods/params.ts';
import {models} from '../models/index.ts';
import {BadInput, parseInput, type Selection} from '../protocol/index.ts';
import {Suite} from './suite.ts';

/** More cells than this need a word from the user. A cell is one row at one pair of seeds. */
export const MAX_CELLS = 2000;

/**
 * Refuses a suite that cannot mean what it says, before anything runs: BadInput with field, value, what is allowed and the nearest match.
 * `who` is the file or command it came from.
 */
export function checkSuite(input: unknown, who: string, maxCells = MAX_CELLS): Suite {
  const suite = parseInput(Suite, input, who);
  checkSeeds(suite, who, maxCells);
  checkData(suite, who);
  checkModel(suite, who);
  checkRows(suite, who);
  checkColumns(suite, who);
  return suite;
}

function checkSeeds({seeds, rows}: Suite, who: string, maxCells: number): void {
  for (const level of ['train', 'unlearn'] as const) refuseDuplicate(seeds[level].map(String), `seeds.${level}`, who);
  const numCells = rows.length * seeds.train.length * seeds.unlearn.length;
  if (numCells > maxCells) {
    const product = `${rows.length} rows × ${seeds.train.length} train seeds × ${seeds.unlearn.length} unlearn seeds`;
    throw new BadInput({
      who,
      field: 'rows × seeds',
      value: numCells,
      problem: `cells are too many (${product})`,
      allowed: `at most ${maxCells}; raise it with --max-cells`,
    });
  }
}

function checkData({scenario}: Suite, who: string): void {
  const card = Object.values(datasets).find(({kind}) => kind === scenario.dataset.kind);
  if (card === undefined)
    throw new BadInput({
      who,
      field: 'scenario.dataset.kind',
      value: scenario.dataset.kind,
      allowed: Object.values(datasets).map(({kind}) => kind),
    });
  const sizes = card.numSamples(scenario.dataset);
  const selections: [string, Selection][] = [
    ['scenario.forgetSet', scenario.forgetSet],
    ['scenario.pretraining.selection', scenario.pretraining.selection],
    ['scenario.retraining.selection', scenario.retraining.selection],
    ...scenario.measurements.map((measurement, index): [string, Selection] => [
      `scenario.measurements[${index}].selection`,
      measurement.selection,
    ]),
  ];
  for (const [field, selection] of selections) checkSelection(selection, sizes, field, who);

  const forgotten = samplesOf(scenario.forgetSet, card.sets);
  const overlap = intersection(forgotten, samplesOf(scenario.retraining.selection, card.sets));
  if (overlap.length > 0) {
    throw new BadInput({
      who,
      field: 'scenario.retraining.selection',
      value: scenario.retraining.selection.sets,
      problem: `shares ${overlap.join(', ')} with the forgetSet, so Retrain would know what it must not`,
      allowed: 'sets that share no sample with the forgetSet',
    });
  }
  const trained = samplesOf(scenario.pretraining.selection, card.sets);
  if (intersection(trained, forgotten).length === 0) {
    throw new BadInput({
      who,
      field: 'scenario.forgetSet',
      value: scenario.forgetSet.sets,
      problem: 'holds nothing that the model was trained on',
      allowed: 'a forgetSet that shares samples with pretraining',
    });
  }
  if (trained.every((sample) => forgotten.includes(sample))) {
    throw new BadInput({
      who,
      field: 'scenario.forgetSet',
      value: scenario.forgetSet.sets,
      problem: 'is all that the model was trained on: nothing is left to retain',
      allowed: 'a forgetSet smaller than the training data',
    });
  }
}

function checkSelection(
  {sets, limit}: Selection,
  sizes: Readonly<Record<string, number>>,
  field: string,
  who: string,
): void {
  let total = 0;
  for (const set of sets) {
    const size = sizes[set];
    if (size === undefined) throw new BadInput({who, field: `${field}.sets`, value: set, allowed: Object.keys(sizes)});
    if (size === 0)
      throw new BadInput({who, field: `${field}.sets`, value: set, problem: 'is empty', allowed: 'a set with samples'});
    total += size;
  }
  refuseDuplicate(sets, `${field}.sets`, who);
  if (limit !== null && limit > total)
    throw new BadInput({
      who,
      field: `${field}.limit`,
      value: limit,
      problem: 'is more than there is',
      allowed: `1 to ${total}, or null for all`,
    });
}

type Sets = (typeof datasets)[string]['sets'];

/** Disjoint pieces of the data that a selection draws from, as `split/group`. */
const samplesOf = (selection: Selection, sets: Sets): string[] =>
  selection.sets.flatMap((set) => (sets[set]?.groups ?? []).map((group) => `${sets[set]?.split}/${group}`));

const intersection = (a: readonly string[], b: readonly string[]): string[] =>
  [...new Set(a)].filter((item) => b.includes(item));

function checkModel({scenario}: Suite, who: string): void {
  const card = models[scenario.model];
  if (card === undefined)
    throw new BadInput({who, field: 'scenario.model', value: scenario.model, allowed: Object.keys(models)});
  const {architecture, dataset} = scenario;
  if (card.kind !== architecture.kind)
    throw new BadInput({who, field: 'scenario.architecture.kind', value: architecture.kind, allowed: [card.kind]});
  if (architecture.vocabularySize !== dataset.numStates) {
    throw new BadInput({
      who,
      field: 'scenario.architecture.vocabularySize',
      value: architecture.vocabularySize,
      problem: "does not fit the data's states",
      allowed: [String(dataset.numStates)],
    });
  }
  if (architecture.numPositions < dataset.sequenceLength - 1) {
    throw new BadInput({
      who,
      field: 'scenario.architecture.numPositions',
      value: architecture.numPositions,
      problem: "is shorter than the data's sequences",
      allowed: `at least ${dataset.sequenceLength - 1}`,
    });
  }
  if (architecture.kind === 'gpt2' && architecture.width % architecture.numHeads !== 0) {
    throw new BadInput({
      who,
      field: 'scenario.architecture.numHeads',
      value: architecture.numHeads,
      problem: `does not divide the width ${architecture.width}`,
      allowed: 'a divisor of the width',
    });
  }
}

function checkRows({rows}: Suite, who: string): void {
  refuseDuplicate(
    rows.map((row) => row.id),
    'rows.id',
    who,
  );
  const seen = new Map<string, string>();
  for (const [index, row] of rows.entries()) {
    if (methods[row.method] === undefined)
      throw new BadInput({who, field: `rows[${index}].method`, value: row.method, allowed: Object.keys(methods)});
    const meaning = JSON.stringify([row.method, paramsOf(row, `${who}: rows[${index}]`)]);
    const twin = seen.get(meaning);
    if (twin !== undefined)
      throw new BadInput({
        who,
        field: `rows[${index}]`,
        value: row.id,
        problem: `computes the same as row ${twin}`,
        allowed: 'rows that differ in method, profile or parameters',
      });
    seen.set(meaning, row.id);
  }
}

function checkColumns({columns, scenario}: Suite, who: string): void {
  const labels = scenario.measurements.map(({label}) => label);
  refuseDuplicate(labels, 'scenario.measurements.label', who);
  refuseDuplicate(
    columns.map(({id}) => id),
    'columns.id',
    who,
  );
  for (const [index, column] of columns.entries()) {
    if (!labels.includes(column.id))
      throw new BadInput({who, field: `columns[${index}].id`, value: column.id, allowed: labels});
  }
}

function refuseDuplicate(values: readonly string[], field: string, who: string): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined)
    throw new BadInput({
      who,
      field,
      value: twice,
      problem: 'is given twice',
      allowed: 'each value once',
      nearest: null,
    });
}
