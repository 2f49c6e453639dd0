import type {TaskExplanation} from '../../report/index.ts';
import type {StoredObject} from '../../store/index.ts';
import type {TaskName, TaskState} from './describe.ts';
import {type Fact, type Line, section} from './layout.ts';

/** What the method was told that it would not have done by itself; a name alone would not say so. */
export function parameterLines({params}: TaskExplanation): Line[] {
  const changed = params.filter(({isDefault}) => !isDefault);
  const numDefault = params.length - changed.length;
  return section('parameters', [
    ...changed.map(
      ({name, value, defaultValue}): Fact => [
        name,
        `${JSON.stringify(value)}  (default ${JSON.stringify(defaultValue)})`,
      ],
    ),
    ['', `${changed.length === 0 ? 'all' : 'the other'} ${numDefault} are the method's defaults`],
  ]);
}

export function provenanceLines(tasks: readonly TaskExplanation[]): Line[] {
  const done = tasks.filter(({computedBy}) => computedBy !== null);
  const groups = Map.groupBy(done, computerOf);
  const numFiles = new Set(done.flatMap(({code}) => Object.keys(code))).size;
  return section('computed by', [
    ...[...groups].flatMap(([computer, group]): Fact[] => {
      const who = groups.size === 1 ? '' : [...new Set(group.map(({kind}) => kind))].join(', ');
      return computer.split('\n').map((line, index): Fact => [index === 0 ? who : '', line]);
    }),
    ['', numFiles === 0 ? '' : `the content of ${numFiles} code files is part of what the keys hash`],
  ]);
}

function computerOf({computedBy, provenance}: TaskExplanation): string {
  const {version, commit, device, deviceName, pythonVersion, packages} = provenance;
  return [
    `run ${computedBy}, imu ${version}, commit ${commit ?? 'unknown'}`,
    `${device} (${deviceName}), Python ${pythonVersion}, ${packagesOf(Object(packages))}`,
  ].join('\n');
}

export const WORDS: Readonly<Record<TaskState, string>> = {
  done: 'done',
  damaged:
    'DAMAGED: the result or a file of it is not what was written; the next run sets it aside and computes it anew',
  absent: 'not there: not run yet, or failed',
};

export const nameOf = ({key, id, state}: TaskName): string =>
  `${key.slice(0, 12)}  ${id}${state === 'done' ? '' : `  ${WORDS[state].split(':')[0]}`}`;

export function timeOf({seconds, finishedAt}: TaskExplanation): string {
  if (seconds === null) return 'no result that can be believed';
  return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s, ${finishedAt?.replace(/\.\d+Z$/, 'Z') ?? ''}`;
}

export const objectOf = (object: StoredObject): string => `${object.sha256.slice(0, 16)}  ${sizeOf(object)}`;

export function sizeOf({sizeBytes}: StoredObject): string {
  if (sizeBytes < 1000) return `${sizeBytes} bytes`;
  return sizeBytes < 1_000_000 ? `${(sizeBytes / 1000).toFixed(1)} kB` : `${(sizeBytes / 1_000_000).toFixed(1)} MB`;
}

export const packagesOf = (packages: Readonly<Record<string, unknown>>): string =>
  Object.entries(packages)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
