import {bindingsNow, type KeyContext} from '../keymap.ts';
import {cut, dim, fitSpans, type Line, lengthOf, type Span, span} from '../parts/line.ts';
import type {Question} from '../screenState.ts';
import {keyLabel} from './help.ts';

/** One line: what is typed, what is asked, what was done, or the keys that do something now. */
export function footerView(context: KeyContext, width: number, closesIn: number | null): Line {
  const {screen, projection} = context.view;
  const {typing, question, message} = screen;
  if (typing !== null) return typedLine(context, width);
  if (question !== null) return questionLine(context, question, width);
  if (screen.numCancels > 0 && projection.run?.state === 'running')
    return cut(
      [
        span('Stopping: running tasks are cancelled, finished work is kept. Ctrl-C again ends at once.', {
          colour: 'yellow',
        }),
      ],
      width,
    );
  if (message !== null) return cut([span(` ${message.text}`, {colour: message.isError ? 'yellow' : 'cyan'})], width);
  if (closesIn !== null) return cut([dim(` closes in ${closesIn} s; any key keeps it open`)], width);
  const pairs = keysNow(context);
  // Help leads to all the others: it stays where they are left out.
  const help = pairs.filter((pair) => pair[0]?.text === HELP);
  const others = pairs.filter((pair) => pair[0]?.text !== HELP);
  return [...fitPairs(others, width - lengthOf(help.flat())), ...help.flat()];
}

const HELP = ' ? ';

const keysNow = (context: KeyContext): readonly Span[][] =>
  bindingsNow(context)
    .filter(({footer}) => footer)
    .map(({keys: [name = ''], label}): Span[] => [span(` ${keyLabel(name)} `, {bold: true}), dim(`${label} `)]);

const PROMPTS = {filter: '/', search: '/', command: ':'};

/** The end of what is typed is what one looks at. */
function typedLine({view: {screen}}: KeyContext, width: number): Line {
  const {purpose, text} = screen.typing ?? {purpose: 'filter', text: ''};
  const prompt = PROMPTS[purpose as keyof typeof PROMPTS];
  const hint = purpose === 'command' ? '  tab completes, enter runs, escape leaves' : '  enter keeps, escape undoes';
  const shown = [...text].slice(-Math.max(1, width - 3)).join('');
  const line: Line = [span(prompt, {bold: true}), span(shown), span(' ', {inverse: true})];
  return [...line, ...fitSpans([dim(hint)], Math.max(0, width - lengthOf(line)))];
}

function questionLine(context: KeyContext, question: Question, width: number): Line {
  const answers = keysNow(context).flat();
  const room = width - lengthOf(answers);
  const [short, long] = wordsOf(question);
  const text = [`${long} ${short} `, `${short} `].find((words) => [...words].length <= room) ?? '';
  return [span(text, {colour: 'yellow'}), ...answers];
}

/** The question, and what stands before it where there is room. */
function wordsOf(question: Question): readonly [string, string] {
  switch (question.kind) {
    case 'quit':
      return ['Stop?', 'Quitting stops the running tasks; finished work is kept, and the same command goes on.'];
    case 'cancelAll':
      return ['Stop?', 'Cancel the whole suite: running tasks are stopped, finished work is kept.'];
    case 'cancelTask':
      return ['Cancel?', `Cancel ${question.id}: what stands on it is blocked.`];
    case 'export':
      return ['As what?', 'Write this screen to a file.'];
  }
}

/** A key and its word go together or not at all. */
function fitPairs(pairs: readonly Span[][], width: number): Line {
  const kept: Span[] = [];
  let left = width;
  for (const pair of pairs) {
    left -= lengthOf(pair);
    if (left < 0) break;
    kept.push(...pair);
  }
  return kept;
}
