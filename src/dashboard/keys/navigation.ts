import type {ViewId} from '../screenState.ts';
import {VIEWS, viewOf} from '../views/index.ts';
import {verdictCell} from '../views/verdict.ts';
import {bind, type KeyBinding, type KeyContext} from './context.ts';
import {cursorTask} from './move.ts';

/** From one view to another. */
export const NAVIGATION: readonly KeyBinding[] = [
  ...VIEWS.flatMap(({id, key, title}) =>
    key === null
      ? []
      : [bind({keys: [key], label: title, help: 'view', run: (context) => openView(context, id), footer: false})],
  ),
  bind({keys: ['tab'], label: 'next view', help: 'shift-tab: the one before', run: turn(1), footer: false}),
  bind({keys: ['shift-tab'], label: 'view before', help: '', run: turn(-1), footer: false}),
  bind({
    keys: ['enter'],
    label: 'open',
    help: 'the task under the cursor, whole; in Verdict: where the number comes from',
    views: ['suite', 'runs', 'influence', 'log'],
    when: (context) => cursorTask(context) !== null,
    run: (context) => {
      const task = cursorTask(context);
      if (task !== null) context.change({selected: task.plan.key, ...drill(context, 'detail')});
    },
  }),
  bind({
    keys: ['enter'],
    label: 'where from',
    help: 'runs, seeds, tasks and files behind the number under the cursor',
    views: ['verdict'],
    when: ({view}) => verdictCell(view) !== null,
    run: (context) => context.change(drill(context, 'source')),
  }),
  bind({
    keys: ['escape'],
    label: 'back',
    help: 'to where enter was pressed',
    when: ({view}) => view.screen.trail.length > 0,
    run: ({view: {screen}, change}) => change({view: screen.trail.at(-1) as ViewId, trail: screen.trail.slice(0, -1)}),
  }),
  bind({
    keys: ['escape'],
    label: 'show all',
    help: 'takes the filter away',
    views: ['runs'],
    when: ({view: {screen}}) => screen.trail.length === 0 && screen.filter !== '',
    run: ({change}) => change({filter: ''}),
  }),
  bind({
    keys: ['escape'],
    label: 'end search',
    help: '',
    views: ['log'],
    when: ({view: {screen}}) => screen.trail.length === 0 && screen.logSearch !== '',
    run: ({change}) => change({logSearch: ''}),
  }),
];

/** A view opened by its digit is a beginning: nothing to go back to. */
export function openView({view: {screen}, change}: KeyContext, id: ViewId): void {
  if (viewOf(id).key === null) change({view: id, trail: [...screen.trail, screen.view]});
  else change({view: id, trail: []});
}

/** Into something, with the way back kept. Scrolling begins anew there. */
export function drill({view: {screen}}: KeyContext, id: ViewId) {
  return {view: id, trail: [...screen.trail, screen.view], scrolls: {...screen.scrolls, [id]: 0}};
}

function turn(by: 1 | -1): (context: KeyContext) => void {
  return (context) => {
    const ids = VIEWS.flatMap(({id, key}) => (key === null ? [] : [id]));
    const {view, trail} = context.view.screen;
    const at = ids.indexOf(ids.includes(view) ? view : (trail[0] ?? 'suite'));
    openView(context, ids[(at + by + ids.length) % ids.length] as ViewId);
  };
}
