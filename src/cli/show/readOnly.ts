import {existsSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {BadInput} from '../../protocol/index.ts';
import {type Evidence, evidenceOf, type TableModel, tableOfResults} from '../../report/index.ts';
import type {Manifest, TaskResult} from '../../store/index.ts';
import {lookIntoStore, type StoreLook} from '../../store/lookInto.ts';
import {readManifestFile} from '../../store/manifestFile.ts';
import {listRuns} from '../../store/runs.ts';
import {locateRun} from '../findRun.ts';

/** A store that is only looked at: opening it sweeps nothing, and what is damaged is told and stays where it lies. */
export interface ReadOnlyStore {
  readonly root: string;
  /** Of the runs that are looked through, newest first; runs of a newer imu are passed over. */
  readonly manifests: readonly Manifest[];
  /** As written, null where there is none. */
  result(key: string): TaskResult | 'damaged' | null;
  readonly objects: StoreLook['objects'];
  /** Of results that can be believed. */
  readonly evidence: Evidence;
}

/** `run`, an id or a path, narrows it to that run. Throws BadInput for a run that is not there, and for a folder that runs were never kept in. */
export async function openReadOnly(out: string, run: string | null, who: string): Promise<ReadOnlyStore> {
  const located = run === null ? null : await locateRun(run, out, who);
  const root = located?.root ?? storeIn(out, who);
  const {readResult, objectPath, objects} = lookIntoStore(root);
  const read = new Map<string, TaskResult | 'damaged' | null>();
  const result = (key: string): TaskResult | 'damaged' | null => {
    if (!read.has(key)) read.set(key, readResult(key));
    return read.get(key) ?? null;
  };
  const findResult = (key: string): TaskResult | null => {
    const found = result(key);
    return found === 'damaged' ? null : found;
  };
  return {
    root,
    manifests: located === null ? manifestsIn(root) : [located.manifest],
    result,
    objects,
    evidence: evidenceOf({findResult, objectPath}),
  };
}

/** A run's table from the results that can be believed. */
export function tableIn(manifest: Manifest, {evidence}: ReadOnlyStore): TableModel {
  const evaluations = manifest.plan.tasks.filter(({spec}) => spec.kind === 'evaluate');
  return tableOfResults(
    manifest,
    new Map(
      evaluations.flatMap(({key}): [string, TaskResult][] => {
        const result = evidence.result(key);
        return result === null ? [] : [[key, result]];
      }),
    ),
  );
}

function storeIn(out: string, who: string): string {
  const root = resolve(out);
  if (['objects', 'results'].every((folder) => existsSync(join(root, folder)))) return root;
  throw new BadInput({
    who,
    field: '--out',
    value: out,
    problem: `holds nothing to show: ${root} is no folder that runs were kept in`,
    allowed: 'a folder that runs were kept in',
    nearest: null,
  });
}

const manifestsIn = (root: string): Manifest[] =>
  listRuns(root).flatMap(({directory}) => {
    const reading = readManifestFile(directory);
    return reading.kind === 'read' ? [reading.manifest] : [];
  });
