import {spawnSync} from 'node:child_process';
import {lstatSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {WebSocket} from 'ws';
import {parse, stringify} from '../protocol/index.ts';
import {empty} from '../store/projection.ts';
import {type StreamedRun, streamedRun} from './fixtures/streamedRun.ts';
import {type TestViewer, until, viewerOf} from './fixtures/viewer.ts';
import {openStream} from './openStream.ts';
import {readStreamFile, type StreamFile} from './streamFile.ts';

let run: StreamedRun;
let viewers: TestViewer[];
beforeEach(() => {
  run = streamedRun();
  viewers = [];
});
afterEach(async () => {
  for (const {attachment} of viewers) attachment.close();
  await run.remove();
});

const watch = (): TestViewer => {
  const viewer = viewerOf(run.directory);
  viewers.push(viewer);
  return viewer;
};

async function door(): Promise<StreamFile> {
  await until(() => readStreamFile(run.directory) !== null);
  return readStreamFile(run.directory) as StreamFile;
}

describe('watch.json', () => {
  const path = (): string => join(run.directory, 'watch.json');

  it('is there from the first event on, for its owner alone', async () => {
    expect(readStreamFile(run.directory)).toBeNull();
    run.advance(1);
    const {url, token, pid} = await door();
    expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+$/);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(pid).toBe(process.pid);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  it('takes the place of what a dead orchestrator left, and of a link without touching what it leads to', async () => {
    const elsewhere = join(run.directory, 'elsewhere');
    writeFileSync(elsewhere, 'as it was');
    symlinkSync(elsewhere, path());
    run.advance(1);
    await door();
    expect(lstatSync(path()).isSymbolicLink()).toBe(false);
    expect(readFileSync(elsewhere, 'utf8')).toBe('as it was');
  });

  it('is not believed where it is a link, names another machine or is none', async () => {
    run.advance(1);
    const written = await door();
    const trials: [string, () => void][] = [
      ['a link', () => symlinkSync(join(run.directory, 'real'), path())],
      ['another host', () => writeFileSync(path(), stringify({...written, url: 'ws://example.org:80'}))],
      ['no JSON', () => writeFileSync(path(), '{')],
      ['a folder', () => mkdirSync(path())],
    ];
    writeFileSync(join(run.directory, 'real'), stringify(written));
    for (const [name, make] of trials) {
      rmSync(path(), {recursive: true});
      make();
      expect(readStreamFile(run.directory), name).toBeNull();
    }
    rmSync(path(), {recursive: true});
  });

  it('is gone when the stream is closed, unless another orchestrator has put its own there', async () => {
    run.advance(1);
    const written = await door();
    await run.stream.close();
    expect(readStreamFile(run.directory)).toBeNull();
    run.restart();
    run.advance(1);
    await door();
    writeFileSync(path(), stringify({...written, token: 'x'.repeat(43)}));
    await run.stream.close();
    expect(readStreamFile(run.directory)?.token).toBe('x'.repeat(43));
  });
});

describe('the stream refuses', () => {
  it('whoever has no token or a wrong one, every browser, and a host of another name', async () => {
    run.advance(1);
    const {url, token} = await door();
    const authorised = {Authorization: `Bearer ${token}`};
    expect(await dial(url, {})).toBe(401);
    expect(await dial(url, {Authorization: `Bearer ${token.slice(1)}x`})).toBe(401);
    expect(await dial(`${url}/?token=${token}`, {})).toBe(401);
    expect(await dial(url, {...authorised, Origin: 'http://127.0.0.1'})).toBe(403);
    expect(await dial(url, {...authorised, Host: 'example.org'})).toBe(403);
    expect(await dial(url, authorised)).toBe('open');
  });

  const hello = stringify({type: 'hello', since: 0});
  it.each<[string, (string | Buffer)[], number]>([
    ['an oversized message', [Buffer.alloc(64 * 1024 + 1)], 1009],
    ['an oversized message after its hello', [hello, 'x'.repeat(70_000)], 1009],
    ['a message that is no JSON', ['{'], 1008],
    ['a message of another kind', [stringify({type: 'cancel'})], 1008],
    ['a hello with more in it', [stringify({type: 'hello', since: 0, pause: true})], 1008],
    ['bytes', [Buffer.from(hello)], 1008],
    ['a second hello', [hello, hello], 1008],
  ])('%s, and hangs up on nobody else', async (_name, messages, code) => {
    run.advance(10);
    const {url, token} = await door();
    const other = watch();
    await until(() => other.snapshots.length > 0);
    const socket = new WebSocket(url, {headers: {Authorization: `Bearer ${token}`}});
    socket.on('open', () => {
      for (const message of messages) socket.send(message);
    });
    expect(await new Promise((resolve) => socket.on('close', resolve))).toBe(code);
    run.advance(10);
    await until(() => other.projection().seq === 20);
    expect(other.states).toEqual(['live']);
    expect(run.warnings).toEqual([]);
  });
});

describe('a viewer that says what it knows', () => {
  it.each([
    [40, 41],
    [99, 100],
    [100, 101],
    // It has read in the journal what was not streamed yet.
    [102, 103],
  ])('up to entry %i gets those from %i on, each once and in order', async (since, first) => {
    run.advance(100);
    const {url, token} = await door();
    const socket = new WebSocket(url, {headers: {Authorization: `Bearer ${token}`}});
    const seqs: number[] = [];
    let numMessages = 0;
    socket.on('message', (data) => {
      numMessages += 1;
      const {entries} = parse(String(data)) as {entries: {seq: number}[]};
      seqs.push(...entries.map(({seq}) => seq).filter((seq) => seq > since));
    });
    socket.on('open', () => socket.send(stringify({type: 'hello', since})));
    await until(() => numMessages === 1);
    run.advance(20);
    await until(() => seqs.at(-1) === 120);
    expect(seqs).toEqual(Array.from({length: 121 - first}, (_, n) => first + n));
    socket.terminate();
  });
});

describe('a run is not hurt', () => {
  it('by a stream that cannot be opened: it is told once, and the events go on', async () => {
    const warnings: string[] = [];
    const stream = openStream({
      directory: join(run.directory, 'no', 'such', 'folder'),
      stagePath: (extension) => join(run.directory, 'nor', `this.${extension}`),
      projection: empty,
      warn: (sentence) => warnings.push(sentence),
    });
    for (let seq = 1; seq <= 3; seq++)
      stream.publish({seq, at: '2026-01-01T00:00:00.000Z', event: {type: 'runPaused'}});
    await until(() => warnings.length > 0);
    await stream.close();
    expect(warnings).toEqual([expect.stringMatching(/^nobody can watch this run from another terminal: ENOENT/)]);
  });

  it('by a stream that is still open when the process has nothing more to do, a viewer in it included', async () => {
    const program = `
      import {openStream} from ${JSON.stringify(join(import.meta.dirname, 'openStream.ts'))};
      import {attach} from ${JSON.stringify(join(import.meta.dirname, 'attach.ts'))};
      import {empty} from ${JSON.stringify(join(import.meta.dirname, '../store/projection.ts'))};
      const directory = ${JSON.stringify(run.directory)};
      const stream = openStream({directory, stagePath: (x) => directory + '/staged.' + x, projection: empty, warn: console.error});
      stream.publish({seq: 1, at: '2026-01-01T00:00:00.000Z', event: {type: 'runPaused'}});
      const {promise, resolve} = Promise.withResolvers();
      const viewer = attach({directory, onEntries() {}, onSnapshot: resolve});
      await promise;
      viewer.close();
      console.log('nothing more to do');`;
    const {status, stdout, stderr} = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    expect({status, stdout, stderr}).toEqual({status: 0, stdout: 'nothing more to do\n', stderr: ''});
  });

  it('by somebody who connects and says nothing, or hangs up in the middle of a word', async () => {
    run.advance(1);
    const port = Number(new URL((await door()).url).port);
    const silent = connect(port, '127.0.0.1');
    await new Promise((resolve) => silent.once('connect', resolve));
    for (const words of [
      'GET / HTTP/1.1\r\n',
      'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    ])
      await new Promise<void>((resolve) => {
        const rude = connect(port, '127.0.0.1', () => rude.write(words, () => rude.resetAndDestroy()));
        rude.on('close', () => resolve());
      });
    run.advance(1);
    await run.stream.close();
    expect(run.warnings).toEqual([]);
    silent.destroy();
  });

  it('by a viewer that does not read: what waits for it is bounded, and it then gets the state, not the past', async () => {
    run.advance(10);
    const {url, token} = await door();
    const slow = new WebSocket(url, {headers: {Authorization: `Bearer ${token}`}});
    await new Promise((resolve) => slow.on('open', resolve));
    const received: {size: number; isBinary: boolean}[] = [];
    slow.on('message', (data: Buffer, isBinary) => received.push({size: data.length, isBinary}));
    slow.send(stringify({type: 'hello', since: 10}));
    await until(() => received.length === 1);
    slow.pause();
    const quick = watch();
    await until(() => quick.snapshots.length === 1);

    const message = 'x'.repeat(100_000);
    const numMessages = 400;
    for (let n = 0; n < numMessages; n++) {
      run.say({type: 'logged', source: 'test', level: 'info', message});
      if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 60));
    }
    await until(() => quick.projection().seq === 10 + numMessages);
    expect(quick.snapshots).toHaveLength(1);

    slow.resume();
    await until(() => received.some(({isBinary}) => isBinary));
    const numTextBytes = received.reduce((sum, {size, isBinary}) => sum + (isBinary ? 0 : size), 0);
    expect(numTextBytes).toBeLessThan((numMessages * message.length) / 2);
    slow.terminate();
  });
});

/** What becomes of an attempt to connect: `open`, or the status of the refusal. */
function dial(url: string, headers: Record<string, string>): Promise<'open' | number | undefined> {
  const socket = new WebSocket(url, {headers});
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      socket.terminate();
      resolve('open');
    });
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    socket.on('error', reject);
  });
}
