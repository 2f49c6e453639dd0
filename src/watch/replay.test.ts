import {describe, expect, it} from 'vitest';
import {hugeRun} from '../store/fixtures/hugeRun.ts';
import {foldAll} from '../store/fold.ts';
import {type EventRecord, recordOf} from '../store/projection.ts';
import {projectionStore} from '../store/projectionStore.ts';
import {replay} from './replay.ts';

const never = new AbortController().signal;

describe('a replay', () => {
  it('ends in the state that the run ended in', async () => {
    const entries = [...hugeRun({numRows: 2, numTrainSeeds: 2, numUnlearnSeeds: 2, numEvents: 2_000}).entries()];
    const records = entries.map(recordOf);
    const store = projectionStore();
    await replay({records, speed: 1e6, onRecord: store.push, signal: never}).finished;
    expect(store.get()).toEqual(foldAll(records));
  });

  it('has a clock that stays within what is shown, and stops where it is told to', async () => {
    const stop = new AbortController();
    const records = [0, 1_000, 1_000_000].map(
      (at, index): EventRecord => ({seq: index + 1, at, event: {type: 'runPaused'}}),
    );
    const shown: [number, number][] = [];
    const playing = replay({
      records,
      speed: 100,
      onRecord(record) {
        shown.push([record.seq, Math.floor(playing.clock())]);
        if (record.seq === 2) setTimeout(() => stop.abort(), 20);
      },
      signal: stop.signal,
    });
    await playing.finished;
    expect(shown).toEqual([
      [1, 0],
      [2, 1_000],
    ]);
    expect(playing.clock()).toBeGreaterThanOrEqual(1_000);
    expect(playing.clock()).toBeLessThanOrEqual(1_000_000);
  });
});
