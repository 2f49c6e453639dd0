import type {ModelCard} from './index.ts';

/** The decoder of the released synthetic experiment, which the paper calls GPT-2: one head, no output projection, post-norm (spec llm 4.2). */
export const markovDecoder: ModelCard = {
  id: 'markov-decoder',
  label: "the paper code's decoder",
  cite: 'spec llm 4.2; 335,754 parameters for ten states and 20 positions',
  kind: 'markovDecoder',
  packages: [],
  architecture: ({vocabularySize, numPositions}) => ({
    kind: 'markovDecoder',
    vocabularySize,
    numPositions,
    width: 128,
    numLayers: 4,
  }),
};
