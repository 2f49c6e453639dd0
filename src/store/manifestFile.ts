import {closeSync, constants, lstatSync, openSync, readFileSync, readSync} from 'node:fs';
import {join} from 'node:path';
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
    const content = parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>;
    const {formatVersion} = content;
    if (Number.isInteger(formatVersion) && (formatVersion as number) > MANIFEST_FORMAT)
      return {kind: 'newer', formatVersion: formatVersion as number, content};
    return formatVersion === MANIFEST_FORMAT ? {kind: 'read', manifest: unpack(content)} : {kind: 'none'};
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
 * A manifest as text. What tasks have in common (the files of their code, the environment) stands in it once, under `shared`: that is
 * nine tenths of a plan of thousands of tasks. `readManifestFile` gives back what was written; it reads manifests without `shared` too.
 */
export function manifestText(manifest: Manifest): string {
  const code = interner<KeyParts['code']>();
  const environment = interner<KeyParts['environment']>();
  const packTask = ({keyParts, ...task}: Task): PackedTask | Task =>
    isDerivable(keyParts, task)
      ? {...task, keyParts: {code: code.place(keyParts.code), environment: environment.place(keyParts.environment)}}
      : {...task, keyParts};
  const plan = {...manifest.plan, tasks: manifest.plan.tasks.map(packTask)};
  const shared: Shared = {code: code.all, environment: environment.all};
  return `${stringify({...manifest, plan, shared})}\n`;
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

function unpack(content: Readonly<Record<string, unknown>>): Manifest {
  const {shared, ...manifest} = content as unknown as Manifest & {readonly shared?: Shared};
  if (shared === undefined) return manifest;
  const tasks = manifest.plan.tasks.map((task: Task | PackedTask): Task => {
    const {code, environment} = task.keyParts;
    if (typeof code !== 'number' || typeof environment !== 'number') return task as Task;
    const {spec, inputs} = task;
    const parts = {code: at(shared.code, code), environment: at(shared.environment, environment)};
    return {...task, keyParts: {kind: spec.kind, spec, inputs, ...parts}};
  });
  return {...manifest, plan: {...manifest.plan, tasks}};
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
