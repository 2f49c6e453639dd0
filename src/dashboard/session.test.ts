import {mkdtempSync, readdirSync, readFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {NO_EVIDENCE} from '../report/evidence.ts';
import {foldAll} from '../store/fold.ts';
import {projectionStore} from '../store/projectionStore.ts';
import {READ_ONLY} from './controls.ts';
import {recordedRun} from './fixtures/recordedRun.ts';
import {holdBack} from './holdBack.ts';
import {redrawBudget} from './redrawBudget.ts';
import {openSession, type Session, type SessionOptions} from './session.ts';

const {manifest, records} = recordedRun();
const size = {columns: 100, rows: 30};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Seat {
  readonly session: Session;
  readonly store: SessionOptions['store'];
  readonly written: string[];
  readonly calls: string[];
}

function sit(share: number, options: Partial<SessionOptions> = {}): Seat {
  const store = projectionStore(foldAll(records.slice(0, Math.floor(records.length * share))));
  const [written, calls]: [string[], string[]] = [[], []];
  const controls = {
    ...READ_ONLY,
    isReadOnly: false,
    cancelTask: (key: string) => calls.push(`cancelTask ${key}`) > 0,
    cancelAll: () => void calls.push('cancelAll'),
  };
  const session = openSession({
    store,
    manifest,
    controls: () => controls,
    theme: {ascii: false, colour: false},
    closeAfterMs: 3_000,
    clock: Date.now,
    evidence: NO_EVIDENCE,
    connection: null,
    notices: [],
    exportFolder: tmpdir(),
    runDirectory: null,
    objectPath: null,
    ...options,
  });
  session.start(
    (text) => void written.push(text),
    () => void calls.push('leave'),
  );
  session.resize(size);
  return {session, store, written, calls};
}

const frames = (written: readonly string[]): number => written.filter((text) => text.includes('?2026h')).length;

describe('a session', () => {
  it('draws when it knows the size, at every key, and no more than what changed', () => {
    const {session, written} = sit(0.6);
    expect(frames(written)).toBe(1);
    session.press(['2']);
    expect(frames(written)).toBe(2);
    expect(written.join('')).not.toContain('\u001b[2J');
    session.stop();
  });

  it('draws changes at most ten times a second, and clocks once', () => {
    const {session, store, written} = sit(0.5);
    const coming = records.slice(Math.floor(records.length * 0.5)).filter(({event}) => event.type !== 'runFinished');
    for (const record of coming.slice(0, 100)) {
      store.push(record);
      vi.advanceTimersByTime(20);
    }
    expect(frames(written)).toBeGreaterThan(5);
    expect(frames(written)).toBeLessThanOrEqual(22);
    session.stop();
  });

  it('writes everything again after a change of size and on ctrl-l', () => {
    const {session, written} = sit(0.6);
    session.resize({columns: 80, rows: 24});
    expect(written.at(-1)).toContain('\u001b[24;1H');
    const before = written.length;
    session.press(['ctrl-l']);
    expect(written.slice(before).join('')).toContain('\u001b[24;1H');
    session.stop();
  });

  it('takes no answer from the keys that came with the question', () => {
    const {session, calls} = sit(0.6);
    session.press(['X', 'y']);
    expect([calls, session.state().question]).toEqual([[], {kind: 'cancelAll'}]);
    session.press(['y']);
    expect(calls).toEqual(['cancelAll']);
    session.stop();
  });

  it('asks for the controls at every key: they may come later', () => {
    const calls: string[] = [];
    let controls = READ_ONLY;
    const {session} = sit(0.6, {controls: () => controls});
    session.press(['p']);
    controls = {...READ_ONLY, isReadOnly: false, pause: () => void calls.push('pause')};
    session.press(['p']);
    expect(calls).toEqual(['pause']);
    session.stop();
  });

  it('goes some time after the end, but not from somebody who reads', () => {
    const left = sit(1);
    vi.advanceTimersByTime(2_900);
    expect(left.calls).toEqual([]);
    vi.advanceTimersByTime(1_100);
    expect(left.calls).toContain('leave');
    left.session.stop();
    const read = sit(1);
    read.session.press(['j']);
    vi.advanceTimersByTime(60_000);
    expect(read.calls).toEqual([]);
    read.session.stop();
  });

  it('tells at the head of the log what is wrong with the journal', () => {
    const {session} = sit(0.6, {notices: ['line 10 of journal.jsonl is damaged and was passed over']});
    session.press(['6', 'g']);
    const text = session.frame(size).map((line) => line.map((piece) => piece.text).join(''));
    expect(text.join('\n')).toMatch(/warn {2}.*journal .*line 10 of journal.jsonl is damaged/);
    session.stop();
  });

  it('hands the clipboard what it copies, whatever stands in it', () => {
    const {session, written} = sit(1, {runDirectory: '/runs/a b'});
    session.press(['2']);
    session.press(['g']);
    session.press([':']);
    session.press([...'goto evaluate/retrain/t42']);
    session.press(['enter']);
    session.press(['o']);
    const [, sent = ''] = written.join('').split('\u001b]52;c;');
    expect(Buffer.from(sent.split('\u0007')[0] ?? '', 'base64').toString()).toBe('/runs/a b');
    session.stop();
  });

  it('writes the screen to new files, never over one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'imu-export-'));
    const {session} = sit(1, {exportFolder: folder});
    for (const answer of ['t', 't', 's']) {
      session.press(['w']);
      session.press([answer]);
    }
    const name = `${manifest.runId}-suite`;
    expect(readdirSync(folder).sort()).toEqual([`${name}-2.txt`, `${name}.svg`, `${name}.txt`]);
    expect(readFileSync(join(folder, `${name}.txt`), 'utf8')).toContain('IMU sound');
    expect(readFileSync(join(folder, `${name}.svg`), 'utf8')).toContain('</svg>');
    session.stop();
  });
});

describe('a redraw budget', () => {
  it('gives frames as much time between them as they cost, within its limits', () => {
    const intervalAfter = (costMs: number): number => {
      let cpu = 0;
      const budget = redrawBudget(() => cpu);
      for (let frame = 0; frame < 100; frame++)
        budget.spend(() => {
          cpu += costMs;
        });
      return budget.intervalMs();
    };
    expect(intervalAfter(1)).toBe(100);
    expect(intervalAfter(21)).toBeCloseTo(300, 0);
    expect(intervalAfter(500)).toBe(1_000);
  });
});

describe('what is written behind a painted screen', () => {
  it('is held back, and let out when the screen is gone', () => {
    const written: string[] = [];
    const stream = {write: (text: string) => written.push(text) > 0} as unknown as NodeJS.WriteStream;
    const release = holdBack(stream);
    stream.write('(node:1) Warning: ');
    stream.write(Buffer.from('something\n'));
    expect(written).toEqual([]);
    release();
    stream.write('after\n');
    expect(written).toEqual(['(node:1) Warning: something\n', 'after\n']);
  });
});
