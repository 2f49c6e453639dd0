import {fold} from '../store/fold.ts';
import {type JournalEntry, readProjection} from '../store/index.ts';
import {type Projection, recordOf} from '../store/projection.ts';

/** The fold of a run's whole journal, as of the last entry that was published. */
export interface WholeProjection {
  publish(entry: JournalEntry): void;
  get(): Projection;
}

/**
 * An orchestrator's own projection knows the sessions it has seen itself. That is all in a run's first session; of one that was taken up again
 * the journal is read, and folded along from then on, once somebody asks.
 */
export function wholeProjection(directory: string, ownProjection: () => Projection): WholeProjection {
  let lastSeq = 0;
  let ownIsWhole = true;
  let folded: Projection | null = null;
  return {
    publish(entry) {
      if (entry.seq !== lastSeq + 1) {
        ownIsWhole = false;
        folded = null;
      }
      lastSeq = entry.seq;
      if (folded !== null) folded = fold(folded, recordOf(entry));
    },
    get() {
      if (ownIsWhole) return ownProjection();
      folded ??= readProjection(directory).projection;
      return folded;
    },
  };
}
