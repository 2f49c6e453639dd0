import {nearest} from '../../protocol/suggest.ts';
import type {ViewId} from '../screenState.ts';
import {sortKeys} from '../taskOrder.ts';
import {VIEWS} from '../views/index.ts';
import {type KeyContext, say} from './context.ts';
import {drill, openView} from './navigation.ts';
import {quit} from './questions.ts';

interface Command {
  readonly name: string;
  /** What may stand behind it; empty where anything may. */
  readonly values: (context: KeyContext) => readonly string[];
  readonly run: (argument: string, context: KeyContext) => void;
}

const COMMANDS: readonly Command[] = [
  {name: 'goto', values: taskIds, run: goTo},
  {
    name: 'view',
    values: () => VIEWS.map(({id}) => id),
    run: (argument, context) => openView(context, argument as ViewId),
  },
  {name: 'filter', values: () => [], run: (argument, {change}) => change({view: 'runs', trail: [], filter: argument})},
  {
    name: 'sort',
    values: ({view}) => sortKeys(view.manifest),
    run: (argument, {view: {screen}, change}) =>
      change({view: 'runs', trail: [], sort: {...screen.sort, key: argument}}),
  },
  {name: 'help', values: () => [], run: (_, {change}) => change({overlay: 'help', helpScroll: 0})},
  {name: 'quit', values: () => [], run: (_, context) => quit(context)},
];

const COMMAND_NAMES = COMMANDS.map(({name}) => name);

/** `goto unlearn/imu/t42/u1`, `view log`, `quit`, …: the beginning of a word is enough where only one begins so. */
export function runCommand(text: string, context: KeyContext): void {
  const [word = '', ...rest] = text.trim().split(/\s+/);
  if (word === '') return;
  const name = choose(word, COMMAND_NAMES);
  const command = COMMANDS.find((known) => known.name === name);
  if (command === undefined) refuse(context, 'command', word, COMMAND_NAMES);
  else runWith(command, rest.join(' '), context);
}

function runWith(command: Command, argument: string, context: KeyContext): void {
  const values = command.values(context);
  const value = values.length === 0 ? argument : choose(argument, values);
  if (value === null) refuse(context, command.name, argument, values);
  else command.run(value, context);
}

/** The text as far as it can only go on in one way. */
export function complete(text: string, context: KeyContext): string {
  const [word = '', ...rest] = text.trimStart().split(/\s+/);
  if (rest.length === 0) return extend(word, COMMAND_NAMES, ' ');
  const command = COMMANDS.find(({name}) => name === word);
  return command === undefined ? text : `${word} ${extend(rest.join(' '), command.values(context), '')}`;
}

function extend(start: string, words: readonly string[], end: string): string {
  const fitting = words.filter((word) => word.startsWith(start));
  if (fitting.length === 1) return `${fitting[0]}${end}`;
  const [first] = fitting;
  if (first === undefined) return start;
  let length = start.length;
  while (fitting.every((word) => word.length > length && word[length] === first[length])) length++;
  return first.slice(0, length);
}

/** The word itself, else the only one that begins so, else the only one that holds it. */
function choose(word: string, words: readonly string[]): string | null {
  if (words.includes(word)) return word;
  const beginning = words.filter((known) => known.startsWith(word));
  if (beginning.length === 1) return beginning[0] as string;
  const holding = words.filter((known) => known.includes(word));
  return word !== '' && holding.length === 1 ? (holding[0] as string) : null;
}

const MOST_NAMED = 8;

function refuse(context: KeyContext, what: string, word: string, words: readonly string[]): void {
  const like = nearest(word, words);
  const named = words.length <= MOST_NAMED ? `there are ${words.join(', ')}` : `there are ${words.length}`;
  say(context, `no ${what} ${word}: ${like === null ? named : `did you mean ${like}?`}`, true);
}

function taskIds({view}: KeyContext): readonly string[] {
  return view.projection.tasks.map(({plan}) => plan.id);
}

function goTo(id: string, context: KeyContext): void {
  const task = context.view.projection.tasks.find(({plan}) => plan.id === id);
  if (task !== undefined) context.change({selected: task.plan.key, cursors: {}, ...drill(context, 'detail')});
}
