import {KEYMAP, type KeyContext} from '../keymap.ts';
import {dim, fitSpans, type Line, type Span, span} from '../parts/line.ts';

/** What a question says, or the keys that do something now. */
export function footerView(context: KeyContext, width: number): Line {
  const {screen, projection} = context;
  if (screen.numCancels > 0 && projection.run?.state === 'running') {
    return [
      span('Stopping: running tasks are cancelled, finished work is kept. Ctrl-C again ends at once.', {
        colour: 'yellow',
      }),
    ];
  }
  const ask = span('Quitting stops the running tasks; finished work is kept, and the same command goes on. ', {
    colour: 'yellow',
  });
  const keys = KEYMAP.filter(({when, footer}) => footer !== false && when(context)).map(
    ({keys: [name = ''], label}): Span[] => [span(` ${name} `, {bold: true}), dim(`${label} `)],
  );
  if (screen.question !== 'quit') return fitPairs(keys, width);
  const answers = keys.flat();
  const room = width - answers.reduce((sum, {text}) => sum + text.length, 0);
  return [
    ...fitSpans([ask, span('Stop? ', {colour: 'yellow'})].slice(ask.text.length > room ? 1 : 0), room),
    ...answers,
  ];
}

/** A key and its word go together or not at all. */
function fitPairs(pairs: readonly Span[][], width: number): Line {
  const kept: Span[] = [];
  let left = width;
  for (const pair of pairs) {
    left -= pair.reduce((sum, {text}) => sum + text.length, 0);
    if (left < 0) break;
    kept.push(...pair);
  }
  return kept;
}
