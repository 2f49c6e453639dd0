import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {z} from 'zod';
import {generate, projectRoot, renderPython, type Schema} from './generate.ts';
import {Failure, OPERATIONS, parse, SCHEMA_HASH, Selection, SidecarEvent, stringify} from './index.ts';

const read = (path: string): string => readFileSync(join(projectRoot(), path), 'utf8');

interface Message {
  readonly name: string;
  readonly schema: string;
  readonly valid: boolean;
  readonly message: unknown;
}
interface Float {
  readonly name: string;
  readonly text: string;
  /** null where the text is to be refused. */
  readonly value: number | 'nan' | 'inf' | '-inf' | null;
}
const messages: Message[] = JSON.parse(read('py/tests/cases/messages.json'));
const floats: Float[] = JSON.parse(read('py/tests/cases/floats.json'));

describe('the contract', () => {
  // py/tests/test_protocol.py reads the same cases.
  test.each(messages)('accepts or refuses $name as Python does', ({schema, message, valid}) => {
    expect(schemaOf(schema).safeParse(parse(JSON.stringify(message))).success).toBe(valid);
  });

  test.each(floats)('reads $name as Python does', ({text, value}) => {
    if (value === null) {
      expect(() => parse(text)).toThrow(SyntaxError);
      return;
    }
    const expected =
      {nan: Number.NaN, inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY}[String(value)] ?? value;
    expect(parse(text)).toBe(expected);
    expect(stringify(parse(text))).toBe(text);
  });

  test.each(Object.entries(generate()))('is what %s was generated from (`npm run gen` makes it so)', (path, text) => {
    expect(read(path)).toBe(text);
  });

  test('has one hash on both sides', () => {
    expect(read('py/imu_sidecar/protocol_gen.py')).toContain(`SCHEMA_HASH = "${SCHEMA_HASH}"`);
  });
});

describe('the generator', () => {
  const object = (properties: Record<string, unknown>, more: Schema = {}): Schema => ({
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
    ...more,
  });

  test.each([
    ['a keyword it does not know', object({a: {type: 'string', format: 'email'}}), 'does not know the keyword format'],
    ['an optional field', object({a: {type: 'string'}}, {required: []}), 'optional'],
    ['an object that takes more', object({}, {additionalProperties: true}), 'not a strict object'],
    ['a union without a tag', {oneOf: [{$ref: '#/$defs/A'}, {$ref: '#/$defs/B'}]}, 'without a tag'],
    ['a name that Python keeps for itself', object({lambda: {type: 'number'}}), 'no name in Python'],
    ['a name that does not come back', object({HTTPCode: {type: 'number'}}), 'no name in Python'],
    ['a definition that is not there', object({a: {$ref: '#/$defs/Nowhere'}}), 'not defined'],
    ['a type of no kind', object({a: {}}), 'no Python for'],
  ])('refuses %s', (_what, schema, message) => {
    expect(() => renderPython({Thing: schema, A: object({}), B: object({})}, '')).toThrow(message);
  });

  test('writes bounds, patterns, unions and names as Python has them', () => {
    const definitions = {
      Thing: object({
        learningRate: {type: 'number', exclusiveMinimum: 0},
        name: {type: 'string', pattern: '^a$'},
        either: {anyOf: [{type: 'integer', minimum: 1, maximum: 9}, {type: 'null'}]},
        parts: {type: 'array', items: object({x1: {type: 'boolean'}}), minItems: 2},
      }),
    };
    const source = renderPython(definitions, '');
    expect(source).toContain('learning_rate: Annotated[float, Meta(gt=0, le=MAX_NUMBER)]');
    expect(source).toContain('name: Annotated[str, Meta(pattern="^a\\\\Z")]');
    expect(source).toContain('either: Annotated[int, Meta(ge=1, le=9)] | None');
    expect(source).toContain('parts: Annotated[list[ThingParts], Meta(min_length=2)]');
    expect(source.indexOf('class ThingParts')).toBeLessThan(source.indexOf('class Thing('));
  });
});

/** `TrainInput`, `TrainOutput`, or a schema by its own name. */
function schemaOf(name: string): z.ZodType {
  const [, operation = '', end] = /^(.*)(Input|Output)$/.exec(name) ?? [];
  if (!end) return {Selection, SidecarEvent, Failure}[name] ?? z.never();
  const key = (operation.charAt(0).toLowerCase() + operation.slice(1)) as keyof typeof OPERATIONS;
  return end === 'Input' ? OPERATIONS[key].input : OPERATIONS[key].output;
}
