import type {Suite} from '../plan/suite.ts';
import type {PlannedTask} from '../protocol/index.ts';
import type {Manifest} from '../store/manifest.ts';
import type {Projection, TaskView} from '../store/projection.ts';
import {TASK_NUMBERS, taskNumber} from './taskValues.ts';
import {TASK_LOOKS} from './theme.ts';

/** What a filter says, or why it cannot be read. */
export type TaskFilter = {readonly matches: (task: TaskView) => boolean} | {readonly error: string};

/** Fields that are compared with a word: the beginning of it is enough, but for seeds. */
const FIELDS: Readonly<Record<string, (task: TaskView) => readonly string[]>> = {
  status: ({state}) => [state, TASK_LOOKS[state].word.toLowerCase()],
  row: ({plan}) => [plan.row ?? 'shared'],
  kind: ({plan}) => [plan.kind],
  lane: ({lane}) => (lane === null ? [] : [String(lane)]),
};
const FIELD_NAMES = [...Object.keys(FIELDS), 'seed'];

const COMPARISONS: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '<=': (value, limit) => value <= limit,
  '>=': (value, limit) => value >= limit,
  '<': (value, limit) => value < limit,
  '>': (value, limit) => value > limit,
  '=': (value, limit) => value === limit,
};

/** `words status:failed row:imu seed:1 forgetLoss<2.5`: everything must hold. Words are parts of the id. */
export function parseFilter(text: string, manifest: Manifest, projection: () => Projection): TaskFilter {
  const terms = text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => parseTerm(word, manifest, projection));
  const wrong = terms.find((term) => 'error' in term);
  if (wrong !== undefined) return wrong;
  const tests = terms.flatMap((term) => ('matches' in term ? [term.matches] : []));
  return {matches: (task) => tests.every((test) => test(task))};
}

/** Names that a number can be asked for by. */
export const numberNames = ({columns}: Suite): readonly string[] => [...columns.map(({id}) => id), ...TASK_NUMBERS];

function parseTerm(word: string, manifest: Manifest, projection: () => Projection): TaskFilter {
  const [, name, operator, limit] = /^([\w.-]+)(<=|>=|<|>|=)(.*)$/.exec(word) ?? [];
  if (name !== undefined && operator !== undefined)
    return numberTerm(name, operator, limit ?? '', manifest, projection);
  const colon = word.indexOf(':');
  if (colon === -1) {
    const part = word.toLowerCase();
    return {matches: ({plan}) => plan.id.toLowerCase().includes(part)};
  }
  return fieldTerm(word.slice(0, colon), word.slice(colon + 1).toLowerCase());
}

function fieldTerm(field: string, value: string): TaskFilter {
  if (field === 'seed') return {matches: ({plan}) => hasSeed(plan, value)};
  const valuesOf = FIELDS[field];
  if (valuesOf === undefined) return {error: `no field ${field}: there are ${FIELD_NAMES.join(', ')}`};
  if (field === 'status' && !isStatus(value))
    return {error: `no status ${value}: there are ${Object.keys(TASK_LOOKS).join(', ')}`};
  return {matches: (task) => valuesOf(task).some((known) => known.startsWith(value))};
}

const isStatus = (value: string): boolean =>
  Object.entries(TASK_LOOKS).some(([state, {word}]) =>
    [state, word.toLowerCase()].some((name) => name.startsWith(value)),
  );

/** `1`, `t1` and `u1`: either seed, the train seed, the unlearn seed. */
function hasSeed({trainSeed, unlearnSeed}: PlannedTask, value: string): boolean {
  return [trainSeed, unlearnSeed].some(
    (seed, index) => seed !== null && [`${seed}`, `${'tu'[index]}${seed}`].includes(value),
  );
}

function numberTerm(
  name: string,
  operator: string,
  limit: string,
  manifest: Manifest,
  projection: () => Projection,
): TaskFilter {
  const names = numberNames(manifest.suite);
  if (!names.includes(name)) return {error: `no number ${name}: there are ${names.join(', ')}`};
  const number = Number(limit);
  if (limit === '' || Number.isNaN(number))
    return {error: `${name}${operator} needs a number, such as ${name}${operator}2.5`};
  const holds = COMPARISONS[operator] as (value: number, limit: number) => boolean;
  return {
    matches: (task) => {
      const value = taskNumber(manifest, projection(), task, name);
      return value !== null && holds(value, number);
    },
  };
}
