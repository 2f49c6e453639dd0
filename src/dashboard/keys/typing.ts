import {cursorOf, findEntry, shownEntries} from '../logEntries.ts';
import type {Typing} from '../screenState.ts';
import {selectedTask} from '../selection.ts';
import {orderTasks} from '../taskOrder.ts';
import {complete, runCommand} from './commands.ts';
import type {KeyContext} from './context.ts';

const LONGEST = 500;

/** A key while text is typed: every character is text. */
export function typeKey(name: string, context: KeyContext): void {
  const {typing} = context.view.screen;
  if (typing === null) return;
  if (name === 'enter') finish(context, typing);
  else if (name === 'escape' || (isErasing(name) && typing.text === '')) giveUp(context, typing);
  else {
    const text = edited(name, typing, context);
    if (text !== typing.text) show(context, typing, text);
  }
}

const isErasing = (name: string): boolean => name === 'backspace' || name === 'delete';

function edited(name: string, {text, purpose}: Typing, context: KeyContext): string {
  if (isErasing(name)) return [...text].slice(0, -1).join('');
  if (name === 'ctrl-u') return '';
  if (name === 'ctrl-w') return text.replace(/\S*\s*$/, '');
  if (name === 'tab') return purpose === 'command' ? complete(text, context) : text;
  return [...name].length === 1 && text.length < LONGEST ? text + name : text;
}

function finish(context: KeyContext, {purpose, text}: Typing): void {
  context.change({typing: null});
  if (purpose === 'command') runCommand(text, context);
  if (purpose === 'filter') selectShown(context);
}

/** The cursor stands on a task that is shown, so that enter opens no other. */
function selectShown({view: {manifest, projection, screen, now}, change}: KeyContext): void {
  const {indices} = orderTasks(manifest, projection, screen, now);
  const selected = selectedTask(projection, screen);
  const isShown = selected !== null && indices.some((index) => projection.tasks[index] === selected);
  const first = projection.tasks[indices[0] ?? -1];
  if (!isShown && first !== undefined) change({selected: first.plan.key});
}

/** As it was before typing began. */
function giveUp({change}: KeyContext, {purpose, before}: Typing): void {
  if (purpose === 'filter') change({filter: before});
  if (purpose === 'search') change({logSearch: before});
  change({typing: null});
}

/** A filter and a search work while they are typed. */
function show(context: KeyContext, typing: Typing, text: string): void {
  const {view, change} = context;
  change({typing: {...typing, text}});
  if (typing.purpose === 'filter') change({filter: text});
  if (typing.purpose !== 'search') return;
  const entries = shownEntries(view.projection, view.screen);
  const found = findEntry(entries, cursorOf(entries, view.screen) + 1, text, -1);
  change({logSearch: text, ...(found === null ? {} : {logEntry: found})});
}
