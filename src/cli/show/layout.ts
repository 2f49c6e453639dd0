/** A line of a card. */
export interface Line {
  readonly text: string;
  readonly isTitle: boolean;
}

/** One line of a section: what, and what is known of it. */
export type Fact = readonly [name: string, text: string];

const NUM_SHOWN = 12;

/** A dataset is used by every task: `--json` lists them all. */
export const atMost = (facts: readonly Fact[]): readonly Fact[] =>
  facts.length <= NUM_SHOWN
    ? facts
    : [...facts.slice(0, NUM_SHOWN - 1), ['', `and ${facts.length - NUM_SHOWN + 1} more`]];

export const title = (text: string): Line => ({text, isTitle: true});

/** Nothing where there is no fact; facts without text are left out. */
export function section(name: string, facts: readonly Fact[]): Line[] {
  const said = facts.filter(([, text]) => text !== '');
  if (said.length === 0) return [];
  const width = Math.max(14, ...said.map(([label]) => label.length + 2));
  const lines = said.map(([label, text]) => ({text: `  ${label.padEnd(width)}${text}`, isTitle: false}));
  return [{text: '', isTitle: false}, ...(name === '' ? [] : [title(name)]), ...lines].slice(name === '' ? 1 : 0);
}

/** Lines of a paragraph; all but the first are set in. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(last === undefined ? word : `  ${word}`);
  }
  return lines;
}
