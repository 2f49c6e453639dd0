import {ACTIONS} from './keys/actions.ts';
import {type KeyBinding, type KeyContext, modeOf} from './keys/context.ts';
import {LISTS} from './keys/lists.ts';
import {MOVES} from './keys/move.ts';
import {NAVIGATION} from './keys/navigation.ts';
import {QUESTIONS} from './keys/questions.ts';
import {typeKey} from './keys/typing.ts';

export type {KeyBinding, KeyContext} from './keys/context.ts';

/** The one table of keys: the dispatcher, the footer and the help are read off it. In every moment at most one binding of a key holds. */
export const KEYMAP: readonly KeyBinding[] = [...NAVIGATION, ...LISTS, ...MOVES, ...ACTIONS, ...QUESTIONS];

/** Bindings that would do something now. */
export const bindingsNow = (context: KeyContext): readonly KeyBinding[] =>
  KEYMAP.filter((binding) => holds(binding, context));

export function holds({modes, views, when}: KeyBinding, context: KeyContext): boolean {
  const {screen} = context.view;
  return modes.includes(modeOf(screen)) && (views === null || views.includes(screen.view)) && when(context);
}

/** Runs what the key is bound to. A key that is bound to nothing, such as the end of a terminal's input, is no sign of a reader. */
export function dispatch(name: string, context: KeyContext): void {
  const {screen} = context.view;
  const binding = KEYMAP.find((known) => known.keys.includes(name) && holds(known, context));
  if (binding === undefined && screen.typing === null) return;
  if (!screen.touched || screen.message !== null) context.change({touched: true, message: null});
  if (binding !== undefined) binding.run(context);
  else typeKey(name, context);
}
