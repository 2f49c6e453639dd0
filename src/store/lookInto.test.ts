import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, it} from 'vitest';
import {lookIntoStore} from './lookInto.ts';
import {openStore} from './store.ts';

const root = mkdtempSync(join(tmpdir(), 'imu-look-'));
afterAll(() => rmSync(root, {recursive: true}));

describe('a store that is looked into', () => {
  it('shows results and files, counts damage as absent, and changes nothing', async () => {
    const store = openStore(root);
    const staged = store.stagePath('json');
    writeFileSync(staged, '{"steps":[]}');
    const trajectory = await store.commitObject(staged);
    const [good, bad] = ['a', 'b'].map((letter) => letter.repeat(64)) as [string, string];
    const rest = {id: 'x', kind: 'unlearn', outputs: {}, metrics: {}, provenance: {}, seconds: 1, finishedAt: ''};
    for (const key of [good, bad]) await store.commitResult({key, artefacts: {trajectory}, ...rest});
    writeFileSync(join(root, 'results', 'bb', `${bad}.json`), 'torn');
    const before = readdirSync(root, {recursive: true}).toSorted();

    const looked = lookIntoStore(root);
    expect(looked.findResult(good)?.artefacts).toEqual({trajectory});
    expect(readFileSync(looked.objectPath(trajectory), 'utf8')).toBe('{"steps":[]}');
    expect(looked.findResult(bad)).toBeNull();
    expect(looked.findResult('c'.repeat(64))).toBeNull();
    expect(readdirSync(root, {recursive: true}).toSorted()).toEqual(before);
  });
});
