import {models} from '../models/index.ts';
import {checkSuite, MAX_CELLS} from '../plan/check.ts';
import type {Suite} from '../plan/suite.ts';
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
  return checkSuite({...suite, scenario, seeds}, file, options.maxCells ?? MAX_CELLS);
}
