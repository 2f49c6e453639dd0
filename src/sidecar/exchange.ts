import {randomBytes} from 'node:crypto';
import {existsSync, readdirSync, unlinkSync} from 'node:fs';
import {readFile, unlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {basename, dirname, join} from 'node:path';
import {z} from 'zod';
import {type Arrays, ImuError} from '../protocol/index.ts';
import {ArrayDescription, pack, unpack} from './frames.ts';

/** Below this a file costs more than the text that base64 makes. */
const MAX_INLINE_BYTES = 64 * 1024;

/** A folder in memory, where the system has one. */
export const EXCHANGE_FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** What a text message says about its arrays: small ones are in it, large ones in a file that the reader removes. */
export const Attachment = z.strictObject({
  arrays: z.array(ArrayDescription),
  base64: z.string().nullable(),
  file: z.string().nullable(),
});
export type Attachment = z.infer<typeof Attachment>;

export async function attach(arrays: Arrays): Promise<Attachment> {
  const {descriptions, chunks, numBytes} = pack(arrays);
  if (numBytes <= MAX_INLINE_BYTES)
    return {arrays: descriptions, base64: Buffer.concat(chunks).toString('base64'), file: null};
  return {arrays: descriptions, base64: null, file: await write(chunks)};
}

/** The arrays of a message; removes the file they came in. */
export async function detach({arrays, base64, file}: Attachment): Promise<Arrays> {
  if (file === null) return unpack(arrays, Buffer.from(base64 ?? '', 'base64'));
  if (!isExchangeFile(file))
    throw new ImuError('PROTOCOL_MISMATCH', `The sidecar names ${file}, which is no exchange file.`);
  const payload = await readFile(file);
  await unlink(file);
  return unpack(arrays, payload);
}

/** Removes the file of a message that nobody may have read. */
export async function discard({file}: Attachment): Promise<void> {
  if (file !== null) await unlink(file).catch(() => {});
}

/** Removes the exchange files of orchestrators that are no more. */
export function sweepExchangeFiles(): void {
  for (const folder of new Set([EXCHANGE_FOLDER, tmpdir()])) {
    for (const name of readdirSync(folder)) {
      const pid = FILE_NAME.exec(name)?.[1];
      if (pid !== undefined && !isAlive(Number(pid))) removeIfOurs(join(folder, name));
    }
  }
}

/** The orchestrator's pid, so that whoever finds the file later knows whether it is still wanted. */
const FILE_NAME = /^imu-(\d+)-\w+$/;

async function write(chunks: readonly Uint8Array[]): Promise<string> {
  try {
    return await writeIn(EXCHANGE_FOLDER, chunks);
  } catch (error) {
    // Containers often cap the folder in memory at 64 MB.
    if (!['ENOSPC', 'EDQUOT', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return await writeIn(tmpdir(), chunks);
  }
}

async function writeIn(folder: string, chunks: readonly Uint8Array[]): Promise<string> {
  const path = join(folder, `imu-${process.pid}-${randomBytes(8).toString('hex')}`);
  try {
    await writeFile(path, chunks, {flag: 'wx', mode: 0o600});
    return path;
  } catch (error) {
    await unlink(path).catch(() => {});
    throw error;
  }
}

function isExchangeFile(path: string): boolean {
  return FILE_NAME.exec(basename(path)) !== null && [EXCHANGE_FOLDER, tmpdir()].includes(dirname(path));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function removeIfOurs(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Another user's, or already gone.
  }
}
