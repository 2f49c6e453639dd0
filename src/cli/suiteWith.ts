import {checkSuite, MAX_CELLS} from '../plan/check.ts';
import type {Suite} from '../plan/suite.ts';
import {withModel} from '../scenarios/markovChain.ts';
import type {SuiteOptions} from './suiteOptions.ts';

/** A suite as the options change it, checked. */
export function suiteWith(input: unknown, options: SuiteOptions, who: string): Suite {
  const suite = checkSuite(input, who, Number.POSITIVE_INFINITY);
  const scenario = options.model === undefined ? suite.scenario : withModel(suite.scenario, options.model);
  const seeds = {train: options.trainSeeds ?? suite.seeds.train, unlearn: options.seeds ?? suite.seeds.unlearn};
  return checkSuite({...suite, scenario, seeds}, who, options.maxCells ?? MAX_CELLS);
}
