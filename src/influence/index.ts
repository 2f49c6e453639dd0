export type {InfluenceScores, SampleWeights} from './weights.ts';
