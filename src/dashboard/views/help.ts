import {KEYMAP, type KeyBinding} from '../keymap.ts';
import {heading} from '../parts/layout.ts';
import {dim, fitEnd, type Line, span} from '../parts/line.ts';
import {glyphOf, TASK_LOOKS} from '../theme.ts';
import {viewOf} from './index.ts';
import type {Size, ViewContext} from './view.ts';

const KEYS_WIDTH = 16;
const LABEL_WIDTH = 16;

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
  const looks = Object.values(TASK_LOOKS).map((look) =>
    span(`${glyphOf(look, theme)} ${look.word}   `, {colour: look.colour}),
  );
  return [
    heading(`${viewOf(screen.view).title}, the view that is open`, width, theme),
    ...here.map(keyLine),
    heading('everywhere', width, theme),
    ...free.filter(({views}) => views === null).map(keyLine),
    ...elsewhere.flatMap((id) => [
      heading(viewOf(id).title, width, theme),
      ...free.filter(({views}) => views?.includes(id)).map(keyLine),
    ]),
    heading('states', width, theme),
    looks,
    [dim('[ ] the cursor   * marked; in tables: nearest to the retrained model among the unlearned ones')],
  ];
}

const keyLine = ({keys, label, help}: KeyBinding): Line => [
  span(fitEnd(` ${keys.map(keyLabel).join(' ')}`, KEYS_WIDTH), {bold: true}),
  span(fitEnd(label, LABEL_WIDTH)),
  dim(help),
];
