import type {DatasetCard} from './index.ts';

/** Three Markov chains over ten states; two of them are to be forgotten (paper 4.5, exact generator in spec llm 4.1). */
export const markovChains = {
  id: 'markov-chains',
  label: 'mixture of Markov chains',
  cite: 'Fan et al. 2024, section 7; paper 4.5',
  kind: 'markovChains',
  spec: {
    kind: 'markovChains',
    numStates: 10,
    sequenceLength: 20,
    leakage: 0.2,
    numRetain: 10_000,
    numForget1: 5000,
    numForget2: 5000,
    testFraction: 0.2,
    seed: 42,
  },
  sets: {
    retainTrain: {split: 'train', groups: ['retain']},
    retainTest: {split: 'test', groups: ['retain']},
    forget1Train: {split: 'train', groups: ['forget1']},
    forget1Test: {split: 'test', groups: ['forget1']},
    forget2Train: {split: 'train', groups: ['forget2']},
    forget2Test: {split: 'test', groups: ['forget2']},
    forgetTrain: {split: 'train', groups: ['forget1', 'forget2']},
    forgetTest: {split: 'test', groups: ['forget1', 'forget2']},
  },
  numSamples(spec) {
    const retainTest = Math.ceil(spec.numRetain * spec.testFraction);
    const forget1Test = Math.ceil(spec.numForget1 * spec.testFraction);
    const forget2Test = Math.ceil(spec.numForget2 * spec.testFraction);
    const [forget1Train, forget2Train] = [spec.numForget1 - forget1Test, spec.numForget2 - forget2Test];
    return {
      retainTrain: spec.numRetain - retainTest,
      retainTest,
      forget1Train,
      forget1Test,
      forget2Train,
      forget2Test,
      forgetTrain: forget1Train + forget2Train,
      forgetTest: forget1Test + forget2Test,
    };
  },
} as const satisfies DatasetCard;
