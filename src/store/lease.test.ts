import {spawn, spawnSync} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Holder, Lease} from './lease.ts';
import {acquireLease, isLease, sweepLeases} from './lease.ts';
import {identityTag, isProvablyDead, isTagProvablyDead, ownIdentity} from './processIdentity.ts';

let root = '';
let leases = '';
const stagePath = (extension: string): string => join(root, 'tmp', `${randomUUID()}.${extension}`);
const acquire = (name = 'task-a'): Lease | Holder => acquireLease(leases, name, stagePath);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'imu-lease-'));
  leases = join(root, 'leases');
  mkdirSync(leases);
  mkdirSync(join(root, 'tmp'));
});

afterEach(() => rmSync(root, {recursive: true}));

const deadPid = (): number => spawnSync(process.execPath, ['-e', '0']).pid;

const holdAs = (change: Partial<Holder>, name = 'task-a'): void =>
  writeFileSync(join(leases, name), JSON.stringify({...ownIdentity(), nonce: randomUUID(), ...change}));

describe('a lease', () => {
  test('is held by one, and by the next when it is given back', () => {
    const mine = acquire();
    expect(isLease(acquire())).toBe(false);
    if (isLease(mine)) mine.release();
    expect(isLease(acquire())).toBe(true);
    expect(readdirSync(join(root, 'tmp'))).toEqual([]);
  });

  test('names its holder to whoever comes second', () => {
    acquire();
    expect(acquire()).toMatchObject({pid: process.pid, host: ownIdentity().host});
  });

  test.each<[string, () => Partial<Holder>]>([
    ['its pid is free', () => ({pid: deadPid()})],
    ['its pid is another process’s by now', () => ({startTime: '1'})],
    ['the machine has booted since', () => ({bootId: 'before'})],
  ])('of a dead holder is taken: %s', (_, change) => {
    holdAs(change());
    expect(isLease(acquire())).toBe(true);
    expect(readdirSync(leases)).toEqual(['task-a']);
  });

  test.each<[string, Partial<Holder>]>([
    ['on another machine', {host: 'elsewhere', pid: 999_999_999}],
    ['in another container', {pidNamespace: 'pid:[1]', pid: 999_999_999}],
    ['that lives', {}],
  ])('of a holder %s is not: what is not proved dead is alive', (_, change) => {
    holdAs(change);
    expect(isLease(acquire())).toBe(false);
  });

  test('emptied by a power cut holds nobody up', () => {
    writeFileSync(join(leases, 'task-a'), '');
    expect(isLease(acquire())).toBe(true);
  });

  test('is taken even when somebody died while taking it', () => {
    holdAs({pid: deadPid(), nonce: 'abcdefgh-1'});
    holdAs({pid: deadPid(), nonce: 'ijklmnop-2'}, 'task-a.abcdefgh');
    expect(isLease(acquire())).toBe(true);
    expect(readdirSync(leases)).toEqual(['task-a']);
  });

  test('that was broken is not given back by its late holder', () => {
    const mine = acquire() as Lease;
    holdAs({nonce: 'another'});
    mine.release();
    expect(JSON.parse(readFileSync(join(leases, 'task-a'), 'utf8')).nonce).toBe('another');
  });

  test('a sweep takes what the dead left and nothing else', () => {
    holdAs({pid: deadPid()}, 'task-dead');
    holdAs({host: 'elsewhere'}, 'task-far');
    acquire('task-mine');
    sweepLeases(leases, stagePath);
    expect(readdirSync(leases).sort()).toEqual(['task-far', 'task-mine']);
  });
});

test('of many processes that find a dead holder one at a time has the lease', async () => {
  holdAs({pid: deadPid()});
  const program = `
    import {acquireLease, isLease} from ${JSON.stringify(new URL('lease.ts', import.meta.url).href)};
    import {randomUUID} from 'node:crypto';
    import {openSync, closeSync, unlinkSync} from 'node:fs';
    const [leases, tmp, inside] = process.argv.slice(1);
    for (let n = 0; n < 200; ) {
      const held = acquireLease(leases, 'task-a', (extension) => tmp + '/' + randomUUID() + '.' + extension);
      if (!isLease(held)) continue;
      closeSync(openSync(inside, 'wx'));
      unlinkSync(inside);
      n += 1;
      if (n % 20 === 0 && process.env.DIE === String(n)) process.kill(process.pid, 'SIGKILL');
      held.release();
    }`;
  const args = [
    '--experimental-strip-types',
    '--input-type=module-typescript',
    '-e',
    program,
    leases,
    join(root, 'tmp'),
    join(root, 'inside'),
  ];
  const run = (env: NodeJS.ProcessEnv): Promise<string> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, args, {env: {...process.env, ...env}, stdio: ['ignore', 'ignore', 'pipe']});
      let errors = '';
      child.stderr.on('data', (chunk: Buffer) => (errors += chunk));
      child.once('close', (code, signal) => resolve(signal ?? (code === 0 ? 'done' : errors)));
    });
  const outcomes = await Promise.all([run({}), run({}), run({DIE: '40'}), run({DIE: '100'})]);
  expect(outcomes).toEqual(['done', 'done', 'SIGKILL', 'SIGKILL']);
  expect(isLease(acquire())).toBe(true);
}, 60_000);

describe('a process', () => {
  test('that runs is not dead, nor is its tag', () => {
    expect(isProvablyDead(ownIdentity())).toBe(false);
    expect(isTagProvablyDead(identityTag(ownIdentity()))).toBe(false);
  });

  test('that has ended is, though nobody has asked for its exit yet', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], {stdio: 'ignore'});
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const identity = {...ownIdentity(), pid: child.pid ?? 0};
    expect(isProvablyDead(identity)).toBe(true);
    expect(isTagProvablyDead(identityTag(identity))).toBe(true);
  });

  test('is not dead because a name says nothing about it', () => {
    for (const tag of ['', 'notes', '12', '1-2-3-4', '../../x']) expect(isTagProvablyDead(tag)).toBe(false);
  });
});
