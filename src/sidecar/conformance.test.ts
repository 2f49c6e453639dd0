import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {
  ARRAY_TYPES,
  type Arrays,
  type ArrayType,
  type Failure,
  ImuError,
  type Input,
  type SidecarEvent,
} from '../protocol/index.ts';
import {testInterpreter} from './fixtures/testInterpreter.ts';
import {MAX_MESSAGE_BYTES} from './frames.ts';
import {type CallOptions, openSidecar, type Sidecar, type SidecarOptions, type Transport} from './index.ts';

/** Far above what anything here takes on a busy machine, far below pythonia's own 100 s: longer means that nothing noticed. */
const HANG_MS = 20_000;

const folder = mkdtempSync(join(tmpdir(), 'imu-conformance-'));
afterAll(() => rmSync(folder, {recursive: true}));

/** What every transport must do, and do alike. `fake` pretends to the same contract, but has no process to lose and no screen to spoil. */
describe.each(['pythonia', 'ws', 'fake'] as const)('a sidecar reached by %s', (transport) => {
  let sidecar: Sidecar;
  beforeAll(async () => {
    sidecar = await openSidecar(optionsFor(transport));
  }, 60_000);
  afterAll(() => sidecar?.close());

  test('says who it is', () => {
    expect(sidecar.info).toMatchObject({protocolVersion: 1, device: 'cpu', numThreads: 1, deterministic: true});
    expect(sidecar.transport).toBe(transport);
  });

  test.each([
    ['text with line separators, quotes and astral letters', 'a\u2028b\u2029c"\\\n\u0000é𝕏'],
    ['lone surrogates', '\ud800'],
    ['nesting', {list: [1, 2.5, [], {}, null, true, {'': {deep: [[[[1]]]]}}]}],
    ['numbers at the edges', [0, -1e-300, 1.7976931348623157e308, 9007199254740991, 0.1]],
  ])('gives back %s as it was', async (_what, value) => {
    expect(await echo(sidecar, value)).toEqual({output: {value}, arrays: {}});
  });

  test.each(arraysOfAllTypes())('carries %s arrays bit by bit', async (_dtype, arrays) => {
    const {arrays: back} = await echo(sidecar, null, {arrays});
    expect(Object.keys(back)).toEqual(Object.keys(arrays));
    for (const [name, {dtype, shape, data}] of Object.entries(arrays)) {
      expect(back[name]).toMatchObject({dtype, shape});
      expect(bytesOf(back[name]?.data).equals(bytesOf(data))).toBe(true);
    }
  });

  test('carries a million floats bit by bit', async () => {
    const data = Float32Array.from({length: 1_000_000}, (_, index) =>
      Math.fround(Math.sin(index) * 10 ** ((index % 60) - 30)),
    );
    const {arrays} = await echo(sidecar, null, {arrays: {many: {dtype: 'float32', shape: [1000, 1000], data}}});
    expect(bytesOf(arrays.many?.data).equals(bytesOf(data))).toBe(true);
  });

  test('refuses arrays that weigh more than a message may', async () => {
    const data = new Uint8Array(MAX_MESSAGE_BYTES + 8);
    const failure = await failureOf(
      echo(sidecar, null, {arrays: {large: {dtype: 'uint8', shape: [data.length], data}}}),
    );
    expect(failure).toMatchObject({
      code: 'INVALID_REQUEST',
      message: expect.stringContaining(String(MAX_MESSAGE_BYTES)),
    });
  });

  test('tells an exception with its type and message', async () => {
    const failure = await failureOf(selfTest(sidecar, {action: 'raise', value: 'mißglückt'}));
    expect(failure).toMatchObject({code: 'INTERNAL', type: 'ValueError', message: 'raised on purpose: mißglückt'});
  });

  test('tells that memory ran out', async () => {
    const failure = await failureOf(selfTest(sidecar, {action: 'outOfMemory'}));
    expect(failure).toMatchObject({code: 'OUT_OF_MEMORY', type: 'MemoryError'});
  });

  test('answers with a failure where the output has no JSON form', async () => {
    expect(await failureOf(selfTest(sidecar, {action: 'unserialisable'}))).toMatchObject({
      code: 'INTERNAL',
      type: 'TypeError',
    });
    await expectAlive(sidecar);
  });

  test('streams progress in order, and the last step always', async () => {
    const events: SidecarEvent[] = [];
    await selfTest(sidecar, {action: 'progress', count: 200}, {onEvent: (event) => events.push(event)});
    const messages = events.flatMap((event) => (event.type === 'logged' ? [event.message] : []));
    const steps = events.flatMap((event) => (event.type === 'stepCompleted' ? [event.step] : []));
    expect(messages).toEqual(Array.from({length: 200}, (_, index) => String(index)));
    expect(steps).toEqual([...steps].sort((left, right) => left - right));
    expect(steps.at(-1)).toBe(200);
    expect(steps.length).toBeLessThan(100);
  });

  test('tells of a computation what it takes of its device: at its first event, then every two seconds', async () => {
    const fresh = await openSidecar({...optionsFor(transport), logPath: join(folder, `${transport}-device.log`)});
    const events: SidecarEvent[] = [];
    const onEvent = (event: SidecarEvent) => void events.push(event);
    await echo(fresh, 'no progress', {onEvent});
    expect(events).toEqual([]);
    await selfTest(fresh, {action: 'progress', count: 22, intervalSeconds: 0.1}, {onEvent});
    await fresh.close();
    const measured = events.flatMap((event) => (event.type === 'deviceMeasured' ? [event] : []));
    expect(events.indexOf(measured[0] as SidecarEvent)).toBe(1);
    expect(measured.length).toBeGreaterThanOrEqual(2);
    expect(measured.map(({utilisation}) => utilisation === null)).toEqual(measured.map((_, index) => index === 0));
    for (const {rank, device, memoryBytes, memoryLimitBytes} of measured) {
      expect([rank, device]).toEqual([0, 'cpu']);
      expect(memoryBytes).toBeGreaterThan(50 * 2 ** 20);
      expect(memoryBytes).toBeLessThan(memoryLimitBytes ?? 0);
    }
  }, 30_000);

  test.each([
    [1, Number.NaN],
    [2, Number.POSITIVE_INFINITY],
    [3, Number.NEGATIVE_INFINITY],
  ])('carries a loss that is not finite (%s: %s)', async (count, loss) => {
    const losses: number[] = [];
    const onEvent = (event: SidecarEvent) => void (event.type === 'stepCompleted' && losses.push(event.loss));
    await selfTest(sidecar, {action: 'progress', count}, {onEvent});
    expect(losses.at(-1)).toBe(loss);
  });

  test('serves calls one by one, in their order', async () => {
    const order: number[] = [];
    const calls = [0.05, 0, 0.01].map((intervalSeconds, index) =>
      selfTest(sidecar, {action: 'progress', count: 1, intervalSeconds}).then(() => order.push(index)),
    );
    await Promise.all(calls);
    expect(order).toEqual([0, 1, 2]);
  });

  test('stops at a progress point when cancelled, and lives on', async () => {
    const cancel = new AbortController();
    const events: SidecarEvent[] = [];
    const onEvent = (event: SidecarEvent) => {
      if (events.push(event) === 20) cancel.abort();
    };
    const call = selfTest(
      sidecar,
      {action: 'progress', count: 1000, intervalSeconds: 0.01},
      {signal: cancel.signal, onEvent},
    );
    expect(await failureOf(call)).toMatchObject({code: 'CANCELLED'});
    expect(events.length).toBeLessThan(40);
    await expectAlive(sidecar);
  });

  test('stops in a hang when cancelled, and lives on', async () => {
    const startedAt = Date.now();
    const call = selfTest(sidecar, {action: 'hang'}, {signal: AbortSignal.timeout(100)});
    expect(await failureOf(call)).toMatchObject({code: 'CANCELLED'});
    expect(Date.now() - startedAt).toBeLessThan(HANG_MS);
    await expectAlive(sidecar);
  });

  test('does not start a call that was cancelled before its turn', async () => {
    const cancel = new AbortController();
    const first = selfTest(sidecar, {action: 'progress', count: 1, intervalSeconds: 0.1});
    const second = selfTest(sidecar, {action: 'kill'}, {signal: cancel.signal});
    cancel.abort();
    expect(await failureOf(second)).toMatchObject({code: 'CANCELLED'});
    expect(await failureOf(echo(sidecar, 1, {signal: cancel.signal}))).toMatchObject({code: 'CANCELLED'});
    await first;
    await expectAlive(sidecar);
  });

  test('keeps a deadline, and lives on', async () => {
    const call = selfTest(sidecar, {action: 'progress', count: 1000, intervalSeconds: 0.01}, {deadlineMs: 150});
    expect(await failureOf(call)).toMatchObject({code: 'DEADLINE', message: expect.stringContaining('150 ms')});
    await expectAlive(sidecar);
  });

  test('takes silence for a hang, and progress for life', async () => {
    await selfTest(sidecar, {action: 'progress', count: 15, intervalSeconds: 0.1}, {silenceMs: 1000});
    const call = selfTest(sidecar, {action: 'hang'}, {silenceMs: 150});
    expect(await failureOf(call)).toMatchObject({code: 'DEADLINE', message: expect.stringContaining('said nothing')});
    await expectAlive(sidecar);
  });

  test('fails the call whose listener throws, and lives on', async () => {
    const onEvent = () => {
      throw new Error('the listener is broken');
    };
    const call = selfTest(sidecar, {action: 'progress', count: 50, intervalSeconds: 0.01}, {onEvent});
    expect(await failureOf(call)).toMatchObject({code: 'INTERNAL', message: 'the listener is broken'});
    await expectAlive(sidecar);
  });

  test.concurrent.each([
    ['exit', 'exit code 7'],
    ['kill', 'SIGKILL'],
    ['segfault', 'SIGSEGV'],
  ] as const)(
    'is noticed within 2 s to have ended by %s, and every later call fails at once',
    async (action, how) => {
      const mortal = await openSidecar({...optionsFor(transport), logPath: join(folder, `${transport}-${action}.log`)});
      const startedAt = Date.now();
      const waiting = echoLater(mortal);
      const failure = await failureOf(selfTest(mortal, {action, count: 7}));
      expect(failure).toMatchObject({code: 'SIDECAR_EXITED', message: expect.stringContaining(how)});
      expect(await waiting).toMatchObject({code: 'SIDECAR_EXITED'});
      expect(Date.now() - startedAt).toBeLessThan(HANG_MS);
      expect(await mortal.ended).toEqual(failure);
      const laterAt = Date.now();
      expect(await failureOf(echo(mortal, 1))).toEqual(failure);
      expect(Date.now() - laterAt).toBeLessThan(HANG_MS);
      if (transport !== 'fake' && action === 'exit') expect(failure.cause).toContain('the sidecar leaves on purpose');
      if (transport !== 'fake' && action === 'segfault') expect(failure.cause).toContain('Segmentation fault');
    },
    30_000,
  );

  test.runIf(transport !== 'fake')(
    'tells an exception with its traceback and its cause, and where it hung',
    async () => {
      const failure = await failureOf(selfTest(sidecar, {action: 'raise'}));
      expect(failure.stack.at(-1)).toMatch(/self_test\.py:\d+ in _raise: raise ValueError/);
      expect(failure.cause).toContain('KeyError');

      const hang = await failureOf(selfTest(sidecar, {action: 'hang'}, {deadlineMs: 100}));
      expect(hang.stack.join('\n')).toContain('in _hang: time.sleep');
    },
  );

  test.runIf(transport !== 'fake')('refuses an input that breaks the contract, naming its path', async () => {
    const failure = await failureOf(selfTest(sidecar, {action: 'echo', count: -1}));
    expect(failure).toMatchObject({code: 'INVALID_REQUEST', message: expect.stringContaining('$.count')});
  });

  test('ends when it is closed, and says that it was asked to', async () => {
    const running = failureOf(selfTest(sidecar, {action: 'hang'}));
    await sidecar.close();
    expect(await sidecar.ended).toBeNull();
    expect(await running).toMatchObject({code: 'SIDECAR_EXITED'});
    if (transport !== 'fake') expect(isAlive(sidecar.info.pid)).toBe(false);
  });
});

describe.each(['pythonia', 'ws'] as const)('a Python reached by %s', (transport) => {
  test('prints into the log and never onto the screen', async () => {
    // Its own process, whose screen can be read: pythonia hands our descriptors down.
    const {execa} = await import('execa');
    const log = join(folder, `noise-${transport}.log`);
    const source = `
      const {openSidecar} = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
      const sidecar = await openSidecar(${JSON.stringify({...optionsFor(transport), logPath: log})});
      await sidecar.call('selfTest', {action: 'print', value: 'noise', count: 0, intervalSeconds: 0});
      await sidecar.close();
      console.log('quiet');`;
    const {all} = await execa(process.execPath, ['--input-type=module', '--eval', source], {all: true});
    expect(all).toBe('quiet');
    const lines = readFileSync(log, 'utf8');
    for (const way of ['print', 'stderr', 'fd1', 'fd2', 'child', 'child2']) expect(lines).toContain(`noise ${way}\n`);
  }, 30_000);

  test('of another contract is refused, with both versions and the file', async () => {
    const failure = await failureOf(openSidecar(optionsFor(transport, {PYTHONPATH: fixture('otherContract')})));
    expect(failure).toMatchObject({
      code: 'PROTOCOL_MISMATCH',
      message: expect.stringMatching(/protocol 999.*protocol 1/),
    });
    expect(failure.hint).toContain('protocol_gen.py');
  }, 30_000);

  test.each(['msgspec', 'torch'])(
    'without %s is refused within seconds, naming the package',
    async (name) => {
      const startedAt = Date.now();
      const path = fixture(name === 'torch' ? 'withoutTorch' : 'withoutMsgspec');
      const failure = await failureOf(openSidecar(optionsFor(transport, {PYTHONPATH: path})));
      expect(failure).toMatchObject({code: 'ASSET_MISSING', message: expect.stringContaining(`'${name}'`)});
      expect(failure.hint).toContain('imu env');
      expect(Date.now() - startedAt).toBeLessThan(HANG_MS);
    },
    30_000,
  );

  test('that is not there is refused at once', async () => {
    for (const interpreter of ['/nowhere/python', 'no-such-python-anywhere', '']) {
      const startedAt = Date.now();
      const failure = await failureOf(openSidecar({...optionsFor(transport), interpreter}));
      expect(failure).toMatchObject({code: 'ASSET_MISSING', message: expect.stringContaining(interpreter)});
      expect(Date.now() - startedAt).toBeLessThan(HANG_MS);
    }
  });

  test('that never answers is ended at the deadline', async () => {
    const options = {...optionsFor(transport), interpreter: fixture('sleepingPython'), startupDeadlineMs: 300};
    const startedAt = Date.now();
    expect(await failureOf(openSidecar(options))).toMatchObject({
      code: 'DEADLINE',
      message: expect.stringContaining('300 ms'),
    });
    expect(Date.now() - startedAt).toBeLessThan(HANG_MS);
  });
});

function optionsFor(transport: Transport, environment: Record<string, string> = {}): SidecarOptions {
  return {
    transport,
    interpreter: transport === 'fake' ? '' : testInterpreter(),
    device: 'cpu',
    numThreads: 1,
    logPath: join(folder, `${transport}.log`),
    environment: {IMU_SIDECAR_SELF_TEST: '1', ...environment},
  };
}

function selfTest(sidecar: Sidecar, input: Partial<Input<'selfTest'>>, options?: CallOptions) {
  return sidecar.call('selfTest', {action: 'echo', value: null, count: 0, intervalSeconds: 0, ...input}, options);
}

const echo = (sidecar: Sidecar, value: Input<'selfTest'>['value'], options?: CallOptions) =>
  selfTest(sidecar, {value}, options);

/** A call that waits behind another one. */
const echoLater = (sidecar: Sidecar): Promise<Failure> =>
  new Promise((resolve) => setTimeout(() => resolve(failureOf(echo(sidecar, 1))), 0));

async function expectAlive(sidecar: Sidecar): Promise<void> {
  expect((await echo(sidecar, 'alive')).output.value).toBe('alive');
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof ImuError)) throw new Error(`expected an ImuError, got ${thrown}`, {cause: thrown});
  return thrown.failure;
}

/** Small and large, aligned and not, empty, and with every kind of float. */
function arraysOfAllTypes(): [ArrayType, Arrays][] {
  return (Object.keys(ARRAY_TYPES) as ArrayType[]).map((dtype) => {
    const Type = ARRAY_TYPES[dtype];
    const special = dtype.startsWith('float') ? [Number.NaN, -0, Number.POSITIVE_INFINITY, 5e-324, 0.1] : [0, 1, 127];
    const arrays = {
      empty: {dtype, shape: [0], data: new Type(0)},
      odd: {dtype, shape: [special.length], data: Type.from(special)},
      unaligned: {dtype, shape: [3, 1], data: Type.from([9, 1, 2, 3]).subarray(1)},
      large: {dtype, shape: [30_001], data: new Type(Array.from({length: 30_001}, (_, index) => index % 251))},
    };
    return [dtype, arrays as Arrays];
  });
}

function bytesOf(data: NonNullable<Arrays[string]>['data'] | undefined): Buffer {
  if (data === undefined) throw new Error('the array did not come back');
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

const fixture = (name: string): string => new URL(`./fixtures/${name}`, import.meta.url).pathname;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
