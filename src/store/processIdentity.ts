import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {readFileSync, readlinkSync} from 'node:fs';
import {hostname} from 'node:os';

/** Who holds something: enough to prove later that this very process is dead, and not another one of the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot on Linux; a date elsewhere. */
  readonly startTime: string;
  /** Changes with every boot; empty where the system has none. */
  readonly bootId: string;
  readonly host: string;
  /** Pids of another namespace (container) say nothing here. */
  readonly pidNamespace: string;
}

let own: ProcessIdentity | undefined;

export function ownIdentity(): ProcessIdentity {
  own ??= {
    pid: process.pid,
    startTime: startTimeOf(process.pid) ?? '',
    bootId: readOr('', () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    host: hostname(),
    pidNamespace: readOr('', () => readlinkSync('/proc/self/ns/pid')),
  };
  return own;
}

/** True only on proof: same machine, and booted since, or the pid is free, a zombie, or another process's. Unknown is not dead. */
export function isProvablyDead(holder: ProcessIdentity): boolean {
  const self = ownIdentity();
  if (holder.host !== self.host) return false;
  if (holder.bootId !== self.bootId) return true;
  if (holder.pidNamespace !== self.pidNamespace) return false;
  return startTimeOf(holder.pid) !== holder.startTime;
}

/** The identity as part of a file name, so that a file names its owner from the moment it exists. */
export function identityTag(identity: ProcessIdentity): string {
  return [
    identity.pid,
    identity.startTime.replaceAll(/\W/g, ''),
    short(identity.bootId),
    short(placeOf(identity)),
  ].join('-');
}

/** As `isProvablyDead`, for an `identityTag`; false where the tag is none. */
export function isTagProvablyDead(tag: string): boolean {
  const [, pid, startTime, boot, place] = /^(\d+)-(\w+)-([0-9a-f]{8})-([0-9a-f]{8})$/.exec(tag) ?? [];
  const self = ownIdentity();
  if (pid === undefined || place !== short(placeOf(self))) return false;
  return boot !== short(self.bootId) || startTimeOf(Number(pid))?.replaceAll(/\W/g, '') !== startTime;
}

const placeOf = (identity: ProcessIdentity): string => `${identity.host} ${identity.pidNamespace}`;

const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

/** Null when no such process runs; a zombie has ended. */
function startTimeOf(pid: number): string | null {
  return process.platform === 'linux' ? startTicksOf(pid) : startDateOf(pid);
}

function startTicksOf(pid: number): string | null {
  const stat = readOr(null, () => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (stat === null) return null;
  // Field 2 is the command's name in brackets and may hold anything; fields 3 and 22 are state and start time (proc_pid_stat(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
}

function startDateOf(pid: number): string | null {
  const started = readOr('', () =>
    execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: {...process.env, LC_ALL: 'C', TZ: 'UTC'},
    }),
  );
  return started.trim() || null;
}

function readOr<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
