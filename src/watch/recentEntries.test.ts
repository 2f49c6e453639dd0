import {describe, expect, it} from 'vitest';
import type {JournalEntry} from '../store/index.ts';
import {recentEntries} from './recentEntries.ts';

const entry = (seq: number, message = ''): JournalEntry => ({
  seq,
  at: '2026-01-01T00:00:00.000Z',
  event: {type: 'logged', source: 'test', level: 'info', message},
});

const seqsSince = (recent: ReturnType<typeof recentEntries>, seq: number) =>
  recent.since(seq)?.map((known) => known.seq) ?? null;

describe('recent entries', () => {
  it('are told from any place that they still lead to', () => {
    const recent = recentEntries({maxEntries: 4, maxBytes: 1e6});
    for (let seq = 1; seq <= 10; seq++) recent.push(entry(seq));
    expect(recent.lastSeq).toBe(10);
    expect([10, 9, 6, 5, 0].map((seq) => seqsSince(recent, seq))).toEqual([[], [10], [7, 8, 9, 10], null, null]);
    // Somebody who has read the journal may be ahead of what was published.
    expect(seqsSince(recent, 12)).toEqual([]);
  });

  it('are kept by weight as well as by number', () => {
    const recent = recentEntries({maxEntries: 1_000, maxBytes: 10_000});
    for (let seq = 1; seq <= 100; seq++) recent.push(entry(seq, 'x'.repeat(1_000)));
    const kept = recent.since(recent.lastSeq - 5)?.length;
    expect(kept).toBe(5);
    expect(seqsSince(recent, 50)).toBeNull();
    recent.push(entry(101, 'x'.repeat(20_000)));
    expect(seqsSince(recent, 100)).toBeNull();
    recent.push(entry(102));
    expect(seqsSince(recent, 101)).toEqual([102]);
  });

  it('begin anew where somebody else wrote in between', () => {
    const recent = recentEntries();
    for (const seq of [1, 2, 3, 7, 8]) recent.push(entry(seq));
    expect(seqsSince(recent, 3)).toBeNull();
    expect(seqsSince(recent, 6)).toEqual([7, 8]);
  });
});
