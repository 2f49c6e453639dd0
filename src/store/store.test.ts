import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Manifest} from './manifest.ts';
import {identityTag, ownIdentity} from './processIdentity.ts';
import type {StoredObject, TaskResult} from './result.ts';
import {isRunId} from './runName.ts';
import type {Store} from './store.ts';
import {openStore} from './store.ts';

let root = '';
let store: Store;

beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'imu-store-')), 'store');
  store = openStore(root);
});

afterEach(() => rmSync(join(root, '..'), {recursive: true}));

const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

function stage(text: string): string {
  const path = store.stagePath('bin');
  writeFileSync(path, text);
  return path;
}

const resultOf = (name: string, artefacts: Record<string, StoredObject> = {}): TaskResult => ({
  key: sha256(name),
  id: name,
  kind: 'evaluate',
  outputs: {values: [1, Number.NaN, Number.POSITIVE_INFINITY]},
  artefacts,
  metrics: {loss: Number.NaN},
  provenance: {keyParts: {kind: 'evaluate'}},
  seconds: 2,
  finishedAt: '2026-01-01T00:00:00.000Z',
});

const resultPath = (key: string): string => join(root, 'results', key.slice(0, 2), `${key}.json`);

function flipByte(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(path, bytes);
}

describe('an object', () => {
  test('lies under the hash of its bytes, and its staged file is gone', async () => {
    const path = stage('weights');
    const object = await store.commitObject(path);
    expect(object).toEqual({sha256: sha256('weights'), sizeBytes: 7});
    expect(readFileSync(store.objectPath(object), 'utf8')).toBe('weights');
    expect(existsSync(path)).toBe(false);
    expect(await store.verifyObject(object)).toBe(true);
  });

  test('committed twice is one file, and a good copy mends a rotten one', async () => {
    const object = await store.commitObject(stage('weights'));
    flipByte(store.objectPath(object), 0);
    expect(await store.commitObject(stage('weights'))).toEqual(object);
    expect(readFileSync(store.objectPath(object), 'utf8')).toBe('weights');
  });

  test('keeps the mode it was written with', async () => {
    const path = stage('weights');
    chmodSync(path, 0o640);
    const object = await store.commitObject(path);
    expect(statSync(store.objectPath(object)).mode & 0o777).toBe(0o640);
  });

  test('that grew, shrank, changed or vanished is not verified', async () => {
    const object = await store.commitObject(stage('weights'));
    const path = store.objectPath(object);
    store = openStore(root);
    flipByte(path, 3);
    expect(await store.verifyObject(object)).toBe(false);
    writeFileSync(path, 'weights!');
    expect(await store.verifyObject(object)).toBe(false);
    unlinkSync(path);
    expect(await store.verifyObject(object)).toBe(false);
  });

  test('of many megabytes is hashed in pieces', async () => {
    const bytes = Buffer.alloc(5_000_001, 'imu');
    const path = store.stagePath('safetensors');
    writeFileSync(path, bytes);
    expect((await store.commitObject(path)).sha256).toBe(sha256(bytes));
  });

  test('comes from a staged file only: not from elsewhere, not through a link, not from nothing', async () => {
    const outside = join(root, '..', 'outside');
    writeFileSync(outside, 'secret');
    const link = store.stagePath('bin');
    symlinkSync(outside, link);
    for (const path of [outside, link, store.stagePath('bin'), join(root, 'tmp', '..', '..', 'outside')])
      await expect(store.commitObject(path)).rejects.toThrow('cannot be stored');
    expect(readFileSync(outside, 'utf8')).toBe('secret');
  });
});

describe('a result', () => {
  test('is found by its key as it was committed, by another process too', async () => {
    const result = resultOf('a', {model: await store.commitObject(stage('weights'))});
    await store.commitResult(result);
    expect(openStore(root).findResult(result.key)).toEqual(result);
    expect(store.findResult(sha256('other'))).toBeNull();
    expect(readdirSync(join(root, 'tmp'))).toEqual([]);
  });

  test('is written once: the first stays', async () => {
    await store.commitResult(resultOf('a'));
    const kept = await store.commitResult({...resultOf('a'), seconds: 99});
    expect(kept.seconds).toBe(2);
    expect(store.findResult(sha256('a'))?.seconds).toBe(2);
  });

  test('is refused when an artefact of it was never stored', async () => {
    const result = resultOf('a', {model: {sha256: sha256('x'), sizeBytes: 1}});
    await expect(store.commitResult(result)).rejects.toThrow('was never stored');
    expect(store.findResult(result.key)).toBeNull();
  });

  test('with any bit flipped is set aside, reported, and made room for', async () => {
    const result = resultOf('a');
    await store.commitResult(result);
    const path = resultPath(result.key);
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at += 1) {
      writeFileSync(path, whole);
      flipByte(path, at);
      expect(store.lookUp(result.key)).toBe('damaged');
      expect(store.lookUp(result.key)).toBe('absent');
    }
    expect(store.damages).toHaveLength(whole.length);
    expect(readdirSync(join(root, 'damaged'))).toHaveLength(whole.length);
    await store.commitResult(result);
    expect(store.findResult(result.key)).toEqual(result);
  });

  test('of another key under this name is not believed', async () => {
    const [a, b] = [resultOf('a'), resultOf('b')];
    await store.commitResult(a);
    mkdirSync(join(root, 'results', b.key.slice(0, 2)), {recursive: true});
    writeFileSync(resultPath(b.key), readFileSync(resultPath(a.key)));
    expect(store.findResult(b.key)).toBeNull();
  });

  test('falls with its artefact: gone or cut at once, changed when it is to be read', async () => {
    for (const harm of ['gone', 'cut', 'changed']) {
      const result = resultOf(harm, {model: await store.commitObject(stage(`weights of ${harm}`))});
      await store.commitResult(result);
      store = openStore(root);
      const path = store.objectPath(result.artefacts.model as StoredObject);
      if (harm === 'gone') unlinkSync(path);
      if (harm === 'cut') writeFileSync(path, 'w');
      if (harm === 'changed') flipByte(path, 2);
      expect(store.lookUp(result.key)).toBe(harm === 'changed' ? 'present' : 'damaged');
      expect(await store.verifyArtefacts(result.key)).toBe(false);
      expect(store.lookUp(result.key)).toBe('absent');
      expect(existsSync(path)).toBe(false);
    }
  });

  test('tells the last of its id, whatever the key, and forgets nothing when that index is lost', async () => {
    await store.commitResult({...resultOf('a'), seconds: 5});
    await store.commitResult({...resultOf('b'), id: 'a', seconds: 6});
    expect(store.latest('a')).toEqual({keyParts: {kind: 'evaluate'}, seconds: 6});
    expect(store.latest('c')).toBeNull();
    rmSync(join(root, 'latest'), {recursive: true});
    store = openStore(root);
    expect(store.latest('a')).toBeNull();
    expect(store.findResult(sha256('a'))?.seconds).toBe(5);
  });

  test('has a hash for a key: nothing else becomes a path', () => {
    for (const key of ['../../x', '', 'A'.repeat(64), `${'a'.repeat(63)}/`])
      expect(() => store.findResult(key)).toThrow('is not a content key');
  });
});

describe('a store', () => {
  test('sweeps what dead processes staged, and what their sidecars put beside it, and nothing else', () => {
    const dead = spawnSync(process.execPath, ['-e', '0']).pid;
    const tag = identityTag({...ownIdentity(), pid: dead});
    const mine = stage('mine');
    for (const name of [`${tag}.1.bin`, `${tag}.1.bin.partial`, 'notes.txt'])
      writeFileSync(join(root, 'tmp', name), '');
    mkdirSync(join(root, 'tmp', `${tag}.2.folder`));
    openStore(root);
    expect(
      readdirSync(join(root, 'tmp'))
        .map((name) => join(store.root, 'tmp', name))
        .sort(),
    ).toEqual([mine, join(store.root, 'tmp', 'notes.txt')].sort());
  });

  test('that cannot be made says so, with what to try', () => {
    writeFileSync(join(root, '..', 'file'), '');
    expect(() => openStore(join(root, '..', 'file', 'store'))).toThrow('cannot open the store');
  });
});

const manifestOf = (runId: string, createdAt = '2026-01-01T00:00:00.000Z'): Manifest =>
  ({
    formatVersion: 1,
    runId,
    createdAt,
    version: '1',
    commit: null,
    command: 'imu',
    suite: {id: 's'},
    plan: {title: 'S', tasks: []},
  }) as unknown as Manifest;

describe('a run', () => {
  test('is read back with its manifest and events', async () => {
    const run = await store.openRun('s-1', manifestOf('s-1'));
    await run.journal.append({type: 'runFinished', outcome: 'done', seconds: 1});
    await run.close();
    const {manifest, journal} = store.readRun('s-1');
    expect(manifest).toEqual(manifestOf('s-1'));
    expect(journal.entries.map(({event}) => event.type)).toEqual(['runFinished']);
  });

  test('keeps its first manifest when it goes on', async () => {
    await (await store.openRun('s-1', manifestOf('s-1'))).close();
    const again = await store.openRun('s-1', manifestOf('s-1', '2027-01-01T00:00:00.000Z'));
    await again.close();
    expect(again.manifest.createdAt).toBe('2026-01-01T00:00:00.000Z');
  });

  test('belongs to one orchestrator; the second is told the pid and what to do', async () => {
    const run = await store.openRun('s-1', manifestOf('s-1'));
    const error = await openStore(root)
      .openRun('s-1', manifestOf('s-1'))
      .catch((thrown) => thrown);
    expect(error.failure).toMatchObject({code: 'INVALID_REQUEST'});
    expect(error.failure.message).toContain(`process ${process.pid}`);
    expect(error.failure.hint).toContain('run the same command again');
    await run.close();
    await (await openStore(root).openRun('s-1', manifestOf('s-1'))).close();
  });

  test('whose manifest was lost gets a new one', async () => {
    await (await store.openRun('s-1', manifestOf('s-1'))).close();
    writeFileSync(join(root, 's-1', 'manifest.json'), '{"format');
    expect(() => store.readRun('s-1')).toThrow('there is no run s-1');
    await (await store.openRun('s-1', manifestOf('s-1'))).close();
    expect(store.readRun('s-1').manifest.runId).toBe('s-1');
  });

  test('that does not exist is named with those that do', async () => {
    await (await store.openRun('s-1', manifestOf('s-1'))).close();
    expect(() => store.readRun('s-2')).toThrow(
      expect.objectContaining({failure: expect.objectContaining({hint: 'Runs there: s-1.'})}),
    );
  });

  test('is listed newest first; other folders are not', async () => {
    await (await store.openRun('old', manifestOf('old'))).close();
    await (await store.openRun('new', manifestOf('new', '2027-01-01T00:00:00.000Z'))).close();
    mkdirSync(join(root, 'notes'));
    expect(store.listRuns().map(({runId}) => runId)).toEqual(['new', 'old']);
  });

  test('is not written through a link', async () => {
    mkdirSync(join(root, '..', 'outside'));
    symlinkSync(join(root, '..', 'outside'), join(root, 's-1'));
    await expect(store.openRun('s-1', manifestOf('s-1'))).rejects.toThrow('is a link');
    expect(readdirSync(join(root, '..', 'outside'))).toEqual([]);
  });
});

describe('a run name', () => {
  test.each(['table3-0a1b2c3d', 'A.b_c-1', 'x', 'a'.repeat(128)])('%s is one', (name) =>
    expect(isRunId(name)).toBe(true),
  );

  test.each([
    ...[
      '',
      '.',
      '..',
      'a/b',
      'a\\b',
      '../a',
      '-a',
      '.a',
      'a.',
      'a b',
      'a\0',
      'a\n',
      'é',
      'e\u0301',
      '\u202eabc',
      '\x1b[31m',
    ],
    ...['con', 'NUL', 'com1.txt', 'objects', 'Results', 'tmp', 'leases', 'damaged', 'latest', 'a'.repeat(129)],
  ])('%j is none', (name) => {
    expect(isRunId(name)).toBe(false);
    expect(() => store.readRun(name)).toThrow('cannot be used');
  });

  test('never leads out of the store', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({unit: 'binary'}), fc.stringMatching(/^[./\\a-z~:-]{1,9}$/)), (name) => {
        if (isRunId(name)) expect(join('/store', name)).toBe(`/store/${name}`);
      }),
      {numRuns: 10_000},
    );
  });
});
