import type {Manifest} from '../store/manifest.ts';
import type {Projection, TaskState, TaskView} from '../store/projection.ts';
import {PLAN_ORDER, type ScreenState, type Sort, STATE} from './screenState.ts';
import {numberNames, parseFilter} from './taskFilter.ts';
import {taskNumber} from './taskValues.ts';

export interface TaskOrder {
  /** Indices into the projection's tasks, as Runs shows them. */
  readonly indices: readonly number[];
  /** Why the filter cannot be read; everything is shown then. */
  readonly error: string | null;
}

/** What `s` goes through. */
export const sortKeys = ({suite}: Manifest): readonly string[] => [PLAN_ORDER, STATE, ...numberNames(suite)];

interface Made {
  readonly manifest: Manifest;
  readonly projection: Projection;
  readonly filter: string;
  readonly sort: Sort;
  readonly now: number;
  readonly order: TaskOrder;
}

let last: Made | null = null;

/** Up to so many tasks, the order is made anew with every frame; more of them stay in their places for a second. */
const MANY_TASKS = 500;
const KEPT_MS = 1_000;

/** The tasks that Runs shows, in its order. */
export function orderTasks(manifest: Manifest, projection: Projection, screen: ScreenState, now: number): TaskOrder {
  const {filter, sort} = screen;
  if (last !== null && isValid(last, manifest, projection, screen, now)) return last.order;
  const order = makeOrder(manifest, projection, filter, sort);
  last = {manifest, projection, filter, sort, now, order};
  return order;
}

function isValid(
  made: Made,
  manifest: Manifest,
  projection: Projection,
  {filter, sort}: ScreenState,
  now: number,
): boolean {
  const isSameQuestion =
    made.manifest === manifest &&
    made.filter === filter &&
    made.sort === sort &&
    made.projection.indexByKey === projection.indexByKey;
  if (!isSameQuestion) return false;
  if (made.projection.tasks === projection.tasks) return true;
  return projection.tasks.length > MANY_TASKS && now >= made.now && now < made.now + KEPT_MS;
}

function makeOrder(manifest: Manifest, projection: Projection, text: string, {key, isDescending}: Sort): TaskOrder {
  const {tasks} = projection;
  const filter = parseFilter(text, manifest, () => projection);
  const all = tasks.map((_, index) => index);
  const kept = 'error' in filter ? all : all.filter((index) => filter.matches(tasks[index] as TaskView));
  const error = 'error' in filter ? filter.error : null;
  if (key === PLAN_ORDER) return {indices: isDescending ? kept.toReversed() : kept, error};
  const values = new Map(kept.map((index) => [index, sortValue(manifest, projection, tasks[index] as TaskView, key)]));
  const sign = isDescending ? -1 : 1;
  const indices = kept.toSorted((a, b) => compare(values.get(a) ?? null, values.get(b) ?? null, sign) || a - b);
  return {indices, error};
}

/** What needs somebody first, then what is under way. */
const STATES: readonly TaskState[] = ['failed', 'blocked', 'cancelled', 'running', 'waiting', 'finished', 'found'];

const sortValue = (manifest: Manifest, projection: Projection, task: TaskView, key: string): number | null =>
  key === STATE ? STATES.indexOf(task.state) : taskNumber(manifest, projection, task, key);

/** What has no value stands last in either direction; NaN just before it. */
function compare(a: number | null, b: number | null, sign: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) === Number.isNaN(b) ? 0 : Number.isNaN(a) ? 1 : -1;
  return sign * (a - b);
}
