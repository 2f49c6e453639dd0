import {KEYMAP} from '../keymap.ts';
import {dim, type Line, span} from '../parts/line.ts';
import {glyphOf, TASK_LOOKS, type Theme} from '../theme.ts';

/** Every key, from the table that dispatches them, and every glyph. */
export function helpView(theme: Theme): readonly Line[] {
  const keys = KEYMAP.filter(({help}) => help !== 'answers the question').map(
    ({keys: names, label, help}): Line => [
      span(`  ${names.join(' ').padEnd(18)}`, {bold: true}),
      span(label.padEnd(12)),
      dim(help),
    ],
  );
  const looks = Object.values(TASK_LOOKS).flatMap((look) => [
    span(`  ${glyphOf(look, theme)} ${look.word}`, {colour: look.colour}),
  ]);
  return [...keys, [], looks, [dim('  * nearest to the retrained model among the unlearned ones')]];
}
