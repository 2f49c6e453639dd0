import {methods} from '../methods/index.ts';
import {models} from '../models/index.ts';
import {checkSuite, MAX_CELLS} from '../plan/check.ts';
import type {Row, Suite} from '../plan/suite.ts';
import {BadInput} from '../protocol/index.ts';
import {withModel} from '../scenarios/markovChain.ts';
import type {SuiteOptions} from './suiteOptions.ts';

/** A suite as the options of `who` change it, checked; `file` is where it came from. */
export function suiteWith(input: unknown, options: SuiteOptions, file: string, who: string): Suite {
  const {model} = options;
  if (model !== undefined && models[model] === undefined)
    throw BadInput.notOneOf('--model', model, Object.keys(models), who);
  const suite = checkSuite(input, file, Number.POSITIVE_INFINITY);
  const scenario = model === undefined ? suite.scenario : withModel(suite.scenario, model);
  const seeds = {train: options.trainSeeds ?? suite.seeds.train, unlearn: options.seeds ?? suite.seeds.unlearn};
  const rows = options.rows === undefined ? suite.rows : chosen(suite.rows, options.rows, who);
  return checkSuite({...suite, rows, scenario, seeds}, file, options.maxCells ?? MAX_CELLS);
}

/** In the suite's order. Rows of trained models stay: without Retrain a table says nothing about unlearning, and they cost little. */
function chosen(rows: readonly Row[], ids: readonly string[], who: string): Row[] {
  const known = rows.map(({id}) => id);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined) throw BadInput.notOneOf('--rows', unknown, known, who);
  const isReference = ({method}: Row): boolean => methods[method]?.yields !== 'unlearnedModel';
  return rows.filter((row) => ids.includes(row.id) || isReference(row));
}
