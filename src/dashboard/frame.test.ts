import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {hugeRun} from '../store/fixtures/hugeRun.ts';
import {foldAll} from '../store/fold.ts';
import {empty, type Projection} from '../store/projection.ts';
import {recordedRun} from './fixtures/recordedRun.ts';
import {linesOf, type Shown, textOf} from './fixtures/shown.ts';
import {lengthOf} from './parts/line.ts';
import {type ScreenState, SECONDS, VIEW_IDS} from './screenState.ts';

const {manifest, records} = recordedRun();
const until = (share: number): Projection => foldAll(records.slice(0, Math.floor(records.length * share)));
const huge = hugeRun({numEvents: 20_000});
const hugeProjection = foldAll(
  (function* () {
    for (const {seq, at, event} of huge.entries()) yield {seq, at: Date.parse(at), event};
  })(),
);

const MOMENTS: Readonly<Record<string, Pick<Shown, 'manifest' | 'projection'>>> = {
  empty: {manifest, projection: empty()},
  running: {manifest, projection: until(0.6)},
  failed: {manifest, projection: until(0.95)},
  done: {manifest, projection: until(1)},
  huge: {manifest: huge.manifest, projection: hugeProjection},
};
const SIZES = [
  {columns: 40, rows: 12},
  {columns: 80, rows: 24},
  {columns: 120, rows: 40},
  {columns: 300, rows: 80},
];
const at = (name: string): Pick<Shown, 'manifest' | 'projection'> =>
  MOMENTS[name] as Pick<Shown, 'manifest' | 'projection'>;
const sizeOf = (columns: number) => ({columns, rows: columns === 120 ? 40 : 24});
/** Clock times in the log are the machine's own. */
const withoutClocks = (text: string): string => text.replace(/\b\d\d:\d\d:\d\d\b/g, 'hh:mm:ss');

describe('a frame', () => {
  it.each(Object.keys(MOMENTS).flatMap((moment) => VIEW_IDS.map((view) => ({moment, view}))))(
    'of $view in a run that is $moment fits every screen',
    ({moment, view}) => {
      for (const size of SIZES) {
        const lines = linesOf({...at(moment), size, screen: {view}});
        expect(lines).toHaveLength(size.rows);
        for (const line of lines) expect(lengthOf(line)).toBeLessThanOrEqual(size.columns);
      }
    },
  );

  it.each([40, 80, 120])('of Suite at %i columns shows what it showed before', (columns) => {
    expect(textOf({...at('failed'), size: sizeOf(columns)})).toMatchSnapshot();
  });

  it.each([40, 80, 120])('of Runs at %i columns shows what it showed before', (columns) => {
    expect(textOf({...at('done'), size: sizeOf(columns), screen: {view: 'runs'}})).toMatchSnapshot();
  });

  it('of Suite in a run of 2,000 cells shows what it showed before', () => {
    expect(textOf({...at('huge'), size: sizeOf(120)})).toMatchSnapshot();
  });

  it('of the log shows what it showed before', () => {
    expect(withoutClocks(textOf({...at('huge'), size: sizeOf(80), screen: {view: 'log'}}))).toMatchSnapshot();
  });

  it('of random choices at any size never throws and never grows', () => {
    const choices = fc.record({
      moment: fc.constantFrom(...Object.keys(MOMENTS)),
      columns: fc.integer({min: 1, max: 200}),
      rows: fc.integer({min: 1, max: 60}),
      view: fc.constantFrom(...VIEW_IDS),
      overlay: fc.constantFrom(null, 'help' as const),
      cellShows: fc.constantFrom('state', SECONDS, 'forgetLoss', 'nonsense'),
      filter: fc.constantFrom('', 'imu', 'status:failed', 'what:ever', 'forgetLoss<3'),
      helpScroll: fc.nat(500),
      cursors: fc.constantFrom<ScreenState['cursors']>(
        {},
        {suite: {row: 500, column: 500}},
        {verdict: {row: 3, column: 2}},
      ),
    });
    fc.assert(
      fc.property(choices, ({moment, columns, rows, ...screen}) => {
        const lines = linesOf({...at(moment), size: {columns, rows}, screen});
        expect(lines).toHaveLength(rows);
        for (const line of lines) expect(lengthOf(line)).toBeLessThanOrEqual(columns);
      }),
      {numRuns: 150},
    );
  });
});

describe('Suite', () => {
  it('says every state with a word where there is room, else names the glyphs', () => {
    const wide = textOf({...at('done'), size: {columns: 160, rows: 40}});
    for (const word of ['✓ done', '✗ FAIL']) expect(wide).toContain(word);
    const narrow = textOf({...at('huge'), size: {columns: 120, rows: 40}});
    expect(narrow).toContain('✗ FAIL  ⊘ block');
    expect(narrow).toMatch(/seeds \d+-\d+ of 100/);
  });

  it('shows a column of the table, or seconds, in place of states', () => {
    const text = textOf({...at('done'), screen: {cellShows: 'forgetLoss'}});
    expect(text).toContain('cells show l_f');
    expect(text).toMatch(/IMU sound {4,}3\.\d\d {4,}3\.\d\d/);
  });

  it('counts what is done, left and spent, in a row and in all', () => {
    const text = textOf({...at('running'), size: {columns: 160, rows: 40}});
    expect(text).toMatch(/shared .* 5\/5 +\d/);
    expect(text).toMatch(/\d+\/57 tasks in \d+ cells {3}spent \d.* left \d/);
  });

  it('tells failures with their code, message and hint', () => {
    expect(textOf({...at('failed')})).toContain('✗ unlearn/npo/t7/u1 NON_FINITE: descend: the loss is NaN at step 31');
  });
});

describe('the header', () => {
  it('says paused, and how a viewer stands with the run', () => {
    const {projection} = at('running');
    const paused = {...projection, run: projection.run === null ? null : {...projection.run, isPaused: true}};
    expect(textOf({manifest, projection: paused}).split('\n')[0]).toContain('paused');
    expect(textOf({manifest, projection, connection: 'reconnecting'}).split('\n')[0]).toContain('reconnecting');
    const [gone] = textOf({manifest, projection, connection: 'gone'}).split('\n');
    expect(gone).toContain('cut off');
    expect(gone).toContain('the same command goes on');
    expect(gone).not.toContain('ETA');
  });

  it('keeps the time left where it leaves the title out', () => {
    expect(textOf({...at('running'), size: {columns: 40, rows: 12}}).split('\n')[0]).toMatch(/live .*ETA/);
  });
});

describe('the log', () => {
  it('tells of events that this version does not know', () => {
    const {projection} = at('done');
    const text = textOf({
      manifest,
      projection: {...projection, numUnknown: 3, log: at('huge').projection.log},
      screen: {view: 'log'},
    });
    expect(text).toContain('3 events of a newer version passed over');
  });

  it('names the task that a line is about, on the narrowest screen too', () => {
    const text = textOf({...at('running'), size: {columns: 40, rows: 12}, screen: {view: 'log'}});
    expect(text).toMatch(/\d\d:\d\d (info|debug) +unlea…\S+ +(begun|done)/);
  });

  it('leaves out what is below the level, and shows a selected message whole', () => {
    const message = `first ${'word '.repeat(60)}last`;
    const log = (['debug', 'info', 'warning', 'error'] as const).map((level, index) => ({
      at: index,
      source: 'lane 0',
      key: null,
      level,
      message: index === 2 ? message : `a ${level}`,
    }));
    const projection = {...at('done').projection, log};
    const shown = (screen: Partial<ScreenState>): string =>
      textOf({manifest, projection, screen: {view: 'log', ...screen}});
    expect(shown({logLevel: 'warning'})).not.toContain('a info');
    expect(shown({logLevel: 'warning'})).toContain('a error');
    expect(shown({})).not.toContain('last');
    expect(shown({logEntry: log[2] ?? null})).toContain('last');
  });
});
