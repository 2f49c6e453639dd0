import {randomUUID} from 'node:crypto';
import {linkSync, readdirSync, readFileSync, unlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ProcessIdentity} from './processIdentity.ts';
import {isProvablyDead, ownIdentity} from './processIdentity.ts';

/** The right of one process to do one thing. Ends with `release`, or with the process: nothing is ever unlocked by hand. */
export interface Lease {
  release(): void;
}

export interface Holder extends ProcessIdentity {
  readonly nonce: string;
}

/**
 * Takes the lease `name` in `folder`, or returns its living holder. The file appears with its content in one step (link), and a dead
 * holder's file is removed only by whoever holds the lease to break that very file, so that two who find it dead cannot both have it.
 */
export function acquireLease(folder: string, name: string, stagePath: (extension: string) => string): Lease | Holder {
  const mine: Holder = {...ownIdentity(), nonce: randomUUID()};
  const path = join(folder, name);
  for (;;) {
    if (linkNew(path, JSON.stringify(mine), stagePath('lease'))) return {release: () => releaseOwn(path, mine.nonce)};
    const holder = readHolder(path);
    if (holder === null) continue;
    if (!isProvablyDead(holder)) return holder;
    const toBreak = acquireLease(folder, `${name}.${holder.nonce.slice(0, 8)}`, stagePath);
    if (!isLease(toBreak)) return toBreak;
    if (readHolder(path)?.nonce === holder.nonce) unlinkSync(path);
    toBreak.release();
  }
}

export const isLease = (held: Lease | Holder): held is Lease => 'release' in held;

/** Removes what dead processes left behind, by taking it and giving it back. */
export function sweepLeases(folder: string, stagePath: (extension: string) => string): void {
  for (const name of readdirSync(folder)) {
    const holder = readHolder(join(folder, name));
    if (holder === null || !isProvablyDead(holder)) continue;
    const held = acquireLease(folder, name, stagePath);
    if (isLease(held)) held.release();
  }
}

function linkNew(path: string, content: string, staged: string): boolean {
  writeFileSync(staged, content, {flag: 'wx'});
  try {
    linkSync(staged, path);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw thrown;
  } finally {
    unlinkSync(staged);
  }
}

function releaseOwn(path: string, nonce: string): void {
  if (readHolder(path)?.nonce === nonce) unlinkSync(path);
}

/** Null when the lease has been given back. A file that cannot be read as a lease (a power cut empties it) was held before the boot. */
function readHolder(path: string): Holder | null {
  try {
    const text = readFileSync(path, 'utf8');
    return parseHolder(text);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw thrown;
  }
}

function parseHolder(text: string): Holder {
  try {
    const holder: Holder = JSON.parse(text);
    if (typeof holder.nonce === 'string' && typeof holder.pid === 'number') return holder;
  } catch {}
  return {...ownIdentity(), bootId: 'lost in a power cut', nonce: 'unreadable'};
}
