import {closeSync, constants, fstatSync, openSync, readFileSync, renameSync, unlinkSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {z} from 'zod';
import {isProvablyDead, ownIdentity} from '../store/processIdentity.ts';
import {STREAM_FORMAT} from './messages.ts';

/** `watch.json` of a run directory: where its orchestrator streams, and the token that opens it. Only its owner may read it. */
export const StreamFile = z.object({
  formatVersion: z.int(),
  /** The token goes nowhere but to this machine. */
  url: z.string().regex(/^ws:\/\/127\.0\.0\.1:\d{1,5}$/),
  token: z.string().regex(/^[\w-]{43}$/),
  pid: z.int(),
  startedAt: z.iso.datetime(),
  /** Of the orchestrator, so that a viewer can tell whether it is dead. */
  process: z.strictObject({
    pid: z.int(),
    startTime: z.string(),
    bootId: z.string(),
    host: z.string(),
    pidNamespace: z.string(),
  }),
});
export type StreamFile = z.infer<typeof StreamFile>;

const pathIn = (directory: string): string => join(directory, 'watch.json');

/**
 * Puts the file there whole, in place of what a dead orchestrator left: whoever calls holds the run. `stagedPath` is a new path on the same
 * file system. Neither opening nor renaming follows a link.
 */
export function writeStreamFile(directory: string, stagedPath: string, door: {url: string; token: string}): void {
  const identity = ownIdentity();
  const content: StreamFile = {
    formatVersion: STREAM_FORMAT,
    ...door,
    pid: identity.pid,
    startedAt: new Date().toISOString(),
    process: identity,
  };
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = openSync(stagedPath, flags, 0o600);
  try {
    writeSync(file, `${JSON.stringify(content)}\n`);
  } finally {
    closeSync(file);
  }
  try {
    renameSync(stagedPath, pathIn(directory));
  } catch (thrown) {
    unlinkSync(stagedPath);
    throw thrown;
  }
}

/** Null when there is none that can be believed: missing, a link, somebody else's or not of our making. */
export function readStreamFile(directory: string): StreamFile | null {
  let file: number;
  try {
    file = openSync(pathIn(directory), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    const {uid} = fstatSync(file);
    if (process.getuid !== undefined && uid !== process.getuid()) return null;
    return StreamFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  } finally {
    closeSync(file);
  }
}

/** Only this machine's loopback is ever dialled: a token from another machine, on a shared disk, would go to a stranger here. */
export function isHere({process: {host, bootId}}: StreamFile): boolean {
  const own = ownIdentity();
  return host === own.host && bootId === own.bootId;
}

/** Whether somebody on this machine works on the run and lets it be watched. */
export function isStreaming(directory: string): boolean {
  const file = readStreamFile(directory);
  return file !== null && isHere(file) && !isProvablyDead(file.process);
}

/** Removes the file, if it is still the one of this token. */
export function removeStreamFile(directory: string, token: string): void {
  try {
    if (readStreamFile(directory)?.token === token) unlinkSync(pathIn(directory));
  } catch {
    // A folder that has become read-only keeps a token that opens nothing any more.
  }
}
