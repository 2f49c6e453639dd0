/**
 * Writes the Python side of the contract, and the hash that both sides compare in hello: `npm run gen`.
 *
 * datamodel-code-generator was tried on the same document: it drops `additionalProperties: false` and the operation table, makes Float `Any`, and turns
 * enums into classes that no caller wants, so this file stays.
 */
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, realpathSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {z} from 'zod';
import {SidecarEvent} from './events.ts';
import {FAILURE_CODES, Failure} from './failures.ts';
import {OPERATIONS, PROTOCOL_VERSION} from './operations.ts';

/** Every generated file: path from the project's root → text. The same schemas give the same bytes. */
export function generate(): Readonly<Record<string, string>> {
  const definitions = schemaDefinitions();
  const hash = createHash('sha256').update(canonicalJson(definitions)).digest('hex');
  return {
    'py/imu_sidecar/protocol_gen.py': renderPython(definitions, hash),
    'src/protocol/schema-hash.ts': renderHash(hash),
  };
}

/** JSON Schema (draft 2020-12), as far as the generator expresses it. */
export interface Schema {
  readonly [keyword: string]: unknown;
}
type Definitions = Readonly<Record<string, Schema>>;

/** Definitions that JSON Schema cannot say: what they are in Python. */
const SPECIAL: Readonly<Record<string, string>> = {Float: 'float', Json: 'Any'};

/** Keywords that say nothing about the value. */
const ANNOTATIONS = new Set(['$schema', 'title', 'description']);

/** zod bounds every integer by what a JavaScript number holds exactly; Python must refuse the same ones. */
const MAX_SAFE_INTEGER = Number.MAX_SAFE_INTEGER;

function schemaDefinitions(): Definitions {
  const roots: Record<string, z.ZodType> = {SidecarEvent, Failure};
  for (const [name, {input, output}] of Object.entries(OPERATIONS)) {
    roots[`${pascal(name)}Input`] = input;
    roots[`${pascal(name)}Output`] = output;
  }
  const document = z.toJSONSchema(z.strictObject(roots), {io: 'input', unrepresentable: 'any'}) as {
    properties: Definitions;
    $defs: Definitions;
  };
  const definitions: Record<string, Schema> = {};
  for (const [name, schema] of [...Object.entries(document.$defs), ...Object.entries(document.properties)]) {
    // zod's own names are reached from Json alone; a root with an id is its own definition already.
    if (name.startsWith('__') || schema.$ref === `#/$defs/${name}`) continue;
    definitions[name] = name in SPECIAL ? {} : schema;
  }
  return definitions;
}

/** Python source of a set of definitions. Throws on a schema keyword it does not know, rather than lose a rule. */
export function renderPython(definitions: Definitions, hash: string): string {
  const body = new PythonModule(definitions).render();
  const operations = Object.keys(OPERATIONS).map(
    (name) => `    "${name}": (${pascal(name)}Input, ${pascal(name)}Output),\n`,
  );
  const codes = Object.entries(FAILURE_CODES).map(
    ([code, {retryable}]) => `    "${code}": ${retryable ? 'True' : 'False'},\n`,
  );
  return [
    '"""The contract with the orchestrator. Generated from src/protocol by `npm run gen`: do not edit."""\n\n',
    'from typing import Annotated, Any, Literal\n\n',
    'from msgspec import Meta, Struct\n\n',
    `PROTOCOL_VERSION = ${PROTOCOL_VERSION}\n`,
    `SCHEMA_HASH = "${hash}"\n\n`,
    '# What a JavaScript number can be: exact integers, and real numbers that are not NaN or infinite.\n',
    `MAX_INTEGER = ${MAX_SAFE_INTEGER}\n`,
    `MAX_NUMBER = ${String(Number.MAX_VALUE).replace('+', '')}\n`,
    'Integer = Annotated[int, Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)]\n',
    'Number = Annotated[float, Meta(ge=-MAX_NUMBER, le=MAX_NUMBER)]\n',
    '\n\nclass Message(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):\n',
    '    """What every object of the contract has in common."""\n',
    body,
    '\n\n# Operation -> what it takes and what it gives.\n',
    'OPERATIONS: dict[str, tuple[type[Struct], type[Struct]]] = {\n',
    ...operations,
    '}\n\n# Code -> whether the same task may be tried again as it is.\n',
    'FAILURE_CODES: dict[str, bool] = {\n',
    ...codes,
    '}\n',
  ].join('');
}

/** Definitions in an order in which Python can evaluate them. */
class PythonModule {
  private readonly definitions: Definitions;
  private readonly done = new Set<string>();
  private readonly parts: string[] = [];
  private readonly tags: ReadonlyMap<string, string>;

  constructor(definitions: Definitions) {
    this.definitions = definitions;
    this.tags = findTags(definitions);
  }

  render(): string {
    for (const name of Object.keys(this.definitions)) this.define(name);
    // Two definitions may both ask for the empty lines between them.
    return this.parts
      .join('')
      .replace(/\n{4,}/g, '\n\n\n')
      .replace(/\n+$/, '\n');
  }

  private define(name: string): string {
    if (this.done.has(name)) return name;
    this.done.add(name);
    const schema = this.definitions[name];
    if (schema === undefined) throw new Error(`schema refers to ${name}, which is not defined`);
    if (schema.properties !== undefined) this.parts.push(this.struct(name, schema));
    else this.parts.push(`\n${name} = ${SPECIAL[name] ?? this.expression(schema, name)}\n`);
    return name;
  }

  private struct(name: string, schema: Schema): string {
    const {type, properties, required, additionalProperties, ...rest} = schema as {
      properties: Definitions;
      required?: readonly string[];
    } & Schema;
    refuseUnknown(rest, name);
    if (type !== 'object' || additionalProperties !== false) throw new Error(`${name} is not a strict object`);
    const tag = this.tags.get(name);
    const fields: string[] = [];
    for (const [field, fieldSchema] of Object.entries(properties)) {
      if (!required?.includes(field)) throw new Error(`${name}.${field} is optional; write T | null`);
      if (field !== tag) fields.push(`${snake(field, name)}: ${this.expression(fieldSchema, name + pascal(field))}\n`);
    }
    const bases = ['Message'];
    if (tag !== undefined) bases.push(`tag_field="${tag}"`, `tag=${python(properties[tag]?.const)}`);
    return `\n\nclass ${name}(${bases.join(', ')}):\n${indent(fields.join('') || 'pass\n')}\n`;
  }

  /** A type, as Python writes it. `name` is what an object without an id would be called. */
  private expression(schema: Schema, name: string): string {
    if (typeof schema.$ref === 'string') return this.reference(schema, name);
    if (schema.properties !== undefined) return this.anonymous(schema, name);
    const members = schema.oneOf ?? schema.anyOf;
    if (Array.isArray(members)) {
      const {oneOf: _one, anyOf: _any, ...rest} = schema;
      refuseUnknown(rest, name);
      return members.map((member: Schema) => this.expression(member, name)).join(' | ');
    }
    const {type, ...rest} = schema;
    if (Array.isArray(type)) {
      refuseUnknown(rest, name);
      return type.map((member: string) => this.expression({type: member}, name)).join(' | ');
    }
    switch (type) {
      case 'string':
        return stringType(rest, name);
      case 'integer':
        return numberType('int', rest, name);
      case 'number':
        return numberType('float', rest, name);
      case 'boolean':
        refuseUnknown(rest, name);
        return 'bool';
      case 'null':
        refuseUnknown(rest, name);
        return 'None';
      case 'array':
        return this.list(rest, name);
      case 'object':
        return this.record(rest, name);
      default:
        throw new Error(`${name}: the generator has no Python for ${JSON.stringify(schema)}`);
    }
  }

  private reference(schema: Schema, name: string): string {
    const {$ref, ...rest} = schema;
    refuseUnknown(rest, name);
    return this.define(String($ref).replace('#/$defs/', ''));
  }

  private anonymous(schema: Schema, name: string): string {
    if (name in this.definitions) throw new Error(`two objects are called ${name}: give one an id`);
    this.parts.push(this.struct(name, schema));
    return name;
  }

  private list(schema: Schema, name: string): string {
    const {items, minItems, maxItems, ...rest} = schema;
    refuseUnknown(rest, name);
    return annotated(`list[${this.expression(items as Schema, name)}]`, {min_length: minItems, max_length: maxItems});
  }

  private record(schema: Schema, name: string): string {
    const {propertyNames, additionalProperties, ...rest} = schema;
    refuseUnknown(rest, name);
    if (canonicalJson(propertyNames) !== '{"type":"string"}') throw new Error(`${name}: keys must be plain strings`);
    return `dict[str, ${this.expression(additionalProperties as Schema, name)}]`;
  }
}

const indent = (text: string): string => text.replace(/^(?=.)/gm, '    ');

/** Struct → the field that tells it from its siblings. A union of one has none: msgspec would let its tag be left out. */
function findTags(definitions: Definitions): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const [name, {oneOf}] of Object.entries(definitions)) {
    if (!Array.isArray(oneOf) || oneOf.length < 2) continue;
    const members = oneOf.map((member: Schema) => String(member.$ref).replace('#/$defs/', ''));
    const isTag = (field: string) =>
      members.every((member) => (definitions[member]?.properties as Definitions)?.[field]?.const !== undefined);
    const tag = ['kind', 'type'].find(isTag);
    if (tag === undefined) throw new Error(`${name} is a union without a tag`);
    for (const member of members) tags.set(member, tag);
  }
  return tags;
}

function stringType(schema: Schema, name: string): string {
  const {enum: values, const: value, minLength, maxLength, pattern, ...rest} = schema;
  refuseUnknown(rest, name);
  if (value !== undefined) return `Literal[${python(value)}]`;
  if (Array.isArray(values)) return literals(values);
  // `$` in Python also stands before a last newline.
  const exact = typeof pattern === 'string' ? pattern.replace(/\$$/, '\\Z') : undefined;
  return annotated('str', {min_length: minLength, max_length: maxLength, pattern: exact});
}

/** One line where it fits, as ruff would write it. */
function literals(values: readonly unknown[]): string {
  const line = `Literal[${values.map(python).join(', ')}]`;
  return line.length <= 100 ? line : `Literal[\n    ${values.map(python).join(',\n    ')},\n]`;
}

function numberType(type: 'int' | 'float', schema: Schema, name: string): string {
  const {minimum, maximum, exclusiveMinimum, exclusiveMaximum, ...rest} = schema;
  refuseUnknown(rest, name);
  const isInteger = type === 'int';
  const largest = isInteger ? MAX_SAFE_INTEGER : Number.MAX_VALUE;
  const ge = exclusiveMinimum === undefined ? (minimum ?? -largest) : undefined;
  const le = exclusiveMaximum === undefined ? (maximum ?? largest) : undefined;
  if (ge === -largest && le === largest) return isInteger ? 'Integer' : 'Number';
  const upper = le === largest ? {name: isInteger ? 'MAX_INTEGER' : 'MAX_NUMBER'} : le;
  return annotated(type, {ge, gt: exclusiveMinimum, le: upper, lt: exclusiveMaximum});
}

function annotated(type: string, rules: Record<string, unknown>): string {
  const given = Object.entries(rules).filter(([, value]) => value !== undefined);
  if (given.length === 0) return type;
  return `Annotated[${type}, Meta(${given.map(([rule, value]) => `${rule}=${python(value)}`).join(', ')})]`;
}

function refuseUnknown(schema: Schema, name: string): void {
  const unknown = Object.keys(schema).filter((keyword) => !ANNOTATIONS.has(keyword));
  if (unknown.length > 0) throw new Error(`${name}: the generator does not know the keyword ${unknown.join(', ')}`);
}

/** A string or number as a Python literal (JSON's are valid Python), or the name of a constant. */
function python(value: unknown): string {
  if (isName(value)) return value.name;
  if (typeof value !== 'string' && typeof value !== 'number') throw new Error(`no Python literal for ${String(value)}`);
  return JSON.stringify(value);
}

const isName = (value: unknown): value is {name: string} =>
  typeof value === 'object' && value !== null && 'name' in value;

/** camelCase → snake_case; throws where msgspec's `rename="camel"` would not lead back, or Python has the word. */
function snake(field: string, owner: string): string {
  const name = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const back = name.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
  if (!/^[a-z]/.test(field) || back !== field || PYTHON_KEYWORDS.has(name))
    throw new Error(`${owner}.${field} has no name in Python`);
  return name;
}

const PYTHON_KEYWORDS = new Set(
  'and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
);

const pascal = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

function renderHash(hash: string): string {
  return [
    '/** sha256 of the schemas of the contract. Generated by `npm run gen`, because computing it costs more at start-up than reading it. */\n',
    `export const SCHEMA_HASH = '${hash}';\n`,
  ].join('');
}

/** JSON with sorted keys, so that the order of declarations decides nothing. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}

/** The project's root, from src/protocol as from dist/src/protocol. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

// Both ways by their real path: `dist` is a link.
if (realpathSync(process.argv[1] ?? '') === realpathSync(fileURLToPath(import.meta.url))) {
  for (const [path, text] of Object.entries(generate())) {
    mkdirSync(dirname(join(projectRoot(), path)), {recursive: true});
    writeFileSync(join(projectRoot(), path), text);
    console.log(`wrote ${path}`);
  }
}
