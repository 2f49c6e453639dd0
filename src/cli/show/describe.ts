import {
  type CellExplanation,
  explainCell,
  explainTask,
  type GapToRetrain,
  type Provenance,
  type TaskExplanation,
  verdictOf,
} from '../../report/index.ts';
import type {Manifest, StoredObject} from '../../store/index.ts';
import type {Found} from './find.ts';
import {type ReadOnlyStore, tableIn} from './readOnly.ts';

/** Everything that is known of what was asked for: what `--json` prints, and what the card for people is made from. */
export type Shown = ShownCell | ShownTask | ShownObject | ShownRun;

export interface ShownCell extends CellExplanation {
  readonly kind: 'cell';
  readonly gapToRetrain: GapToRetrain | null;
  /** Mean of the Retrain row in this column; null where there is none. */
  readonly retrain: number | null;
  /** Evaluations of the row that the plan has and the store has not. */
  readonly missing: readonly TaskName[];
}

export interface ShownTask {
  readonly kind: 'task';
  readonly state: TaskState;
  /** Runs whose plan has it. */
  readonly runs: readonly string[];
  readonly task: TaskExplanation;
  readonly spec: Readonly<Record<string, unknown>>;
  /** Role → task that it takes it from. */
  readonly inputs: Readonly<Record<string, TaskName>>;
  readonly usedBy: readonly TaskName[];
  /** Artefacts that are gone, or not of the size they were written with. */
  readonly lostArtefacts: readonly string[];
}

export interface ShownObject {
  readonly kind: 'object';
  readonly object: StoredObject;
  readonly path: string;
  /** Whether its bytes are still those of its hash. */
  readonly isWhole: boolean;
  readonly madeBy: readonly (TaskName & {readonly role: string})[];
  readonly usedBy: readonly (TaskName & {readonly role: string})[];
}

export interface ShownRun {
  readonly kind: 'run';
  readonly title: string;
  readonly provenance: Provenance;
  readonly rows: readonly {
    readonly id: string;
    readonly label: string;
    readonly method: string;
    readonly profile: string;
  }[];
  readonly columns: readonly string[];
  readonly states: Readonly<Record<TaskState, number>>;
  readonly sentences: readonly string[];
}

export interface TaskName {
  readonly key: string;
  readonly id: string;
  readonly state: TaskState;
}

/** `absent`: not run yet, or set aside. */
export type TaskState = 'done' | 'damaged' | 'absent';

export async function describe(found: Found, store: ReadOnlyStore): Promise<Shown> {
  switch (found.kind) {
    case 'cell':
      return describeCell(found.manifest, found.row, found.column, store);
    case 'task':
      return describeTask(found.key, found.manifests, store);
    case 'object':
      return describeObject(found.object, store);
    case 'run':
      return describeRun(found.manifest, store);
  }
}

function describeCell(manifest: Manifest, row: string, column: string, store: ReadOnlyStore): ShownCell {
  const table = tableIn(manifest, store);
  const explanation = explainCell(manifest, table, row, column, store.evidence);
  if (explanation === null) throw new Error(`the table of ${manifest.runId} has no cell ${row}/${column}`);
  const there = new Set(explanation.cell.values.map(({taskKey}) => taskKey));
  const own = manifest.plan.tasks.filter((task) => task.spec.kind === 'evaluate' && task.row === row);
  const retrained = table.rows.find(({model}) => model === 'retrainedModel');
  return {
    kind: 'cell',
    ...explanation,
    gapToRetrain: verdictOf(manifest, table, () => null).rows.find(({id}) => id === row)?.gaps[column] ?? null,
    retrain: retrained?.cells[column]?.mean ?? null,
    missing: own.filter(({key}) => !there.has(key)).map((task) => nameOf(task, store)),
  };
}

function describeTask(key: string, manifests: readonly Manifest[], store: ReadOnlyStore): ShownTask {
  const [manifest] = manifests;
  const task = manifest?.plan.tasks.find((planned) => planned.key === key);
  const explanation = manifest === undefined ? null : explainTask(manifest, key, store.evidence);
  if (manifest === undefined || task === undefined || explanation === null)
    throw new Error(`no plan has the task ${key}`);
  const named = (input: string): TaskName => {
    const source = manifest.plan.tasks.find((planned) => planned.key === input);
    return nameOf({key: input, id: source?.id ?? input}, store);
  };
  return {
    kind: 'task',
    state: stateOf(key, store),
    runs: manifests.map(({runId}) => runId),
    task: explanation,
    spec: task.spec,
    inputs: Object.fromEntries(Object.entries(task.inputs).map(([role, input]) => [role, named(input)])),
    usedBy: everyTask(manifests)
      .filter(({inputs}) => Object.values(inputs).includes(key))
      .map((user) => nameOf(user, store)),
    lostArtefacts: Object.entries(explanation.artefacts).flatMap(([role, object]) =>
      store.objects.isPresent(object) ? [] : [role],
    ),
  };
}

async function describeObject(object: StoredObject, store: ReadOnlyStore): Promise<ShownObject> {
  const tasks = everyTask(store.manifests);
  const madeBy = tasks.flatMap((task) =>
    Object.entries(store.evidence.result(task.key)?.artefacts ?? {}).flatMap(([role, {sha256}]) =>
      sha256 === object.sha256 ? [{...nameOf(task, store), role}] : [],
    ),
  );
  const usedBy = tasks.flatMap((task) =>
    Object.entries(task.inputs).flatMap(([role, input]) =>
      madeBy.some((maker) => maker.key === input && maker.role === artefactOf(role))
        ? [{...nameOf(task, store), role}]
        : [],
    ),
  );
  const isWhole = await store.objects.verify(object);
  return {kind: 'object', object, path: store.objects.pathOf(object), isWhole, madeBy, usedBy};
}

function describeRun(manifest: Manifest, store: ReadOnlyStore): ShownRun {
  const {plan, suite} = manifest;
  const table = tableIn(manifest, store);
  const states = Object.groupBy(plan.tasks, ({key}) => stateOf(key, store));
  const count = (state: TaskState): number => states[state]?.length ?? 0;
  return {
    kind: 'run',
    title: plan.title,
    provenance: table.provenance,
    rows: suite.rows.map(({id, label, method, profile}) => ({id, label, method, profile})),
    columns: suite.columns.map(({id}) => id),
    states: {done: count('done'), damaged: count('damaged'), absent: count('absent')},
    sentences: verdictOf(manifest, table, (key) => store.evidence.result(key)?.seconds ?? null).sentences,
  };
}

/** A reference is a model as any other: role of an input → role of the artefact that is taken. */
const artefactOf = (inputRole: string): string => (inputRole === 'reference' ? 'model' : inputRole);

const stateOf = (key: string, store: ReadOnlyStore): TaskState => {
  const result = store.result(key);
  return result === null ? 'absent' : result === 'damaged' ? 'damaged' : 'done';
};

const nameOf = ({key, id}: {readonly key: string; readonly id: string}, store: ReadOnlyStore): TaskName => ({
  key,
  id,
  state: stateOf(key, store),
});

/** Of all runs, each key once. */
const everyTask = (manifests: readonly Manifest[]) => [
  ...new Map(manifests.flatMap(({plan}) => plan.tasks.map((task) => [task.key, task]))).values(),
];
