import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {randomEvents} from '../store/fixtures/randomEvents.ts';
import {foldAll} from '../store/fold.ts';
import {empty, type Projection} from '../store/projection.ts';
import {READ_ONLY} from './controls.ts';
import {recordedRun} from './fixtures/recordedRun.ts';
import {type Keyboard, keyboard, linesOf, type Shown, textOf} from './fixtures/shown.ts';
import {bindingsNow, dispatch, holds, KEYMAP} from './keymap.ts';
import {keyNames} from './keyNames.ts';
import {type ScreenState, VIEW_IDS} from './screenState.ts';

const {manifest, records} = recordedRun();
const until = (share: number): Projection => foldAll(records.slice(0, Math.floor(records.length * share)));
const [running, failed, done] = [until(0.6), until(0.95), until(1)];
const paused: Projection = {...running, run: running.run === null ? null : {...running.run, isPaused: true}};

const sit = (shown: Omit<Shown, 'manifest'>): Keyboard => keyboard({manifest, ...shown});
const press = (board: Keyboard, ...names: readonly string[]): void => {
  for (const name of names) dispatch(name, board);
};
const typed = (board: Keyboard, text: string): void => press(board, ...text);

const log = ['a', 'b', 'c ab'].map((message, index) => ({
  at: 1e15 + index,
  source: 'lane 0',
  key: null,
  level: 'info' as const,
  message,
}));

/** Moments in which, between them, every key has something to do. */
function boards(): readonly Keyboard[] {
  const unlearning = failed.tasks.find(({state}) => state === 'running')?.plan.key ?? null;
  const screens: readonly Partial<ScreenState>[] = [
    {},
    {overlay: 'help'},
    {question: {kind: 'quit'}},
    {question: {kind: 'export'}},
    {typing: {purpose: 'command', text: '', before: ''}},
    {trail: ['suite'], selected: unlearning, marked: ['a']},
    {filter: 'imu', logSearch: 'a', logEntry: log[0] ?? null},
  ];
  return [empty(), running, paused, {...failed, log}, done].flatMap((projection) =>
    VIEW_IDS.flatMap((view) => screens.map((screen) => sit({projection, screen: {view, ...screen}}))),
  );
}

describe('the keymap', () => {
  it('has no key with two meanings in one moment, and none that never means anything', () => {
    const reached = new Set<(typeof KEYMAP)[number]>();
    for (const board of boards()) {
      const now = bindingsNow(board);
      for (const binding of now) reached.add(binding);
      const names = now.flatMap(({keys}) => keys);
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    }
    expect(KEYMAP.filter((binding) => !reached.has(binding)).map(({keys, label}) => `${keys[0]} ${label}`)).toEqual([]);
  });

  it('is what the footer and the help are made of', () => {
    const board = sit({projection: failed, screen: {view: 'runs'}, size: {columns: 300, rows: 40}});
    const footer =
      textOf({manifest, projection: failed, screen: {view: 'runs'}, size: {columns: 300, rows: 40}})
        .split('\n')
        .at(-1) ?? '';
    for (const binding of KEYMAP)
      if (binding.footer && binding.modes.includes('free') && holds(binding, board))
        expect(footer).toContain(binding.label);
    const help = textOf({manifest, projection: failed, screen: {overlay: 'help'}, size: {columns: 120, rows: 120}});
    for (const {modes, label} of KEYMAP) if (modes.includes('free')) expect(help).toContain(label);
  });
});

describe('names of keys', () => {
  const named = (input: string, key: object = {}): readonly string[] => keyNames(input, key as never);

  it('are heard one by one where they arrive together', () => {
    expect(named('jjk')).toEqual(['j', 'j', 'k']);
    expect(named('c', {ctrl: true})).toEqual(['ctrl-c']);
    expect(named('j\u0003')).toEqual(['j', 'ctrl-c']);
    expect(named('ab\r')).toEqual(['a', 'b', 'enter']);
    expect(named('', {tab: true, shift: true})).toEqual(['shift-tab']);
  });

  it('are not made out of escape sequences', () => {
    for (const rest of ['[<0;10;20M', '[200~', '[I', '[1;5X', '[?62;c']) expect(named(rest)).toEqual([]);
    expect(named('x', {meta: true})).toEqual(['escape', 'x']);
  });
});

describe('moving', () => {
  it('between views by digit and tab, into a task by enter, and back the same way', () => {
    const board = sit({projection: running});
    press(board, '2');
    expect(board.state.view).toBe('runs');
    press(board, 'enter');
    expect([board.state.view, board.state.trail]).toEqual(['detail', ['runs']]);
    press(board, 'escape');
    expect([board.state.view, board.state.trail]).toEqual(['runs', []]);
    press(board, 'tab', 'tab', 'shift-tab');
    expect(board.state.view).toBe('influence');
    press(board, '4', 'enter');
    expect([board.state.view, board.state.trail]).toEqual(['source', ['verdict']]);
  });

  it('in Runs goes through the tasks as they are sorted and filtered, and stops at the ends', () => {
    const board = sit({projection: running, screen: {view: 'runs', filter: 'row:ga'}});
    const ids = running.tasks.filter(({plan}) => plan.row === 'ga').map(({plan}) => plan.key);
    press(board, 'g', 'k');
    expect(board.state.selected).toBe(ids[0]);
    press(board, 'j');
    expect(board.state.selected).toBe(ids[1]);
    press(board, 'G', 'j');
    expect(board.state.selected).toBe(ids.at(-1));
    press(board, 'f');
    expect(board.state.selected).toBeNull();
  });

  it('in Suite selects the task of a cell that matters: what failed there', () => {
    const board = sit({projection: done});
    const npo = manifest.suite.rows.findIndex(({id}) => id === 'npo') + 1;
    press(board, 'g', 'h', 'h', 'h', 'h', ...Array(npo).fill('j'), 'l', 'l');
    expect(done.tasks.find(({plan}) => plan.key === board.state.selected)?.plan.id).toBe('unlearn/npo/t7/u1');
    press(board, 'enter');
    expect(board.state.view).toBe('detail');
  });

  it('in the log keeps its line while others come, until it follows again', () => {
    const board = sit({projection: {...running, log}, screen: {view: 'log'}});
    press(board, 'k');
    expect(board.state.logEntry).toBe(log[1]);
    press(board, '/');
    typed(board, 'ab');
    press(board, 'enter');
    expect([board.state.logSearch, board.state.logEntry]).toEqual(['ab', log[2]]);
    press(board, 'f');
    expect(board.state.logEntry).toBeNull();
  });
});

describe('typing', () => {
  it('takes every character for text, works at once, and escape undoes it', () => {
    const calls: string[] = [];
    const board = sit({projection: running, screen: {view: 'runs', filter: 'ga'}, calls});
    press(board, '/');
    typed(board, ' qxX?:1');
    expect([board.state.filter, board.state.question, calls]).toEqual(['ga qxX?:1', null, []]);
    press(board, 'backspace', 'ctrl-w');
    expect(board.state.filter).toBe('ga ');
    press(board, 'escape');
    expect([board.state.filter, board.state.typing]).toEqual(['ga', null]);
  });

  it('of a command is completed by tab and run by enter', () => {
    const board = sit({projection: running});
    press(board, ':');
    typed(board, 'go');
    press(board, 'tab');
    expect(board.state.typing?.text).toBe('goto ');
    typed(board, 'unlearn/imu-sound/t42/u1');
    press(board, 'enter');
    expect(board.state.view).toBe('detail');
    expect(running.tasks.find(({plan}) => plan.key === board.state.selected)?.plan.id).toBe('unlearn/imu-sound/t42/u1');
    press(board, ':');
    typed(board, 'veiw log');
    press(board, 'enter');
    expect(board.state.message).toEqual({text: 'no command veiw: did you mean view?', isError: true});
  });
});

describe('actions', () => {
  const chosen = (projection: Projection, state: string): string =>
    projection.tasks.find((task) => task.state === state)?.plan.key ?? '';

  it('that destroy ask first: y does it, everything else does not', () => {
    for (const [key, call] of [
      ['x', `cancelTask ${chosen(running, 'running')}`],
      ['X', 'cancelAll'],
      ['q', 'cancelAll'],
    ] as const) {
      const calls: string[] = [];
      const board = sit({projection: running, screen: {selected: chosen(running, 'running')}, calls});
      press(board, key, 'n');
      press(board, key, 'j', 'escape');
      expect([calls, board.state.question]).toEqual([[], null]);
      press(board, key, 'y');
      expect(calls[0]).toBe(call);
    }
  });

  it('pause and resume, rerun what failed or what of it is marked', () => {
    const calls: string[] = [];
    press(sit({projection: running, calls}), 'p');
    press(sit({projection: paused, calls}), 'p');
    press(sit({projection: done, calls}), 'r');
    press(sit({projection: done, calls, screen: {marked: [chosen(done, 'failed'), chosen(done, 'finished')]}}), 'r');
    expect(calls).toEqual(['pause', 'resume', 'rerun all', 'rerun 1']);
  });

  it('are not offered to a viewer, who may leave at any time', () => {
    const calls: string[] = [];
    const board = sit({
      projection: running,
      controls: READ_ONLY,
      calls,
      screen: {selected: chosen(running, 'running')},
    });
    press(board, 'x', 'X', 'p', 'r');
    expect(board.state.question).toBeNull();
    expect(bindingsNow(board).map(({label}) => label)).not.toContain('pause');
    press(board, 'q');
    press(board, 'ctrl-c');
    expect(calls).toEqual(['leave', 'leave']);
  });

  it('copy a number with its run, and the path of what a task left', () => {
    const calls: string[] = [];
    press(sit({projection: done, calls, screen: {view: 'verdict'}}), 'c');
    expect(calls[0]).toMatch(
      /^copy Retrain retainLoss = \d.* nats \(n=2 of 2, profile sound\) · run table3-recorded-1 · imu/,
    );
    const task = done.tasks.find(({plan}) => plan.id === 'unlearn/ga/t42/u1');
    press(sit({projection: done, calls, screen: {view: 'runs', selected: task?.plan.key ?? null}}), 'o');
    expect(calls[1]).toBe(`copy /objects/${task?.plan.key}`);
    press(sit({projection: empty(), calls}), 'o');
    expect(calls[2]).toBe('copy /runs/r');
  });

  it('write the screen in the format that was asked for', () => {
    const board = sit({projection: done});
    press(board, 'w', 's');
    expect(board.state.message?.text).toBe('wrote file.svg');
    press(board, 'w', 't');
    expect(board.state.message?.text).toBe('wrote file.text');
  });

  it('Ctrl-C asks to stop, a second one insists', () => {
    const calls: string[] = [];
    const board = sit({projection: running, calls});
    press(board, 'ctrl-c');
    expect(calls).toEqual(['cancelAll']);
    expect(textOf({manifest, projection: running, screen: board.state})).toContain('Stopping');
    press(board, 'ctrl-c');
    expect(calls).toEqual(['cancelAll', 'forceExit', 'leave']);
  });

  it('q leaves at once when the run is over', () => {
    const calls: string[] = [];
    press(sit({projection: done, calls}), 'q');
    expect(calls).toEqual(['leave']);
  });
});

describe('random keys over random runs', () => {
  const names = [...new Set([...KEYMAP.flatMap(({keys}) => keys), 'backspace', 'ctrl-w', 'a', 'é', '模'])].filter(
    (name) => name !== 'ctrl-c',
  );
  const DESTRUCTIVE = /^(?:cancel|forceExit)/;

  it('never throw, and never destroy without a y', () => {
    const projections = fc.oneof(
      fc.constantFrom(empty(), running, failed, done),
      fc
        .tuple(fc.nat(1_000), fc.nat(200))
        .map(([seed, length]) => foldAll(randomEvents(seed, length).map((event, seq) => ({seq, at: seq, event})))),
    );
    fc.assert(
      fc.property(projections, fc.array(fc.constantFrom(...names), {maxLength: 60}), (projection, keys) => {
        const calls: string[] = [];
        const board = sit({projection, calls, size: {columns: 100, rows: 30}});
        for (const name of keys) {
          const before = {question: board.state.question, numCalls: calls.length};
          press(board, name);
          const destroyed = calls.slice(before.numCalls).some((call) => DESTRUCTIVE.test(call));
          if (destroyed) expect([name, before.question !== null]).toEqual(['y', true]);
        }
        linesOf({manifest, projection, screen: board.state, size: {columns: 100, rows: 30}});
      }),
      {numRuns: 200},
    );
  });
});
