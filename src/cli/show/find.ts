import {BadInput, nearest} from '../../protocol/index.ts';
import type {Manifest, StoredObject} from '../../store/index.ts';
import type {ReadOnlyStore} from './readOnly.ts';

/** What a word names in a store. */
export type Found =
  | {readonly kind: 'run'; readonly manifest: Manifest}
  | {readonly kind: 'cell'; readonly manifest: Manifest; readonly row: string; readonly column: string}
  /** In every run whose plan has it, newest first. */
  | {readonly kind: 'task'; readonly key: string; readonly manifests: readonly Manifest[]}
  | {readonly kind: 'object'; readonly object: StoredObject};

/** The one thing that the word names. Throws BadInput that lists what it may be, where it names several, or what is nearest, where it names none. */
export function find(word: string, store: ReadOnlyStore, who: string): Found {
  const {manifests} = store;
  const found = [
    ...runs(word, manifests),
    ...cells(word, manifests),
    ...tasksById(word, manifests),
    ...(/^[0-9a-f]{4,64}$/i.test(word) ? byHash(word.toLowerCase(), store) : []),
  ];
  const [only, second] = found;
  if (only !== undefined && second === undefined) return only;
  const about = {who, field: 'KEY', value: word};
  if (only !== undefined)
    throw new BadInput({
      ...about,
      problem: `names ${found.length} things`,
      allowed: [...new Set(found.map((one) => nameOf(one, found)))],
      nearest: null,
    });
  throw new BadInput({
    ...about,
    problem: 'is nothing that is kept here',
    allowed: `a run, ROW/COLUMN, a task's id or key, or an object's sha256 (of keys and hashes, 4 digits or more); runs: ${manifests.map(({runId}) => runId).join(', ') || 'none'}`,
    nearest: nearest(word, knownNames(manifests)),
  });
}

function runs(word: string, manifests: readonly Manifest[]): Found[] {
  return manifests.filter(({runId}) => runId === word).map((manifest) => ({kind: 'run', manifest}));
}

function cells(word: string, manifests: readonly Manifest[]): Found[] {
  const [row = '', column = '', ...rest] = word.split('/');
  if (rest.length > 0) return [];
  return manifests
    .filter(({suite}) => suite.rows.some(({id}) => id === row) && suite.columns.some(({id}) => id === column))
    .map((manifest) => ({kind: 'cell', manifest, row, column}));
}

const tasksById = (word: string, manifests: readonly Manifest[]): Found[] => tasks(manifests, ({id}) => id === word);

function byHash(prefix: string, store: ReadOnlyStore): Found[] {
  return [...tasks(store.manifests, ({key}) => key.startsWith(prefix)), ...objects(prefix, store)];
}

/** Of every key once, with all the runs that have it. */
function tasks(
  manifests: readonly Manifest[],
  isMeant: (task: {readonly id: string; readonly key: string}) => boolean,
): Found[] {
  const keys = new Set(manifests.flatMap(({plan}) => plan.tasks.filter(isMeant).map(({key}) => key)));
  return [...keys].map((key) => ({
    kind: 'task',
    key,
    manifests: manifests.filter(({plan}) => plan.tasks.some((task) => task.key === key)),
  }));
}

function objects(prefix: string, store: ReadOnlyStore): Found[] {
  const {manifests} = store;
  const keys = new Set(manifests.flatMap(({plan}) => plan.tasks.map(({key}) => key)));
  const left = [...keys].flatMap((key) => Object.values(store.evidence.result(key)?.artefacts ?? {}));
  const meant = new Map(left.filter(({sha256}) => sha256.startsWith(prefix)).map((object) => [object.sha256, object]));
  return [...meant.values()].map((object) => ({kind: 'object', object}));
}

/** Said so that it names the one alone; of a cell and a task of several runs, the run too. */
function nameOf(found: Found, all: readonly Found[]): string {
  switch (found.kind) {
    case 'run':
      return found.manifest.runId;
    case 'cell':
      return `${found.row}/${found.column} --run ${found.manifest.runId}`;
    case 'task': {
      const {id = ''} = found.manifests[0]?.plan.tasks.find(({key}) => key === found.key) ?? {};
      return `${shortest(found.key, all)} (task ${id} of ${found.manifests.map(({runId}) => runId).join(', ')})`;
    }
    case 'object':
      return `${shortest(found.object.sha256, all)} (object)`;
  }
}

/** The shortest prefix, of 8 digits or more, that no other candidate has. */
function shortest(hash: string, all: readonly Found[]): string {
  const others = all.flatMap((one) => (one.kind === 'task' ? one.key : one.kind === 'object' ? one.object.sha256 : []));
  let length = 8;
  while (length < hash.length && others.some((other) => other !== hash && other.startsWith(hash.slice(0, length))))
    length++;
  return hash.slice(0, length);
}

function* knownNames(manifests: readonly Manifest[]): Generator<string> {
  for (const {runId, suite, plan} of manifests) {
    yield runId;
    for (const row of suite.rows) for (const column of suite.columns) yield `${row.id}/${column.id}`;
    for (const {id} of plan.tasks) yield id;
  }
}
