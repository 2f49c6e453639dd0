import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {BadInput} from '../src/protocol/badInput.ts';
import {projectRoot} from './projectRoot.ts';

interface Declaration {
  readonly title: string;
  /** Free space that making it takes, with pip's downloads beside it. */
  readonly diskBytes: number;
}

const GIB = 2 ** 30;

/** The environments there are. Each has `envs/<name>/requirements.txt`; all share `envs/constraints.txt`, the lock. */
export const ENVIRONMENTS = {
  cpu: {title: 'sequence models on the CPU (any build of torch will do)', diskBytes: 2.5 * GIB},
  cuda: {title: "the same on NVIDIA devices; needs torch's CUDA build", diskBytes: 12 * GIB},
  llm: {title: 'large language models: with accelerate and sentencepiece', diskBytes: 12 * GIB},
} as const satisfies Record<string, Declaration>;

export type EnvironmentName = keyof typeof ENVIRONMENTS;

/** What else an environment may hold, from `envs/extras/<extra>.txt`; pinned by the same lock. */
export const EXTRAS = ['test'] as const;
export type Extra = (typeof EXTRAS)[number];

/** Throws BadInput that names the environments there are. */
export function environmentNamed(name: string, who: string, field = 'name'): EnvironmentName {
  if (Object.hasOwn(ENVIRONMENTS, name)) return name as EnvironmentName;
  throw BadInput.notOneOf(field, name, Object.keys(ENVIRONMENTS), who);
}

export const requirementsPath = (name: EnvironmentName): string => inEnvs(name, 'requirements.txt');
export const extraPath = (extra: Extra): string => inEnvs('extras', `${extra}.txt`);

/** Hash of all that decides what gets installed: the environment's requirements and the files they name. */
export function lockHashOf(name: EnvironmentName): string {
  const hash = createHash('sha256');
  for (const file of withIncludes(requirementsPath(name))) hash.update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/** Packages that are asked for by name: of an environment with what it includes, or of an extra. */
export function directPackages(file: string): string[] {
  const requirements = withIncludes(file).filter((included) => included !== inEnvs('constraints.txt'));
  return [...new Set(requirements.flatMap((included) => linesOf(included).filter((line) => !line.startsWith('-'))))];
}

/** Of all installed packages, those that the environment asks for by name. */
export function directVersions(
  name: EnvironmentName,
  installed: Readonly<Record<string, string>>,
): Record<string, string> {
  const direct = directPackages(requirementsPath(name)).sort();
  const found = direct.map((wanted): [string, string | undefined] => [wanted, installed[wanted]]);
  return Object.fromEntries(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Package → exact version for one Python, as `constraints.txt` says. */
export function pinnedVersions(pythonMinor: number): ReadonlyMap<string, string> {
  const pins = new Map<string, string>();
  for (const line of linesOf(inEnvs('constraints.txt'))) {
    const [, name = '', version = '', comparison, minor] = PIN.exec(line) ?? [];
    if (name === '') throw new Error(`envs/constraints.txt: cannot read "${line}"`);
    const applies = comparison === undefined || (comparison === '<') === pythonMinor < Number(minor);
    if (applies) pins.set(name, version);
  }
  return pins;
}

const PIN = /^([\w.-]+)==([\w.]+)(?:; python_version (<|>=) "3\.(\d+)")?$/;

function withIncludes(file: string): string[] {
  const included = linesOf(file).flatMap((line) => /^-[rc] (.+)$/.exec(line)?.slice(1) ?? []);
  return [file, ...included.flatMap((name) => withIncludes(path.resolve(path.dirname(file), name)))];
}

function linesOf(file: string): string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

const inEnvs = (...parts: string[]): string => path.join(projectRoot(), 'envs', ...parts);
