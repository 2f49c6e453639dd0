import {existsSync} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import {BadInput} from '../protocol/index.ts';
import type {RunRecord, Store} from '../store/index.ts';

export interface FoundRun {
  readonly store: Store;
  readonly run: RunRecord;
}

/** The run that a word names: its id with `--out`, or the path of its directory. Throws BadInput where there is none. */
export async function findRun(word: string, out: string, who: string): Promise<FoundRun> {
  const {openStore} = await import('../store/index.ts');
  const [root, id] = locate(word, out);
  // Opening a store makes what is missing: a place that never was one stays as it is.
  if (!['objects', 'results'].every((part) => existsSync(join(root, part)))) {
    const isOut = root === resolve(out);
    throw new BadInput({
      who,
      field: isOut ? '--out' : 'run',
      value: isOut ? out : word,
      problem: `names no run: ${root} is no folder that runs were kept in`,
      allowed: 'a run id with --out, or the path of a run directory',
      nearest: null,
    });
  }
  const store = openStore(root);
  return {store, run: store.readRun(knownRun(store, id, who))};
}

/** A path names its own store. */
function locate(word: string, out: string): [root: string, id: string] {
  const path = resolve(word);
  return word.includes('/') || existsSync(resolve(path, 'manifest.json'))
    ? [dirname(path), basename(path)]
    : [resolve(out), word];
}

function knownRun(store: Store, id: string, who: string): string {
  const ids = store.listRuns().map(({runId}) => runId);
  if (ids.includes(id)) return id;
  throw new BadInput({
    who,
    field: 'run',
    value: id,
    problem: 'is not a run here',
    allowed: ids.length > 0 ? ids : `no run is kept in ${store.root}`,
  });
}
