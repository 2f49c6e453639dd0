import {datasets} from '../../datasets/index.ts';
import {type DatasetSpec, ImuError, type Selection} from '../../protocol/index.ts';

/** Sets and groups as the card of the data set says; the samples themselves are nowhere. */
export interface FakeDataset {
  readonly identity: string;
  readonly sets: readonly {readonly name: string; readonly numSamples: number}[];
  readonly groups: readonly string[];
  /** Set → groups that are in it. */
  readonly groupsOf: Readonly<Record<string, readonly string[]>>;
}

export function fakeDataset(spec: DatasetSpec, identity: string): FakeDataset {
  const card = Object.values(datasets).find((candidate) => candidate.kind === spec.kind);
  if (card === undefined) throw new ImuError('INVALID_REQUEST', `no data set has the kind ${spec.kind}`);
  const groupsOf = Object.fromEntries(Object.entries(card.sets).map(([name, {groups}]) => [name, groups]));
  return {
    identity,
    sets: Object.entries(card.numSamples(spec)).map(([name, numSamples]) => ({name, numSamples})),
    groups: [...new Set(Object.values(groupsOf).flat())],
    groupsOf,
  };
}

/** Group of every sample of a selection, as an index into the data set's groups. Throws INVALID_REQUEST on an unknown set. */
export function selectGroups(dataset: FakeDataset, {sets, limit}: Selection): Int32Array {
  const groups = sets.flatMap((name) => {
    const set = dataset.sets.find((candidate) => candidate.name === name);
    const members = dataset.groupsOf[name] ?? [];
    if (set === undefined || members.length === 0)
      throw new ImuError('INVALID_REQUEST', `the data set has no set '${name}'`, {
        hint: `Its sets are ${dataset.sets.map((known) => known.name).join(', ')}.`,
      });
    return Array.from({length: set.numSamples}, (_, index) =>
      dataset.groups.indexOf(members[index % members.length] ?? ''),
    );
  });
  return Int32Array.from(limit === null ? groups : groups.slice(0, limit));
}
