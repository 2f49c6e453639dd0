import type {Failure, PlannedTask, RunEvent, WeightDiagnostics} from '../protocol/index.ts';
import type {JournalEntry} from './journalLine.ts';
import type {StoredObject} from './result.ts';
import type {Series} from './series.ts';

/**
 * The read model: what a run looks like, folded from its events alone. Pure and deterministic (time comes from `at` only), so that a replayed
 * journal, a second terminal and the live view agree. Parts that did not change keep their identity, so that views can memoise on them.
 */
export interface Projection {
  /** `seq` and `at` of the last event folded; -1 and 0 before the first. */
  readonly seq: number;
  readonly at: number;
  readonly run: RunView | null;
  readonly lanes: readonly LaneView[];
  /** In plan order. */
  readonly tasks: readonly TaskView[];
  readonly indexByKey: ReadonlyMap<string, number>;
  readonly counts: TaskCounts;
  /** Seconds that finished tasks took, by `kind` and by `kind/row`. */
  readonly durations: Readonly<Record<string, {readonly count: number; readonly seconds: number}>>;
  /** Raised whenever a task brings or loses metrics: what a table depends on. */
  readonly metricsVersion: number;
  /** Last LOG_LENGTH entries, oldest first. */
  readonly log: readonly LogEntry[];
  readonly rate: {readonly since: number; readonly count: number; readonly perSecond: number};
  /** Events of a type or a form that this version does not know; they were passed over. */
  readonly numUnknown: number;
}

export type TaskState = 'waiting' | 'running' | 'found' | 'finished' | 'failed' | 'blocked' | 'cancelled';
export type TaskCounts = Readonly<Record<TaskState, number>>;
export type RunState = 'running' | Extract<RunEvent, {type: 'runFinished'}>['outcome'];

export interface RunView {
  readonly id: string;
  readonly suiteId: string;
  readonly title: string;
  readonly version: string;
  readonly command: string;
  readonly device: string;
  readonly numLanes: number;
  readonly state: RunState;
  /** No further task is begun until somebody resumes. */
  readonly isPaused: boolean;
  /** How many times an orchestrator took this run up. */
  readonly numSessions: number;
  /** Start of this session, milliseconds since 1970. */
  readonly startedAt: number;
  /** Seconds of this session; null while it runs. */
  readonly seconds: number | null;
}

export interface LaneView {
  readonly lane: number;
  readonly pid: number;
  readonly device: string;
  readonly transport: string;
  readonly state: 'up' | 'lost';
  readonly failure: Failure | null;
  readonly numStarts: number;
  /** Key of the task it works on. */
  readonly task: string | null;
  /** `at` of the last event that came from it. */
  readonly heardAt: number;
  /** By rank; empty until its sidecar was measured. */
  readonly ranks: readonly RankView[];
}

/** The last measurement of one process of a lane. */
export interface RankView {
  readonly rank: number;
  readonly device: string;
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number | null;
  /** 0 to 1. */
  readonly utilisation: number | null;
  readonly at: number;
}

export interface TaskView {
  readonly plan: PlannedTask;
  readonly state: TaskState;
  readonly lane: number | null;
  readonly attempt: number;
  readonly phase: string | null;
  readonly step: number;
  readonly numSteps: number | null;
  /** 0 to 1; null where nothing is known. */
  readonly progress: number | null;
  readonly startedAt: number | null;
  readonly seconds: number | null;
  readonly secondsPerStep: number | null;
  readonly failure: Failure | null;
  /** Key of the task that this one is blocked by. */
  readonly blockedBy: string | null;
  readonly metrics: Readonly<Record<string, number>> | null;
  /** Role → what it left; empty until it is done. */
  readonly artefacts: Readonly<Record<string, StoredObject>>;
  readonly series: readonly Series[];
  readonly influence: Influence | null;
  readonly weights: {readonly step: number; readonly diagnostics: WeightDiagnostics} | null;
}

export type Influence = Omit<Extract<RunEvent, {type: 'influenceScored'}>, 'type' | 'key'>;

export interface LogEntry {
  readonly at: number;
  readonly source: string;
  /** Task it is about; null for the run's own lines. */
  readonly key: string | null;
  readonly level: 'debug' | 'info' | 'warning' | 'error';
  readonly message: string;
}

/** One line of the journal, as far as the fold needs it. `at` is milliseconds since 1970. */
export interface EventRecord {
  readonly seq: number;
  readonly at: number;
  readonly event: RunEvent;
}

export const recordOf = ({seq, at, event}: JournalEntry): EventRecord => ({seq, at: Date.parse(at), event});

/** Label of the series that stepCompleted draws. */
export const STEP_LOSS = 'stepLoss';
export const LOG_LENGTH = 500;

export const NO_TASKS: TaskCounts = {
  waiting: 0,
  running: 0,
  found: 0,
  finished: 0,
  failed: 0,
  blocked: 0,
  cancelled: 0,
};

export function empty(): Projection {
  return {
    seq: -1,
    at: 0,
    run: null,
    lanes: [],
    tasks: [],
    indexByKey: new Map(),
    counts: NO_TASKS,
    durations: {},
    metricsVersion: 0,
    log: [],
    rate: {since: 0, count: 0, perSecond: 0},
    numUnknown: 0,
  };
}

export function taskByKey(projection: Pick<Projection, 'indexByKey' | 'tasks'>, key: string): TaskView | null {
  const index = projection.indexByKey.get(key);
  return index === undefined ? null : (projection.tasks[index] ?? null);
}

/** Place of each task by its key. */
export function indexTasks(tasks: readonly TaskView[]): Projection['indexByKey'] {
  return new Map(tasks.map(({plan: {key}}, index) => [key, index]));
}
