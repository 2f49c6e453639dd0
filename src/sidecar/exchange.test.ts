import {spawnSync} from 'node:child_process';
import {existsSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {Arrays} from '../protocol/index.ts';
import {attach, detach, discard, EXCHANGE_FOLDER, sweepExchangeFiles} from './exchange.ts';

const floats = (length: number): Arrays => ({
  many: {dtype: 'float32', shape: [length], data: Float32Array.from({length}, (_, index) => index / 3)},
});

test('small arrays travel in the message, large ones in a file that is gone once read', async () => {
  const small = await attach(floats(10));
  expect(small.file).toBeNull();
  expect(await detach(small)).toEqual(floats(10));

  const large = await attach(floats(100_000));
  expect(existsSync(String(large.file))).toBe(true);
  expect(await detach(large)).toEqual(floats(100_000));
  expect(existsSync(String(large.file))).toBe(false);
});

test('a message that nobody read leaves no file', async () => {
  const large = await attach(floats(100_000));
  await discard(large);
  expect(existsSync(String(large.file))).toBe(false);
});

test('only exchange files are read and removed, whatever a message names', async () => {
  const {arrays} = await attach(floats(10));
  for (const file of [
    '/etc/hostname',
    join(EXCHANGE_FOLDER, 'other'),
    join(EXCHANGE_FOLDER, '..', `imu-${process.pid}-a`),
  ])
    await expect(detach({arrays, base64: null, file})).rejects.toThrow('no exchange file');
});

test('files of orchestrators that are no more are swept, those of living ones are not', () => {
  const {pid: deadPid} = spawnSync('true');
  const [dead, alive] = [deadPid, process.pid].map((pid) => join(EXCHANGE_FOLDER, `imu-${pid}-swept`));
  for (const path of [dead, alive]) writeFileSync(String(path), '');
  sweepExchangeFiles();
  expect([dead, alive].map((path) => existsSync(String(path)))).toEqual([false, true]);
  rmSync(String(alive));
});
