import {crc32} from 'node:zlib';
import type {PlannedTask} from '../protocol/index.ts';
import {parse, stringify} from '../protocol/index.ts';
import {indexTasks, type Projection, type TaskView} from './projection.ts';
import type {Point, Series} from './series.ts';

/**
 * Of the text, and of what the fold makes of a journal: raise it whenever the same events give another projection, so that no projection
 * of an older fold is taken for one of this.
 */
export const SNAPSHOT_FORMAT = 3;

/** A projection as text, exactly: what is decoded equals what was encoded, and folds on as that would have. Its last line is a sum of the others. */
export function encodeProjection(projection: Projection): string {
  const lines = [...snapshotLines(projection)].join('\n');
  return `${lines}\n${crc32(lines)}`;
}

/** The same without the sum, line by line, for a writer that must let others have their turn. Parts that were encoded before are not encoded again. */
export function* snapshotLines({tasks, indexByKey, ...rest}: Projection): Generator<string> {
  yield stringify({format: SNAPSHOT_FORMAT, numTasks: tasks.length, ...rest} satisfies Head);
  yield remembered(planLines, indexByKey, () => encodePlans(tasks, indexByKey));
  for (const task of tasks) yield remembered(taskLines, task, () => encodeTask(task));
}

/** Inverse of `encodeProjection`. Throws SyntaxError on what it did not write. */
export function decodeProjection(text: string): Projection {
  const end = text.lastIndexOf('\n');
  const lines = text.slice(0, Math.max(0, end));
  if (text.slice(end + 1) !== `${crc32(lines)}`) throw new SyntaxError('a snapshot that is not what was written');
  return decodeLines(lines);
}

/**
 * Inverse of `snapshotLines`, for text that is known to be what was written: curves, influence and weights of a task are decoded when one of
 * them is first looked at, which may be never.
 */
export function decodeLines(text: string): Projection {
  const [head = '', plans = '', ...lines] = text.split('\n');
  const {format, numTasks, ...rest} = parse(head) as Head;
  if (format !== SNAPSHOT_FORMAT) throw new SyntaxError(`a snapshot of format ${format}, not ${SNAPSHOT_FORMAT}`);
  const planned = decodePlans(plans);
  const tasks = parse(`[${lines.map(withoutTrace).join(',')}]`) as Mutable<TaskView>[];
  if (lines.length !== numTasks || planned.length !== numTasks || tasks.length !== numTasks)
    throw new SyntaxError(`a snapshot of ${lines.length} tasks where ${numTasks} were written`);
  for (const [index, task] of tasks.entries())
    completeTask(task, planned[index] as PlannedTask, lines[index] as string);
  const indexByKey = indexTasks(tasks);
  planLines.set(indexByKey, plans);
  return {...rest, tasks, indexByKey};
}

interface Head extends Omit<Projection, 'tasks' | 'indexByKey'> {
  readonly format: number;
  readonly numTasks: number;
}

/** Both are made anew when what they stand for changes. */
const planLines = new WeakMap<object, string>();
const taskLines = new WeakMap<object, string>();

function remembered(lines: WeakMap<object, string>, part: object, encode: () => string): string {
  const known = lines.get(part);
  if (known !== undefined) return known;
  const line = encode();
  lines.set(part, line);
  return line;
}

/** Keys of inputs are long, and those of other tasks: their places say the same. */
function encodePlans(tasks: readonly TaskView[], indexByKey: Projection['indexByKey']): string {
  return stringify(
    tasks.map(({plan}) => ({...plan, inputs: plan.inputs.map((input) => indexByKey.get(input) ?? input)})),
  );
}

function decodePlans(line: string): PlannedTask[] {
  const packed = parse(line) as (Omit<PlannedTask, 'inputs'> & {inputs: (number | string)[]})[];
  for (const plan of packed)
    plan.inputs = plan.inputs.map((input) => (typeof input === 'string' ? input : (packed[input]?.key ?? '')));
  return packed as PlannedTask[];
}

/**
 * A line of a task without its plan, which stands above: what every view needs and, behind a tab (which JSON text writes as `\\t`), what was
 * traced, where anything was.
 */
function encodeTask(task: TaskView): string {
  if (!hasTrace(task)) return stringify({...task, plan: null});
  const {series: _series, influence: _influence, weights: _weights, ...fields} = task;
  return `${stringify({...fields, plan: null})}\t${stringify(toTraceRow(task))}`;
}

const withoutTrace = (line: string): string => (line.includes('\t') ? line.slice(0, line.indexOf('\t')) : line);

type Trace = Pick<TaskView, 'series' | 'influence' | 'weights'>;

const hasTrace = ({series, influence, weights}: Trace): boolean =>
  series.length > 0 || influence !== null || weights !== null;

/** `task` is what `parse` made of a line, and becomes whole: thousands of copies would cost as much as parsing. */
function completeTask(task: Mutable<TaskView>, plan: PlannedTask, line: string): void {
  task.plan = plan;
  if (line.includes('\t')) Object.defineProperties(task, TRACE_LATER);
  taskLines.set(task, line);
}

type Mutable<T> = {-readonly [Name in keyof T]: T[Name]};

/** Own fields as any other, for whoever copies or compares a task; the same for all tasks, which keeps these of one shape. */
const TRACE_LATER: PropertyDescriptorMap = {
  series: {get: traceField('series'), enumerable: true, configurable: true},
  influence: {get: traceField('influence'), enumerable: true, configurable: true},
  weights: {get: traceField('weights'), enumerable: true, configurable: true},
};

function traceField(name: keyof Trace) {
  return function (this: TaskView): Trace[typeof name] {
    const line = taskLines.get(this) ?? '';
    const trace = fromTraceRow(parse(line.slice(line.indexOf('\t') + 1)) as TraceRow);
    for (const [field, value] of Object.entries(trace))
      Object.defineProperty(this, field, {value, writable: true, enumerable: true, configurable: true});
    return trace[name];
  };
}

type TraceRow = readonly [TaskView['influence'], TaskView['weights'], ...PackedSeries[]];

const toTraceRow = ({influence, weights, series}: Trace): TraceRow => [influence, weights, ...series.map(packSeries)];

const fromTraceRow = ([influence, weights, ...series]: TraceRow): Trace => ({
  series: series.map(unpackSeries),
  influence,
  weights,
});

/** Steps that lie evenly as the first and the distance; others, and all values, as float64 in base64. The tail stands only where points were dropped. */
type PackedSeries = readonly [label: string, steps: readonly [number, number] | string, values: string, tail?: Tail];

interface Tail extends Pick<Series, 'stride' | 'first' | 'last' | 'numMeasured'> {
  readonly pending: Series['pending'];
  /** One point may be both; which it is decides how many points the group becomes. */
  readonly isHighestLowest: boolean;
}

function packSeries({label, buffer, length, stride, pending, first, last, numMeasured}: Series): PackedSeries {
  const points = buffer.points.slice(0, length);
  const values = toBase64(points.map(({value}) => value));
  const steps = points.map(({step}) => step);
  const packed = [label, evenly(steps) ?? toBase64(steps), values] as const;
  if (stride === 1) return packed;
  const isHighestLowest = pending !== null && pending.highest === pending.lowest;
  return [...packed, {stride, first, last, numMeasured, pending, isHighestLowest}];
}

function unpackSeries([label, packedSteps, packedValues, tail]: PackedSeries): Series {
  const values = fromBase64(packedValues);
  const steps = typeof packedSteps === 'string' ? fromBase64(packedSteps) : null;
  const [from, by] = typeof packedSteps === 'string' ? [0, 0] : packedSteps;
  const points = values.map(
    (value, n): Point => ({step: steps === null ? from + n * by : (steps[n] as number), value}),
  );
  const length = points.length;
  const [first, last] = [points[0], points[length - 1]];
  if (first === undefined || last === undefined) throw new SyntaxError(`the curve ${label} has no point`);
  const buffer = {points};
  if (tail === undefined) return {label, buffer, length, stride: 1, pending: null, first, last, numMeasured: length};
  const {isHighestLowest, pending, ...rest} = tail;
  const group = pending !== null && isHighestLowest ? {...pending, highest: pending.lowest} : pending;
  return {label, buffer, length, ...rest, pending: group};
}

/** The first step and the distance to the next, when these tell every step to the last bit. */
function evenly(steps: readonly number[]): readonly [number, number] | null {
  const [from = 0, second = from] = steps;
  const by = second - from;
  return steps.every((step, n) => Object.is(step, from + n * by)) ? [from, by] : null;
}

const NUM_FLOAT_BYTES = 8;

function toBase64(numbers: readonly number[]): string {
  const bytes = Buffer.allocUnsafe(numbers.length * NUM_FLOAT_BYTES);
  for (const [n, number] of numbers.entries()) bytes.writeDoubleLE(number, n * NUM_FLOAT_BYTES);
  return bytes.toString('base64');
}

function fromBase64(text: string): number[] {
  const bytes = Buffer.from(text, 'base64');
  return Array.from({length: bytes.length / NUM_FLOAT_BYTES}, (_, n) => bytes.readDoubleLE(n * NUM_FLOAT_BYTES));
}
