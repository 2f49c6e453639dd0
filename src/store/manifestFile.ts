import {closeSync, constants, lstatSync, openSync, readFileSync, readSync} from 'node:fs';
import {join} from 'node:path';
import {crc32} from 'node:zlib';
import type {KeyParts, Task} from '../plan/task.ts';
import {parse, stringify} from '../protocol/index.ts';
import type {Manifest} from './manifest.ts';

/** Of `manifest.json`. A manifest of a higher one is refused with a clear word. */
export const MANIFEST_FORMAT = 1;

/** What a folder says of itself: the manifest of a run; a run of a newer imu; or no run, as far as anybody can tell. */
export type ManifestReading =
  | {readonly kind: 'read'; readonly manifest: Manifest}
  | {readonly kind: 'newer'; readonly formatVersion: number; readonly content: Readonly<Record<string, unknown>>}
  | {readonly kind: 'none'};

export function readManifestFile(directory: string): ManifestReading {
  const path = join(directory, 'manifest.json');
  if (lstatSync(path, {throwIfNoEntry: false})?.isFile() !== true) return {kind: 'none'};
  try {
    const {text, tasks} = takeTasksOut(readFileSync(path));
    const content = parse(text) as Readonly<Record<string, unknown>>;
    const {formatVersion} = content;
    if (Number.isInteger(formatVersion) && (formatVersion as number) > MANIFEST_FORMAT)
      return {kind: 'newer', formatVersion: formatVersion as number, content};
    return formatVersion === MANIFEST_FORMAT ? {kind: 'read', manifest: unpack(content, tasks)} : {kind: 'none'};
  } catch {
    return {kind: 'none'};
  }
}

/** The format of a manifest that only a newer imu can read, else null. Reads no more of the file than it must. */
export function newerFormatOf(directory: string): number | null {
  const [, format] = /^\{"formatVersion":(\d+)[,}]/.exec(firstBytes(join(directory, 'manifest.json'))) ?? [];
  if (format !== undefined) return Number(format) > MANIFEST_FORMAT ? Number(format) : null;
  const reading = readManifestFile(directory);
  return reading.kind === 'newer' ? reading.formatVersion : null;
}

/**
 * A manifest as text: one JSON value. What tasks have in common (the files of their code, the environment) stands in it once, under `shared`:
 * that is nine tenths of a plan of thousands of tasks. The tasks have a line to themselves, and a sum of all says that they may be read later.
 * `readManifestFile` gives back what was written; it reads manifests without `shared`, and without the sum, too.
 */
export function manifestText({plan: {tasks, ...plan}, ...manifest}: Manifest): string {
  const code = interner<KeyParts['code']>();
  const environment = interner<KeyParts['environment']>();
  const packTask = ({keyParts, ...task}: Task): PackedTask | Task =>
    isDerivable(keyParts, task)
      ? {...task, keyParts: {code: code.place(keyParts.code), environment: environment.place(keyParts.environment)}}
      : {...task, keyParts};
  const packed = stringify(tasks.map(packTask));
  const shared: Shared = {code: code.all, environment: environment.all};
  const head = `${unclosed(manifest)},"plan":${unclosed(plan)},"tasks":\n${packed}\n},"shared":${unclosed(shared)}`;
  return `${head}${sumText(crc32(head))}`;
}

/** An object as text, without its end. */
const unclosed = (object: object): string => stringify(object).slice(0, -1);

const sumText = (sum: number): string => `,"sum":"${sum.toString(16).padStart(8, '0')}"}}\n`;
const NUM_SUM_BYTES = sumText(0).length;
const NEWLINE = 0x0a;

/**
 * Where the sum says that all is as it was written: the text without tasks, and those. A viewer of a run of thousands of tasks draws its first
 * screen without them. Else the whole text: what somebody changed is read in full, and at once.
 */
function takeTasksOut(bytes: Buffer): {readonly text: string; readonly tasks: Buffer | null} {
  const numSummed = bytes.length - NUM_SUM_BYTES;
  const start = bytes.indexOf(NEWLINE) + 1;
  const end = bytes.indexOf(NEWLINE, start);
  const isWhole = start < end && end < numSummed;
  if (!isWhole || bytes.toString('latin1', numSummed) !== sumText(crc32(bytes.subarray(0, numSummed))))
    return {text: bytes.toString('utf8'), tasks: null};
  const text = `${bytes.toString('utf8', 0, start)}[]${bytes.toString('utf8', end)}`;
  return {text, tasks: bytes.subarray(start, end)};
}

/** Empty where there is no such file. */
function firstBytes(path: string): string {
  if (lstatSync(path, {throwIfNoEntry: false})?.isFile() !== true) return '';
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const bytes = Buffer.alloc(64);
    return bytes.toString('latin1', 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

interface Shared {
  readonly code: readonly KeyParts['code'][];
  readonly environment: readonly KeyParts['environment'][];
}

/** Places in `shared`; kind, spec and inputs are the task's own. */
interface PackedTask extends Omit<Task, 'keyParts'> {
  readonly keyParts: {readonly code: number; readonly environment: number};
}

function isDerivable(keyParts: KeyParts, {spec, inputs}: Omit<Task, 'keyParts'>): boolean {
  return (
    Object.keys(keyParts).length === 5 &&
    keyParts.kind === spec.kind &&
    (keyParts.spec === spec || stringify(keyParts.spec) === stringify(spec)) &&
    (keyParts.inputs === inputs || stringify(keyParts.inputs) === stringify(inputs))
  );
}

/** `tasksText`: those of the plan, where they are not in `content`. */
function unpack(content: Readonly<Record<string, unknown>>, tasksText: Buffer | null): Manifest {
  const {shared, ...manifest} = content as unknown as Manifest & {readonly shared?: Shared};
  if (shared === undefined) return manifest;
  const {plan} = manifest;
  if (tasksText === null) return {...manifest, plan: {...plan, tasks: unpackTasks(plan.tasks, shared)}};
  let tasks: readonly Task[] | null = null;
  return {
    ...manifest,
    plan: {
      ...plan,
      get tasks() {
        tasks ??= unpackTasks(parse(tasksText.toString('utf8')) as readonly PackedTask[], shared);
        return tasks;
      },
    },
  };
}

function unpackTasks(tasks: readonly (Task | PackedTask)[], shared: Shared): readonly Task[] {
  return tasks.map((task) => {
    const {code, environment} = task.keyParts;
    if (typeof code !== 'number' || typeof environment !== 'number') return task as Task;
    const {spec, inputs} = task;
    const parts = {code: at(shared.code, code), environment: at(shared.environment, environment)};
    return {...task, keyParts: {kind: spec.kind, spec, inputs, ...parts}};
  });
}

function at<T>(list: readonly T[], place: number): T {
  const found = list[place];
  if (found === undefined) throw new RangeError(`there is no shared part ${place}`);
  return found;
}

/** A list in which equal values stand once. */
function interner<T extends object>(): {readonly all: readonly T[]; place(value: T): number} {
  const all: T[] = [];
  const byIdentity = new Map<T, number>();
  const byText = new Map<string, number>();
  return {
    all,
    place(value) {
      const known = byIdentity.get(value) ?? byText.get(stringify(value));
      const place = known ?? all.push(value) - 1;
      byIdentity.set(value, place);
      if (known === undefined) byText.set(stringify(value), place);
      return place;
    },
  };
}
