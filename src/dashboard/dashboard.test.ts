import {Console} from 'node:console';
import {PassThrough} from 'node:stream';
import {describe, expect, it} from 'vitest';
import {foldAll} from '../store/fold.ts';
import {type EventRecord, empty, type Projection} from '../store/projection.ts';
import {projectionStore} from '../store/projectionStore.ts';
import {READ_ONLY} from './controls.ts';
import {recordedRun} from './fixtures/recordedRun.ts';
import {type Shown, textOf} from './fixtures/shown.ts';
import {lineReporter} from './lines.ts';
import {type OutputFacts, outputOf} from './mode.ts';
import {chart, edgesOf} from './parts/chart.ts';
import {renderDashboard} from './renderDashboard.ts';
import {VIEW_IDS} from './screenState.ts';
import {summary} from './summary.ts';
import {type Theme, themeOf} from './theme.ts';

const {manifest, records} = recordedRun();
const plainTheme: Theme = {ascii: false, colour: false};
const until = (share: number): Projection => foldAll(records.slice(0, Math.floor(records.length * share)));
const moments: Readonly<Record<string, Projection>> = {empty: empty(), running: until(0.6), done: until(1)};
const sizes = [
  {columns: 40, rows: 12},
  {columns: 50, rows: 15},
  {columns: 80, rows: 24},
  {columns: 120, rows: 40},
  {columns: 300, rows: 80},
];

const show = (shown: Omit<Shown, 'manifest'>): string => textOf({manifest, theme: plainTheme, ...shown});

describe('the screen', () => {
  it.each(Object.keys(moments).flatMap((moment) => sizes.map((size) => ({moment, ...size}))))(
    'of a run that is $moment fits $columns × $rows',
    ({moment, ...size}) => {
      const lines = show({projection: moments[moment] as Projection, size}).split('\n');
      expect(lines.length).toBeLessThanOrEqual(size.rows);
      for (const line of lines) expect([...line].length).toBeLessThanOrEqual(size.columns);
    },
  );

  it.each([40, 80, 120])('at %i columns shows what it showed before', (columns) => {
    const size = {columns, rows: columns === 120 ? 40 : 24};
    expect(show({projection: moments.running as Projection, size})).toMatchSnapshot();
  });

  it('says every state with a word', () => {
    const size = {columns: 120, rows: 70};
    const text = show({projection: moments.done as Projection, size, screen: {view: 'runs'}});
    for (const word of ['done', 'FAIL', 'block', 'partly failed', '1 failed']) expect(text).toContain(word);
  });

  it('has the failure with its cause and what to try', () => {
    expect(show({projection: moments.done as Projection})).toContain('NON_FINITE: descend: the loss is NaN at step 31');
  });

  it('asks for a larger terminal below 40 × 12', () => {
    expect(show({projection: moments.done as Projection, size: {columns: 39, rows: 12}})).toContain('Enlarge to 40x12');
  });

  it('in ASCII is ASCII', () => {
    const theme = {ascii: true, colour: false};
    for (const view of VIEW_IDS)
      expect(show({projection: moments.running as Projection, theme, screen: {view}})).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('prints no control sequence out of data', () => {
    const evil: EventRecord[] = records
      .slice(0, 400)
      .map((record) =>
        record.event.type === 'runStarted'
          ? {...record, event: {...record.event, title: '\u001b]0;owned\u0007\u001b[2Jsuite\u009b3J'}}
          : record,
      );
    const text = show({projection: foldAll(evil)});
    expect(text).toContain('suite');
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});

describe('the terminal', () => {
  it('gets its screen back when the run is over', async () => {
    // vitest's console lacks what Ink builds its own from.
    console.Console ??= Console;
    const stdout = Object.assign(new PassThrough(), {isTTY: true, columns: 80, rows: 24});
    const stdin = Object.assign(new PassThrough(), {isTTY: false});
    const store = projectionStore();
    let written = '';
    stdout.on('data', (chunk: Buffer) => {
      written += chunk.toString();
    });
    const dashboard = renderDashboard({
      store,
      manifest,
      controls: {...READ_ONLY, cancelAll: () => {}, forceExit: () => {}},
      stdout: stdout as unknown as NodeJS.WriteStream,
      stdin: stdin as unknown as NodeJS.ReadStream,
      theme: plainTheme,
      closeAfterMs: 50,
    });
    for (const record of records) store.push(record);
    store.close();
    await dashboard.finished;
    expect(written.split('\u001b[?1049h')).toHaveLength(written.split('\u001b[?1049l').length);
    expect(written).not.toContain('\u001b[3J');
  });
});

describe('a chart', () => {
  it('goes from corner to corner and leaves a gap where a value is not finite', () => {
    const points = [0, 1, 2, 3].map((step) => ({step, value: step}));
    expect(chart(points, {width: 4, height: 4, ascii: true, low: 0, high: 3})).toEqual([
      '   *',
      '  * ',
      ' *  ',
      '*   ',
    ]);
    const broken = points.map(({step, value}) => ({step, value: step === 2 ? Number.NaN : value}));
    expect(chart(broken, {width: 4, height: 4, ascii: true, low: 0, high: 3})).toEqual([
      '   *',
      '    ',
      ' *  ',
      '*   ',
    ]);
    expect(chart(points, {width: 2, height: 1, ascii: false, low: 0, high: 3})).toEqual(['⡠⠊']);
    expect(chart([], {width: 2, height: 1, ascii: false, low: 0, high: 3})).toEqual(['  ']);
  });
});

describe('the edges of a chart', () => {
  it('hold every finite value, and do not blow up noise', () => {
    const at = (...values: number[]) => edgesOf(values.map((value, step) => ({step, value})));
    expect(at(1, Number.NaN, 5)).toEqual({low: 1, high: 5});
    expect(at(2, 2).low).toBeCloseTo(1.9);
    expect(at(2, 2).high).toBeCloseTo(2.1);
    expect(at(Number.NaN)).toEqual({low: 0, high: 1});
  });
});

describe('lines', () => {
  const write = (colour: boolean, progressEveryMs = 30_000): string => {
    const said: string[] = [];
    const report = lineReporter({write: (line) => said.push(line), colour, progressEveryMs});
    for (const record of records) report(record);
    return said.join('');
  };

  it('are one per change of state, in ASCII without escapes, and end with the outcome', () => {
    const text = write(false);
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    expect(text.match(/ start /g)).toHaveLength(records.filter(({event}) => event.type === 'taskStarted').length);
    expect(text.match(/ done /g)?.length).toBeGreaterThanOrEqual(55);
    expect(text.trimEnd().split('\n').at(-1)).toMatch(
      /END {3}partlyFailed: 55 done, 1 failed, 1 blocked, 0 cancelled in/,
    );
    expect(text).not.toContain(' prog ');
  });

  it('tell of progress at most once per task in the time given', () => {
    const text = write(false, 1_500);
    const task = text.split('\n').filter((line) => line.includes(' prog ') && line.includes('unlearn/ga/t42/u1'));
    expect(task).toHaveLength(2);
    expect(task[0]).toMatch(/\d+\/50 \d+% .*forgetLoss=.* eta=\d+s/);
  });

  it('have colours only where asked', () => {
    expect(write(true)).toContain('\u001b[');
  });
});

describe('the way of showing', () => {
  const terminal: OutputFacts = {stdoutTty: true, stdinTty: true, json: false, noTui: false, env: {TERM: 'xterm'}};
  it.each<[string, Partial<OutputFacts>, string, boolean]>([
    ['a terminal', {}, 'screen', true],
    ['a terminal without keyboard', {stdinTty: false}, 'lines', true],
    ['a pipe', {stdoutTty: false}, 'lines', false],
    ['a pipe in CI', {stdoutTty: false, stdinTty: false, env: {CI: 'true'}}, 'lines', false],
    ['a terminal in CI', {env: {CI: '1', TERM: 'xterm'}}, 'lines', true],
    ['CI=false', {env: {CI: 'false', TERM: 'xterm'}}, 'screen', true],
    ['--no-tui', {noTui: true}, 'lines', true],
    ['IMU_TUI=0', {env: {IMU_TUI: '0', TERM: 'xterm'}}, 'lines', true],
    ['a dumb terminal', {env: {TERM: 'dumb'}}, 'lines', false],
    ['NO_COLOR', {env: {NO_COLOR: '1', TERM: 'xterm'}}, 'screen', false],
    ['a screen reader', {env: {INK_SCREEN_READER: 'true', TERM: 'xterm'}}, 'lines', true],
    ['--json', {json: true}, 'json', false],
    ['--json in a pipe', {json: true, stdoutTty: false}, 'json', false],
  ])('%s', (_name, facts, mode, colour) => {
    expect(outputOf({...terminal, ...facts})).toEqual({mode, colour});
  });

  it('is plain where the terminal or the user says so', () => {
    expect(themeOf({TERM: 'xterm', LANG: 'en_GB.UTF-8'})).toEqual({ascii: false, colour: true});
    expect(themeOf({TERM: 'dumb'})).toEqual({ascii: true, colour: false});
    expect(themeOf({TERM: 'xterm', NO_COLOR: '1', LANG: 'C'})).toEqual({ascii: true, colour: false});
  });
});

describe('the summary', () => {
  it('has the table, how it ended, the failure and how to go on, in few lines', () => {
    const text = summary(moments.done as Projection, manifest, {runPath: 'runs/r'});
    for (const part of [
      'IMU official',
      'partly failed: 55 of 57 tasks done',
      'NON_FINITE',
      'imu table runs/r',
      'Go on:  imu reproduce table3',
    ])
      expect(text).toContain(part);
    expect(text.split('\n').length).toBeLessThan(50);
  });
});
