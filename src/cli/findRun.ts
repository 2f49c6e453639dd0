import {existsSync} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import {BadInput, toFailure} from '../protocol/index.ts';
import type {Manifest, RunRecord, Store} from '../store/index.ts';

export interface FoundRun {
  readonly store: Store;
  readonly run: RunRecord;
}

/**
 * The run that a word names: its id with `--out`, or the path of its directory. Throws BadInput where there is none, INVALID_REQUEST
 * where a newer imu wrote it.
 */
export async function findRun(word: string, out: string, who: string): Promise<FoundRun> {
  const [{openStore}, {isRunId}] = await Promise.all([import('../store/index.ts'), import('../store/runName.ts')]);
  const [root, id] = locateStore(word, out, who);
  const store = openStore(root);
  if (!isRunId(id)) return throwUnknown(root, id, who);
  try {
    return {store, run: store.readRun(id)};
  } catch (thrown) {
    return toFailure(thrown).code === 'ASSET_MISSING' ? throwUnknown(root, id, who) : Promise.reject(thrown);
  }
}

export interface LocatedRun {
  readonly root: string;
  readonly directory: string;
  readonly manifest: Manifest;
}

/** As `findRun`, without opening the store: nothing is written, swept or locked. */
export async function locateRun(word: string, out: string, who: string): Promise<LocatedRun> {
  const [root, id] = locateStore(word, out, who);
  return (await located(root, id)) ?? throwUnknown(root, id, who);
}

/** The newest run of which `isPreferred` holds, else the newest. Throws BadInput where none is kept. */
export async function locateNewestRun(
  out: string,
  who: string,
  isPreferred: (directory: string) => boolean,
): Promise<LocatedRun> {
  const {listRuns} = await import('../store/runs.ts');
  const root = resolve(out);
  requireStore(root, who, '--out', out);
  const runs = listRuns(root);
  const run = runs.find(({directory}) => isPreferred(directory)) ?? runs[0];
  const found = run === undefined ? null : await located(root, run.runId);
  if (found !== null) return found;
  const allowed = 'a folder that runs are kept in';
  throw new BadInput({who, field: '--out', value: out, problem: 'holds no run', allowed});
}

async function located(root: string, id: string): Promise<LocatedRun | null> {
  const [{readManifest}, {isRunId}] = await Promise.all([import('../store/runs.ts'), import('../store/runName.ts')]);
  const directory = join(root, id);
  const manifest = isRunId(id) ? readManifest(directory) : null;
  return manifest === null ? null : {root, directory, manifest};
}

function locateStore(word: string, out: string, who: string): [root: string, id: string] {
  const [root, id] = locate(word, out);
  const isOut = root === resolve(out);
  requireStore(root, who, isOut ? '--out' : 'run', isOut ? out : word);
  return [root, id];
}

/** Opening a store makes what is missing: a place that never was one stays as it is. */
function requireStore(root: string, who: string, field: string, value: string): void {
  if (['objects', 'results'].every((part) => existsSync(join(root, part)))) return;
  throw new BadInput({
    who,
    field,
    value,
    problem: `names no run: ${root} is no folder that runs were kept in`,
    allowed: 'a run id with --out, or the path of a run directory',
    nearest: null,
  });
}

/** A path names its own store. */
function locate(word: string, out: string): [root: string, id: string] {
  const path = resolve(word);
  return word.includes('/') || existsSync(resolve(path, 'manifest.json'))
    ? [dirname(path), basename(path)]
    : [resolve(out), word];
}

async function throwUnknown(root: string, id: string, who: string): Promise<never> {
  const {listRuns} = await import('../store/runs.ts');
  const ids = listRuns(root).map(({runId}) => runId);
  const isUnreadable = existsSync(join(root, id, 'manifest.json'));
  throw new BadInput({
    who,
    field: 'run',
    value: id,
    problem: isUnreadable ? 'has a manifest that cannot be read' : 'is not a run here',
    allowed: ids.length > 0 ? ids : `no run is kept in ${root}`,
  });
}
