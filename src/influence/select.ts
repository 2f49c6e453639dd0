export const SELECTIONS = ['negative', 'all'] as const;
export type SelectionRule = (typeof SELECTIONS)[number];

/**
 * Indices that take part, by falling |score|. `negative` keeps I < 0, the samples whose removal raises the loss on the forgetSet
 * (paper Algorithm 1, line 5); `all` keeps every sample. Of those the first max(1, ⌊n·fraction⌋) stay (paper Table 4's r).
 * Empty only when nothing satisfies the rule. Equal scores keep the order of the data.
 */
export function select(scores: Float64Array, rule: SelectionRule, fraction: number): number[] {
  const candidates: number[] = [];
  for (let i = 0; i < scores.length; i += 1) if (rule === 'all' || at(scores, i) < 0) candidates.push(i);
  if (candidates.length === 0) return [];
  candidates.sort((a, b) => Math.abs(at(scores, b)) - Math.abs(at(scores, a)) || a - b);
  return candidates.slice(0, Math.max(1, Math.floor(candidates.length * fraction)));
}

const at = (values: Float64Array, index: number): number => values[index] as number;
