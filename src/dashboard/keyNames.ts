import type {Key} from 'ink';

const NAMED: readonly (readonly [keyof Key, string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
];

/** What Ink leaves of an escape sequence that it does not know: mouse reports, focus, function keys of other terminals. */
const SEQUENCE = /^\[(?:[\x20-\x3f]*[@-~]|M[\s\S]{3})$/;
const CONTROLS: Readonly<Record<string, string>> = {
  '\u0003': 'ctrl-c',
  '\t': 'tab',
  '\r': 'enter',
  '\n': 'enter',
  '\u001b': 'escape',
  '\u007f': 'backspace',
  '\b': 'backspace',
};

/**
 * Names of the keys in one call of useInput. Keys that arrive together come as one string (`jj`), so there may be several. A character behind an escape
 * is the two keys it looks like: nothing is bound to Alt.
 */
export function keyNames(input: string, key: Key): readonly string[] {
  if (key.eventType === 'release') return [];
  if (key.tab) return [key.shift ? 'shift-tab' : 'tab'];
  const named = NAMED.find(([flag]) => key[flag]);
  if (named !== undefined) return [named[1]];
  if (key.ctrl) return [`ctrl-${input}`];
  const characters = [...input];
  if (characters.length > 1 && SEQUENCE.test(input)) return [];
  const names = characters.flatMap((character) => CONTROLS[character] ?? (isControl(character) ? [] : character));
  return key.meta && names.length > 0 ? ['escape', ...names] : names;
}

const isControl = (character: string): boolean => /\p{Cc}/u.test(character);
