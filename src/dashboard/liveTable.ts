import {type TableModel, tableOfProjection} from '../report/aggregate.ts';
import {type Verdict, verdictOf} from '../report/verdict.ts';
import type {Manifest} from '../store/manifest.ts';
import {type Projection, taskByKey} from '../store/projection.ts';

/** The table and its verdict as far as a run has come. */
export interface LiveTable {
  table(projection: Projection): TableModel;
  verdict(projection: Projection): Verdict;
}

/** Share of a core that bringing a table up to date may take while results pour in. */
const SHARE = 0.03;

/** Made when it is looked at and metrics have changed; those of a large suite not at once, and surely when the run has ended. */
export function liveTable(manifest: Manifest): LiveTable {
  const table = upToDate((projection) => tableOfProjection(manifest, projection));
  const verdict = upToDate((projection) =>
    verdictOf(manifest, table(projection), (key) => {
      const task = taskByKey(projection, key);
      return task?.state === 'finished' || task?.state === 'found' ? task.seconds : null;
    }),
  );
  return {table, verdict};
}

function upToDate<T>(make: (projection: Projection) => T): (projection: Projection) => T {
  let known: {readonly made: T; readonly version: number; readonly plan: unknown; readonly validUntil: number} | null =
    null;
  return (projection) => {
    const {metricsVersion: version, indexByKey: plan, run} = projection;
    const begun = performance.now();
    const isCurrent = known !== null && known.version === version && known.plan === plan;
    const mayWait = known !== null && known.plan === plan && begun < known.validUntil && run?.seconds == null;
    if (known !== null && (isCurrent || mayWait)) return known.made;
    const made = make(projection);
    const ended = performance.now();
    known = {made, version, plan, validUntil: ended + (ended - begun) / SHARE};
    return made;
  };
}
