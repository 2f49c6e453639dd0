export {NORMALISATIONS} from './normalise.ts';
export {SELECTIONS} from './select.ts';
export {shuffleWeights} from './shuffle.ts';
export {TRANSFORMS} from './transform.ts';
export {type InfluenceScores, type SampleWeights, type Shaping, toSampleWeights} from './weights.ts';
