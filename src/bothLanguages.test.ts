import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {datasets} from './datasets/index.ts';
import {metrics} from './metrics/index.ts';
import {models} from './models/index.ts';
import {Architecture, DatasetSpec, Estimator, Objective, Primitive} from './protocol/index.ts';

const SIDECAR = join(import.meta.dirname, '../py/imu_sidecar');

/** `simNpo` → sim_npo.py: one file per kind, of the same name. */
const isKnownTo = (folder: string, kind: string): boolean =>
  existsSync(join(SIDECAR, folder, `${kind.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}.py`));

const kindsOf = (union: {options: readonly {shape: {kind: {value: unknown}}}[]}): string[] =>
  union.options.map(({shape}) => String(shape.kind.value));

describe('what one language names, the other knows', () => {
  it.each([
    ['objectives', kindsOf(Objective)],
    ['influence', kindsOf(Estimator)],
    ['models', kindsOf(Architecture)],
    ['data', kindsOf(DatasetSpec)],
    ['primitives', [...Primitive.options]],
  ])('every kind of %s has its file in the sidecar', (folder, kinds) => {
    expect(kinds.filter((kind) => !isKnownTo(folder, kind))).toEqual([]);
  });

  it('every card is of a kind that the contract has, and the other way round', () => {
    const kinds = (cards: Readonly<Record<string, {readonly kind: string}>>) =>
      Object.values(cards).map(({kind}) => kind);
    expect(kinds(models).sort()).toEqual(kindsOf(Architecture).sort());
    expect(kinds(datasets).sort()).toEqual(kindsOf(DatasetSpec).sort());
    expect(
      Object.values(metrics)
        .map(({primitive}) => primitive)
        .sort(),
    ).toEqual([...Primitive.options].sort());
  });
});
