import {describe, expect, it} from 'vitest';
import {foldAll} from '../store/fold.ts';
import {recordedRun} from './fixtures/recordedRun.ts';
import {cursorOf, findEntry, mergedLog} from './logEntries.ts';
import {initialScreen} from './screenState.ts';

const {records} = recordedRun();
const at = (share: number) => foldAll(records.slice(0, Math.floor(records.length * share)));

describe('the merged log', () => {
  it('has what was said and what became of tasks and lanes, by time', () => {
    const said = {
      at: (records[0]?.at ?? 0) + 20_000,
      source: 'lane 0',
      key: null,
      level: 'info' as const,
      message: 'said',
    };
    const entries = mergedLog({...at(1), log: [said]});
    expect(entries.map((entry) => entry.at)).toEqual(entries.map((entry) => entry.at).toSorted((a, b) => a - b));
    expect(entries).toContain(said);
    expect(entries.filter(({message}) => message.startsWith('done in'))).toHaveLength(55);
    expect(entries.find(({level}) => level === 'error')?.message).toContain(
      'NON_FINITE: descend: the loss is NaN at step 31',
    );
  });

  it('keeps the entry of an event, whatever else happens', () => {
    const before = mergedLog(at(0.5));
    const after = mergedLog(at(0.9));
    const done = before.filter(({level}) => level === 'info');
    expect(done.length).toBeGreaterThan(10);
    for (const entry of done)
      expect(after.map(({message, source}) => `${source} ${message}`)).toContain(`${entry.source} ${entry.message}`);
    const projection = at(0.5);
    const one = mergedLog(projection).at(-1);
    expect(mergedLog({...projection, tasks: [...projection.tasks]}).at(-1)).toBe(one);
  });
});

describe('the cursor of the log', () => {
  const entries = mergedLog(at(0.5));

  it('stays where its line was when that is no longer shown', () => {
    const gone = {at: (entries[10]?.at ?? 0) + 0.5, source: 's', key: null, level: 'info' as const, message: 'gone'};
    expect(cursorOf(entries, {...initialScreen, logEntry: entries[3] ?? null})).toBe(3);
    expect(entries[cursorOf(entries, {...initialScreen, logEntry: gone})]?.at).toBe(entries[10]?.at);
    expect(cursorOf(entries, initialScreen)).toBe(entries.length - 1);
  });
});

describe('the search', () => {
  const entries = ['one', 'two', 'one more'].map((message, index) => ({
    at: index,
    source: 's',
    key: null,
    level: 'info' as const,
    message,
  }));

  it('goes on from the other end, in both directions', () => {
    expect(findEntry(entries, 2, 'ONE', 1)).toBe(entries[0]);
    expect(findEntry(entries, 0, 'one', -1)).toBe(entries[2]);
    expect(findEntry(entries, 0, 'three', 1)).toBeNull();
    expect(findEntry([], 0, 'one', 1)).toBeNull();
  });
});
