import type {Suite} from '../plan/suite.ts';

/** Which part of a run a command is to repeat; null leaves the suite's own. */
export interface Part {
  readonly rows: readonly string[] | null;
  readonly trainSeeds: readonly number[] | null;
  readonly unlearnSeeds: readonly number[] | null;
}

/** The run's command narrowed to a part of it: what else decides the numbers (model, device, threads, transport, folder) stays as it was. */
export function narrowedCommand(command: string, {rows, trainSeeds, unlearnSeeds}: Part): string {
  const words = withoutOptions(wordsOf(command));
  const narrowing = [
    ...(rows === null ? [] : ['--rows', rows.join()]),
    ...(trainSeeds === null ? [] : ['--train-seeds', trainSeeds.join()]),
    ...(unlearnSeeds === null ? [] : ['--seeds', unlearnSeeds.join()]),
  ];
  const end = words.indexOf('--');
  return words
    .toSpliced(end === -1 ? words.length : end, 0, ...narrowing)
    .map(quote)
    .join(' ');
}

/** Seeds as they are asked for, but only such as the suite has. */
export const seedsOf = (
  suite: Suite,
  level: keyof Suite['seeds'],
  seeds: readonly (number | null)[],
): number[] | null => {
  const wanted = suite.seeds[level].filter((seed) => seeds.includes(seed));
  return wanted.length === 0 ? null : wanted;
};

/** A word as a shell takes it for one. */
export const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** Options that narrow, which are said anew, and those that only choose how a run is looked at. */
const WITH_VALUE = ['--seeds', '--train-seeds', '--rows'];
const WITHOUT_VALUE = ['--json', '--no-tui'];

function withoutOptions(words: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') return [...kept, ...words.slice(i)];
    if (WITH_VALUE.includes(word)) i++;
    else if (!WITHOUT_VALUE.includes(word) && !WITH_VALUE.some((option) => word.startsWith(`${option}=`)))
      kept.push(word);
  }
  return kept;
}

/** What a POSIX shell makes of a line of words and single, double and backslash quotes; the inverse of `quote`. */
function wordsOf(line: string): string[] {
  const parts = line.matchAll(/(\s+)|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+|['"\\])/gs);
  const words: string[] = [];
  let word: string | null = null;
  for (const [, space, single, double, escaped, bare] of parts) {
    if (space === undefined)
      word = `${word ?? ''}${single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? bare}`;
    else if (word !== null) {
      words.push(word);
      word = null;
    }
  }
  return word === null ? words : [...words, word];
}
