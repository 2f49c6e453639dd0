import type {JournalEntry} from '../store/index.ts';

/** The last entries of a journal, so that a viewer that was away for a while need not begin anew. */
export interface RecentEntries {
  push(entry: JournalEntry): void;
  /** What follows `seq`, oldest first; null when some of it is not here any more. */
  since(seq: number): readonly JournalEntry[] | null;
  /** 0 before the first. */
  readonly lastSeq: number;
}

interface Bounds {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** Hours of a usual run, or some minutes of a very busy one. */
const BOUNDS: Bounds = {maxEntries: 20_000, maxBytes: 8 * 1024 * 1024};

/** Holds entries as they are, since nobody may ever ask: their size is an estimate, made without serialising. */
export function recentEntries({maxEntries, maxBytes}: Bounds = BOUNDS): RecentEntries {
  let entries: JournalEntry[] = [];
  let sizes: number[] = [];
  /** Entries before this one were dropped; they leave the arrays by the half, so that dropping one costs nothing. */
  let start = 0;
  let numBytes = 0;
  let lastSeq = 0;

  function dropFirst(): void {
    numBytes -= sizes[start] ?? 0;
    start += 1;
    if (start * 2 < entries.length) return;
    entries = entries.slice(start);
    sizes = sizes.slice(start);
    start = 0;
  }

  return {
    get lastSeq() {
      return lastSeq;
    },
    push(entry) {
      // Somebody else wrote in between: what is here does not lead up to this entry.
      if (entry.seq !== lastSeq + 1) {
        [entries, sizes, start, numBytes] = [[], [], 0, 0];
      }
      lastSeq = entry.seq;
      const size = roughBytes(entry);
      entries.push(entry);
      sizes.push(size);
      numBytes += size;
      while (entries.length - start > maxEntries || (numBytes > maxBytes && entries.length > start)) dropFirst();
    },
    since(seq) {
      if (seq >= lastSeq) return [];
      const firstSeq = lastSeq + 1 - (entries.length - start);
      return seq + 1 < firstSeq ? null : entries.slice(start + seq + 1 - firstSeq);
    },
  };
}

/** About what a value takes as JSON. */
function roughBytes(value: unknown): number {
  if (typeof value === 'string') return value.length + 3;
  if (typeof value !== 'object' || value === null) return 8;
  let numBytes = 2;
  // Faster than over keys or entries, and every event is plain data.
  for (const key in value) numBytes += key.length + 4 + roughBytes(value[key as keyof typeof value]);
  return numBytes;
}
