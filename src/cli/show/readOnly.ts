import {existsSync, readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {BadInput, parse} from '../../protocol/index.ts';
import {type Evidence, evidenceOf, type TableModel, tableOfResults} from '../../report/index.ts';
import type {Manifest, StoredObject, TaskResult} from '../../store/index.ts';
import {type Objects, openObjects} from '../../store/objects.ts';
import {openResults, type Results} from '../../store/results.ts';
import {listRuns} from '../../store/runs.ts';

/** A store that is only looked at: opening it sweeps nothing, and what is damaged is told and stays where it lies. */
export interface ReadOnlyStore {
  readonly root: string;
  /** Newest first. */
  readonly manifests: readonly Manifest[];
  /** As written, null where there is none. */
  result(key: string): TaskResult | 'damaged' | null;
  readonly objects: Pick<Objects, 'isPresent' | 'verify' | 'pathOf'>;
  /** Of results that can be believed. */
  readonly evidence: Evidence;
}

/** Throws BadInput for a folder that runs were never kept in. */
export function openReadOnly(out: string, who: string): ReadOnlyStore {
  const root = resolve(out);
  if (!['objects', 'results'].every((folder) => existsSync(join(root, folder))))
    throw new BadInput({
      who,
      field: '--out',
      value: out,
      problem: `holds nothing to show: ${root} is no folder that runs were kept in`,
      allowed: 'a folder that runs were kept in',
      nearest: null,
    });
  const results: Results = openResults(root, refuseToWrite);
  const objects = openObjects(join(root, 'objects'), join(root, 'tmp'));
  const read = new Map<string, TaskResult | 'damaged' | null>();
  const result = (key: string): TaskResult | 'damaged' | null => {
    if (!read.has(key)) read.set(key, results.read(key));
    return read.get(key) ?? null;
  };
  const findResult = (key: string): TaskResult | null => {
    const found = result(key);
    return found === 'damaged' ? null : found;
  };
  return {
    root,
    manifests: listRuns(root).map(({directory}) => readManifest(directory)),
    result,
    objects,
    evidence: evidenceOf({findResult, objectPath: (object: StoredObject) => objects.pathOf(object)}),
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

function readManifest(directory: string): Manifest {
  return parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as Manifest;
}

function refuseToWrite(): never {
  throw new Error('this store is only read');
}
