import {KEYMAP, type KeyBinding} from '../keymap.ts';
import {flow, heading} from '../parts/layout.ts';
import {dim, fitEnd, type Line, span} from '../parts/line.ts';
import {wrap} from '../parts/text.ts';
import {glyphOf, TASK_LOOKS} from '../theme.ts';
import {viewOf} from './index.ts';
import type {Size, ViewContext} from './view.ts';

const KEYS_WIDTH = 18;
const LABEL_WIDTH = 16;
/** Narrower than this, what help says stands below its key. */
const WITH_HELP_BESIDE = 70;

const LABELS: Readonly<Record<string, string>> = {' ': 'space', enter: '↵', escape: 'esc'};

export const keyLabel = (name: string): string => LABELS[name] ?? name;

/** Every key, from the table that dispatches them, by view; and every glyph. */
export function helpView(context: ViewContext, {columns, rows}: Size): readonly Line[] {
  const lines = helpLines(context, columns);
  return lines.slice(Math.min(context.screen.helpScroll, helpEnd(context, {columns, rows}))).slice(0, rows);
}

/** The last line that the help may begin with. */
export const helpEnd = (context: ViewContext, {columns, rows}: Size): number =>
  Math.max(0, helpLines(context, columns).length - rows);

function helpLines({screen, theme}: ViewContext, width: number): readonly Line[] {
  const free = KEYMAP.filter(({modes}) => modes.includes('free'));
  const here = free.filter(({views}) => views?.includes(screen.view));
  const elsewhere = [...new Set(free.flatMap(({views}) => views ?? []))].filter((id) => id !== screen.view);
  const looks = Object.values(TASK_LOOKS).map(
    (look): Line => [span(`${glyphOf(look, theme)} ${look.word}`, {colour: look.colour})],
  );
  const linesOf = (bindings: readonly KeyBinding[]) => bindings.flatMap((binding) => keyLines(binding, width));
  return [
    heading(`${viewOf(screen.view).title}, the view that is open`, width, theme),
    ...linesOf(here),
    heading('everywhere', width, theme),
    ...linesOf(free.filter(({views}) => views === null)),
    ...elsewhere.flatMap((id) => [
      heading(viewOf(id).title, width, theme),
      ...linesOf(free.filter(({views}) => views?.includes(id))),
    ]),
    heading('states', width, theme),
    ...flow(looks, width),
    ...wrap('[ ] the cursor; * marked; in tables: nearest to the retrained model among the unlearned ones', width).map(
      (text): Line => [dim(text)],
    ),
  ];
}

function keyLines({keys, label, help}: KeyBinding, width: number): readonly Line[] {
  const head = [
    span(fitEnd(` ${keys.map(keyLabel).join(' ')}`, KEYS_WIDTH), {bold: true}),
    span(fitEnd(label, LABEL_WIDTH)),
  ];
  const isNarrow = width < WITH_HELP_BESIDE;
  const indent = isNarrow ? 3 : KEYS_WIDTH + LABEL_WIDTH;
  const texts = help === '' ? [] : wrap(help, width - indent);
  const rest = (text: string): Line => [span(' '.repeat(indent)), dim(text)];
  if (isNarrow) return [head, ...texts.map(rest)];
  return [[...head, dim(texts[0] ?? '')], ...texts.slice(1).map(rest)];
}
