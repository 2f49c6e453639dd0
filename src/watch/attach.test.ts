import {spawnSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {connect, createServer, type Server, type Socket} from 'node:net';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {RunEvent} from '../protocol/index.ts';
import {stringify} from '../protocol/index.ts';
import {type StreamedRun, streamedRun} from './fixtures/streamedRun.ts';
import {type TestViewer, until, viewerOf} from './fixtures/viewer.ts';
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

const FINISHED: RunEvent = {type: 'runFinished', outcome: 'done', seconds: 1};
const count = (from: number, to: number): number[] => Array.from({length: to - from + 1}, (_, n) => from + n);

async function door(): Promise<StreamFile> {
  await until(() => readStreamFile(run.directory) !== null);
  return readStreamFile(run.directory) as StreamFile;
}

describe('a viewer', () => {
  it('that comes in the middle has the fold of the whole journal, and keeps it', async () => {
    run.advance(1_500);
    const viewer = watch();
    await until(() => viewer.snapshots.length === 1);
    expect(viewer.projection()).toEqual(run.journalled());
    run.advance(700);
    await until(() => viewer.projection().seq === 2_200);
    run.advance(800);
    await until(() => viewer.projection().seq === 3_000);
    expect(viewer.projection()).toEqual(run.journalled());
    expect(viewer.snapshots).toHaveLength(1);
    expect(viewer.seqs).toEqual(count(1_501, 3_000));
  });

  it('of a run that was taken up again sees the sessions before as well', async () => {
    run.advance(2_000);
    await run.stream.close();
    run.restart();
    run.advance(500);
    const viewer = watch();
    await until(() => viewer.snapshots.length === 1);
    expect(viewer.projection()).toEqual(run.journalled());
    run.advance(500);
    await until(() => viewer.projection().seq === 3_000);
    expect(viewer.projection()).toEqual(run.journalled());
    expect(viewer.projection().tasks.some(({state}) => state === 'finished')).toBe(true);
  });

  it('tells numbers that are none as they are', async () => {
    run.advance(2);
    const [task] = run.journalled().tasks;
    const key = task?.plan.key ?? '';
    const measure = (step: number, value: number): RunEvent => ({
      type: 'metricMeasured',
      key,
      step,
      label: 'odd',
      value,
    });
    run.say(measure(1, Number.NaN), measure(2, -0));
    const viewer = watch();
    await until(() => viewer.snapshots.length === 1);
    run.say(measure(3, Number.POSITIVE_INFINITY), measure(4, Number.NaN));
    await until(() => viewer.projection().seq === 6);
    expect(viewer.projection()).toEqual(run.journalled());
  });

  it('passes over events that a newer orchestrator has and it has not', async () => {
    run.advance(2);
    const viewer = watch();
    await until(() => viewer.snapshots.length === 1);
    run.say({type: 'moonRose', phase: 'full'} as unknown as RunEvent);
    await until(() => viewer.projection().numUnknown === 1);
    expect(viewer.states).toEqual(['live']);
  });

  it('reads the journal where the stream says what it cannot read', async () => {
    run.advance(2);
    const viewer = watch();
    await until(() => viewer.snapshots.length === 1);
    run.say({type: 'runPaused', by: 'a newer imu'} as unknown as RunEvent);
    await until(() => viewer.attachment.connection.get() === 'unknown');
    await until(() => viewer.projection().seq === 3);
    run.say({type: 'runResumed'});
    await until(() => viewer.projection().seq === 4);
  });

  it('sees the end, and the run that is taken up again after it', async () => {
    run.advance(10);
    const viewer = watch();
    await until(() => viewer.snapshots.length === 1);
    run.say(FINISHED);
    await run.stream.close();
    await until(() => viewer.attachment.connection.get() === 'ended');
    expect(viewer.projection().run?.state).toBe('done');
    run.restart();
    run.advance(10);
    await until(() => viewer.projection().seq === 21);
    expect(viewer.attachment.connection.get()).toBe('live');
    expect(viewer.projection()).toEqual(run.journalled());
  });
});

describe('after a break a viewer', () => {
  let cable: Cable;
  beforeEach(async () => {
    run.advance(100);
    cable = await cableTo(run.directory, await door());
  });
  afterEach(() => cable.close());

  it('gets exactly what it missed', async () => {
    const viewer = watch();
    await until(() => viewer.snapshots.length === 1);
    run.advance(100);
    await until(() => viewer.projection().seq === 200);
    cable.cut();
    await until(() => viewer.attachment.connection.get() === 'reconnecting');
    // Nothing is in the journal that was not told; what comes now is told by the stream alone.
    cable.mend();
    run.advance(300);
    await until(() => viewer.projection().seq === 500);
    expect(viewer.snapshots.length).toBeLessThanOrEqual(2);
    expect(viewer.seqs).toEqual([...new Set(viewer.seqs)].sort((a, b) => a - b));
    expect(viewer.projection()).toEqual(run.journalled());
  });

  it('that was long gets the state anew', async () => {
    const viewer = watch();
    await until(() => viewer.snapshots.length === 1);
    cable.cut();
    await until(() => viewer.attachment.connection.get() === 'reconnecting');
    for (let n = 0; n < 210; n++)
      run.say(...count(1, 100).map((): RunEvent => ({type: 'logged', source: 'test', level: 'info', message: `${n}`})));
    cable.mend();
    run.advance(50);
    await until(() => viewer.projection().seq === 21_150 && viewer.attachment.connection.get() === 'live');
    expect(viewer.projection()).toEqual(run.journalled());
  });
});

describe('when the orchestrator is dead', () => {
  it('a viewer shows what the journal tells, says so, and follows the next one', async () => {
    run.advance(50);
    const viewer = watch();
    await until(() => viewer.attachment.connection.get() === 'live');
    const left = readFileSync(join(run.directory, 'watch.json'), 'utf8');
    await run.stream.close();
    // As kill -9 leaves it: the file of a process that is no more, and a line that was written and never streamed.
    writeFileSync(join(run.directory, 'watch.json'), ofDeadProcess(left));
    run.writeOnly({type: 'runPaused'});
    await until(() => viewer.attachment.connection.get() === 'gone');
    await until(() => viewer.projection().seq === 51);
    expect(viewer.projection()).toEqual(run.journalled());

    run.restart();
    run.advance(50);
    await until(() => viewer.projection().seq === 101);
    expect(viewer.attachment.connection.get()).toBe('live');
    expect(viewer.projection()).toEqual(run.journalled());
  });

  it('a token is not sent to another machine, whose disk this is', async () => {
    run.advance(1);
    const file = await door();
    let numConnections = 0;
    const stranger = createServer((socket) => {
      numConnections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const url = `ws://127.0.0.1:${portOf(stranger)}`;
    const there = {...file, url, process: {...file.process, host: 'elsewhere'}};
    writeFileSync(join(run.directory, 'watch.json'), stringify(there));
    const viewer = watch();
    await until(() => viewer.projection().seq === 1 && viewer.attachment.connection.get() === 'unknown');
    run.advance(1);
    await until(() => viewer.projection().seq === 2);
    expect(numConnections).toBe(0);
    stranger.close();
  });
});

function ofDeadProcess(text: string): string {
  const file = JSON.parse(text) as StreamFile;
  const {pid} = spawnSync(process.execPath, ['--version']);
  return stringify({...file, process: {...file.process, pid}});
}

/** A way to the stream that can be cut. */
interface Cable {
  cut(): void;
  mend(): void;
  close(): void;
}

async function cableTo(directory: string, file: StreamFile): Promise<Cable> {
  const target = Number(new URL(file.url).port);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(target, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => {});
      from.on('close', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  writeFileSync(join(directory, 'watch.json'), stringify({...file, url: `ws://127.0.0.1:${portOf(server)}`}));
  return {
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      isCut = false;
    },
    close: () => void server.close(),
  };
}

const portOf = (server: Server): number => (server.address() as {readonly port: number}).port;
