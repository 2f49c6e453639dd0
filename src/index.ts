/** What an experiment file may use. */
export {datasets} from './datasets/index.ts';
export {methods} from './methods/index.ts';
export {defineMethod, type Method, type Profile} from './methods/method.ts';
export {metrics} from './metrics/index.ts';
export {models} from './models/index.ts';
export {defineSuite, type RowInput, type Suite, type SuiteInput} from './plan/suite.ts';
export {type MarkovChainOptions, markovChain, withModel} from './scenarios/markovChain.ts';
export type {Scenario} from './scenarios/scenario.ts';
