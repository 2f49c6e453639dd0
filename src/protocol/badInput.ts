import type {z} from 'zod';
import {ImuError} from './failures.ts';
import {nearest} from './suggest.ts';

export interface BadInputDetails {
  /** Who asks: a command, file or schema, e.g. `imu run` or `experiments/mine.ts`. */
  readonly who: string;
  /** Path of the value, e.g. `--device` or `rows[2].params.epochs`; empty where the whole is meant. */
  readonly field: string;
  readonly value: unknown;
  /** What may stand there: the words themselves, or a phrase such as `a whole number from 0 to 4294967295`. */
  readonly allowed: readonly string[] | string;
  /** The word that was probably meant. Not given: looked up among `allowed`. Null: none. */
  readonly nearest?: string | null;
  /** What is wrong, where "is not allowed" does not say it, e.g. `is given twice`. */
  readonly problem?: string;
}

/** Something a person wrote cannot be used; nothing was done yet. The command line exits with 2 on it. */
export class BadInput extends ImuError {
  readonly who: string;
  readonly field: string;
  readonly value: unknown;
  readonly allowed: readonly string[] | string;
  readonly nearest: string | null;

  constructor(details: BadInputDetails) {
    const match = details.nearest === undefined ? nearestAllowed(details) : details.nearest;
    const place = [details.who, details.field].filter((part) => part !== '').join(': ');
    const problem = details.problem ?? 'is not allowed';
    const hint = `Allowed: ${listed(details.allowed)}.${match === null ? '' : ` Did you mean ${match}?`}`;
    super('INVALID_REQUEST', `${place}: ${shown(details.value)} ${problem}.`, {hint, type: 'BadInput'});
    this.who = details.who;
    this.field = details.field;
    this.value = details.value;
    this.allowed = details.allowed;
    this.nearest = match;
  }

  /** A word that is none of those allowed. */
  static notOneOf(field: string, value: unknown, allowed: readonly string[], who = ''): BadInput {
    return new BadInput({who, field, value, allowed});
  }
}

/** What `schema` makes of `input`. Throws BadInput that names the first wrong field. */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown, who: string): T {
  const result = schema.safeParse(input);
  if (!result.success) throw fromZodError(result.error, who, input, schema);
  return result.data;
}

/** The first issue of a failed parse, for people. With the schema and the input it can also show the value and the nearest name. */
export function fromZodError(error: z.ZodError, who: string, input?: unknown, schema?: z.ZodType): BadInput {
  const issue = error.issues[0];
  if (issue === undefined) throw new TypeError('a ZodError without issues');
  const value = issue.path.reduce(property, input);
  const about = {who, field: fieldName(issue.path), value};
  switch (issue.code) {
    case 'unrecognized_keys': {
      const key = issue.keys[0] ?? '';
      const known = schema === undefined ? [] : keysAt(schema, issue.path, input);
      const allowed = known.length > 0 ? known : 'only names that this object has';
      return new BadInput({
        who,
        field: fieldName([...issue.path, key]),
        value: key,
        allowed,
        problem: 'is not a name known here',
      });
    }
    case 'invalid_value':
      return new BadInput({...about, allowed: issue.values.map(String), ...missing(value)});
    case 'invalid_type':
      return new BadInput({...about, allowed: article(issue.expected), ...missing(value)});
    case 'invalid_union':
      return new BadInput({...about, allowed: unionMembers(issue), ...missing(value)});
    default:
      return new BadInput({...about, allowed: expectation(issue.message)});
  }
}

const missing = (value: unknown): {problem?: string} => (value === undefined ? {problem: 'is missing'} : {});

function nearestAllowed({value, allowed}: BadInputDetails): string | null {
  return typeof value === 'string' && typeof allowed !== 'string' ? nearest(value, allowed) : null;
}

function unionMembers(issue: z.core.$ZodIssueInvalidUnion): readonly string[] | string {
  if ('options' in issue && Array.isArray(issue.options)) return issue.options.map(String);
  const members = issue.errors.flatMap((errors) => errors.slice(0, 1).map(({message}) => expectation(message)));
  return members.length > 0 ? [...new Set(members)].join(', or ') : expectation(issue.message);
}

/** zod says `Too small: expected number to be >=0`; people need `number to be >=0`. */
function expectation(message: string): string {
  return message.replace(/^.*?expected /, '').replace(/, received .*$/, '');
}

const article = (noun: string): string => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;

function listed(allowed: readonly string[] | string): string {
  if (typeof allowed === 'string') return allowed;
  return allowed.length === 0 ? 'nothing' : allowed.join(', ');
}

/** A value on one short line, with nothing in it that a terminal would obey. */
function shown(value: unknown): string {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : JSON.stringify(value);
  if (text === undefined) return value === undefined ? 'the value' : `a ${typeof value}`;
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}

/** `['rows', 2, 'params']` → `rows[2].params`. */
function fieldName(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

function property(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/** Names that the object schema at `path` has; of a union, those of the member that the input's tag selects. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[], input: unknown): string[] {
  let current = unwrapped(schema, input);
  let value = input;
  for (const key of path) {
    value = property(value, key);
    const next: z.ZodType | undefined = current.shape?.[String(key)] ?? current.element ?? current.valueType;
    if (next === undefined) return [];
    current = unwrapped(next, value);
  }
  return Object.keys(current.shape ?? {});
}

interface SchemaParts {
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly discriminator?: string;
}

/** The parts of a schema behind its optional, nullable, default, pipe and union wrappers. */
function unwrapped(schema: z.ZodType, value: unknown): SchemaParts {
  const parts = schema._zod.def as SchemaParts;
  const inner = parts.innerType ?? parts.in;
  if (inner !== undefined) return unwrapped(inner, value);
  const tag = parts.discriminator;
  const member = parts.options?.find((option) => tag !== undefined && accepts(option, tag, property(value, tag)));
  return member === undefined ? parts : unwrapped(member, value);
}

function accepts(option: z.ZodType, tag: string, value: unknown): boolean {
  return unwrapped(option, undefined).shape?.[tag]?.safeParse(value).success ?? false;
}
