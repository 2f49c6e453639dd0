export * from './aggregate.ts';
export * from './formats/index.ts';
export {type TextOptions, toText} from './formats/text.ts';
export * from './nearest.ts';
export * from './paper.ts';
export {ascii, plain} from './plain.ts';
export type {Provenance} from './provenance.ts';
export {mean, splitStd, std} from './statistics.ts';
export {type RowWeights, weightsTable} from './weights.ts';
