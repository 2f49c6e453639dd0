import type {ModelCard} from './index.ts';

/** GPT-2 as transformers has it, at the size of the paper code's decoder: four heads, pre-norm, untied output head. */
export const gpt2: ModelCard = {
  id: 'gpt2',
  label: 'GPT-2 (transformers)',
  cite: 'Radford et al. 2019; width 128, 4 layers, 4 heads',
  kind: 'gpt2',
  packages: ['transformers'],
  architecture: ({vocabularySize, numPositions}) => ({
    kind: 'gpt2',
    vocabularySize,
    numPositions,
    width: 128,
    numLayers: 4,
    numHeads: 4,
  }),
};
