import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {stringify} from '../protocol/index.ts';
import {hugeRun} from './fixtures/hugeRun.ts';
import type {Manifest} from './manifest.ts';
import {manifestText, newerFormatOf, readManifestFile} from './manifestFile.ts';

const {manifest} = hugeRun({numRows: 4, numTrainSeeds: 3, numUnlearnSeeds: 3});

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'imu-manifest-'));
});

afterEach(() => rmSync(folder, {recursive: true}));

function read(text: string): ReturnType<typeof readManifestFile> {
  writeFileSync(join(folder, 'manifest.json'), text);
  return readManifestFile(folder);
}

describe('a manifest', () => {
  test('is read as it was written, and is a fraction of what its tasks would say one by one', () => {
    const text = manifestText(manifest);
    expect(read(text)).toEqual({kind: 'read', manifest});
    expect(text.length).toBeLessThan(stringify(manifest).length / 3);
  });

  test('in which every task says all of itself, as version 0.1.0 wrote it, is read too', () => {
    expect(read(`${stringify(manifest)}\n`)).toEqual({kind: 'read', manifest});
  });

  test('is one JSON value, with the tasks where they always were, for readers that know of no line of their own', () => {
    const {shared, ...written} = JSON.parse(manifestText(manifest));
    expect(Object.keys(shared)).toEqual(['code', 'environment', 'sum']);
    const ids = written.plan.tasks.map(({id}: {id: string}) => id);
    expect({...written, plan: {...written.plan, tasks: ids}}).toEqual({
      ...manifest,
      plan: {...manifest.plan, tasks: manifest.plan.tasks.map(({id}) => id)},
    });
  });

  test('has its tasks read when they are first looked at, and gives the same ones ever after', () => {
    const text = manifestText(manifest);
    const first = read(text);
    rmSync(join(folder, 'manifest.json'));
    if (first.kind !== 'read') throw new Error('a manifest was written');
    const {plan} = first.manifest;
    expect(plan.tasks).toBe(plan.tasks);
    expect({...plan}.tasks).toBe(plan.tasks);
    expect(JSON.stringify(first.manifest)).toBe(JSON.stringify(manifest));
    expect(manifestText(first.manifest)).toBe(text);
  });

  test('that somebody changed says what they wrote, and where it is no JSON any more is none at once', () => {
    const [head = '', tasks = '', ...rest] = manifestText(manifest).split('\n');
    const changed = [head, tasks.replace('"label":"', '"label":"my '), ...rest].join('\n');
    const reading = read(changed);
    expect(reading.kind === 'read' && reading.manifest.plan.tasks[0]?.label).toBe(
      `my ${manifest.plan.tasks[0]?.label}`,
    );
    for (const bad of [
      [head, tasks.slice(1), ...rest],
      [head, ...rest],
      [head, tasks.replace('{', ' '), ...rest],
    ])
      expect(read(bad.join('\n'))).toEqual({kind: 'none'});
    expect(read(JSON.stringify(JSON.parse(changed), null, 2))).toEqual(reading);
  });

  test('keeps what a task was hashed from where that is not what it says of itself', () => {
    const [first, ...others] = manifest.plan.tasks;
    if (first === undefined) throw new Error('a plan has tasks');
    const odd = {...first, keyParts: {...first.keyParts, inputs: {dataset: 'elsewhere'}}};
    const changed: Manifest = {...manifest, plan: {...manifest.plan, tasks: [odd, ...others]}};
    expect(read(manifestText(changed))).toEqual({kind: 'read', manifest: changed});
  });

  test('that is damaged, cut, or names parts that it does not have, is none', () => {
    const text = manifestText(manifest);
    const lost = text.replace(/"keyParts":\{"code":\d+/, '"keyParts":{"code":99');
    for (const bad of ['', '{', 'null', '[]', text.slice(0, 500), '{"formatVersion":"1"}', '{"formatVersion":0}', lost])
      expect(read(bad)).toEqual({kind: 'none'});
    rmSync(join(folder, 'manifest.json'));
    expect(readManifestFile(folder)).toEqual({kind: 'none'});
    expect(newerFormatOf(folder)).toBeNull();
  });

  test.each([
    ['of this format', manifestText(manifest), null],
    ['of a newer one', '{"formatVersion":2,"all":"else"}', 2],
    ['of a newer one that says so late', `{"a":"${'x'.repeat(200)}","formatVersion":3}`, 3],
    ['that is damaged', '{"formatVersion":', null],
    ['of no format', '{"formatVersion":2.5}', null],
  ])('%s tells whether only a newer imu can read it', (_, text, format) => {
    read(text);
    expect(newerFormatOf(folder)).toBe(format);
  });
});
