import {metricOf} from '../metrics/index.ts';
import type {Task} from '../plan/task.ts';
import type {Failure} from '../protocol/index.ts';
import {foldAll} from '../store/fold.ts';
import type {JournalEntry} from '../store/journalLine.ts';
import type {Manifest} from '../store/manifest.ts';
import {type Projection, type RunState, type TaskCounts, type TaskState, taskByKey} from '../store/projection.ts';
import type {TableModel} from './aggregate.ts';
import type {Evidence} from './evidence.ts';
import {
  type CellExplanation,
  explainCell,
  explainTask,
  type TaskExplanation,
  type ValueExplanation,
} from './explain.ts';
import {type TrajectoryChart, trajectoryCharts} from './figures/trajectoryChart.ts';
import {type RowInfluence, rowInfluences} from './influence.ts';
import {PAPER_SOURCE} from './paper.ts';
import type {Provenance} from './provenance.ts';
import {type Verdict, verdictOf} from './verdict.ts';

/** Everything that a report says, as data: what HTML and Markdown print. */
export interface ReportModel {
  readonly runId: string;
  readonly title: string;
  /** When the report was made, ISO 8601. */
  readonly madeAt: string;
  readonly completeness: Completeness;
  readonly verdict: Verdict;
  /** The first is the run's own; then, where there are such, the points nearest to the paper's rows and the sample weights. */
  readonly tables: readonly ReportTable[];
  readonly definitions: readonly MetricDefinition[];
  readonly charts: readonly TrajectoryChart[];
  readonly influences: readonly RowInfluence[];
  /** In plan order, whatever became of them. */
  readonly tasks: readonly ReportTask[];
  readonly failures: readonly ReportFailure[];
  readonly blocked: readonly {readonly id: string; readonly by: string}[];
  readonly sessions: readonly ReportSession[];
  readonly provenance: Provenance;
  /** Of the processes whose results are used, most used first. */
  readonly environments: readonly {readonly text: string; readonly numTasks: number}[];
  readonly paperSource: string;
  /** Where results and objects lie: root of the store. */
  readonly store: string;
}

export interface Completeness {
  /** null where the journal tells nothing: a run that was never started, or whose journal is lost. */
  readonly state: RunState | null;
  readonly numTasks: number;
  readonly counts: TaskCounts;
  /** What a reader must know before the first number; empty where all is well. */
  readonly warnings: readonly string[];
}

export type TableRole = 'results' | 'nearest' | 'weights';

export interface ReportTable {
  readonly role: TableRole;
  readonly model: TableModel;
  /** Row id → column id → where the number comes from; null where a cell has no value. */
  readonly origins: Readonly<Record<string, Readonly<Record<string, CellOrigin | null>>>>;
}

/** Where a number comes from; its tasks are named by key, the evaluation first, and stand among the report's tasks. */
export type CellOrigin = Omit<CellExplanation, 'values'> & {
  readonly values: readonly (Omit<ValueExplanation, 'tasks'> & {readonly taskKeys: readonly string[]})[];
};

/** What a column measures. */
export interface MetricDefinition {
  readonly column: string;
  readonly header: string;
  readonly unit: string;
  /** Title of its card. */
  readonly label: string;
  readonly formula: string;
  readonly ideal: string;
  readonly cite: string;
  readonly sets: readonly string[];
  readonly limit: number | null;
}

/** A task of the plan, whatever became of it. */
export type ReportTask = Omit<TaskExplanation, 'provenance' | 'code'> & {
  readonly row: string | null;
  readonly trainSeed: number | null;
  readonly unlearnSeed: number | null;
  readonly state: TaskState;
  /** Versions, device and packages of the process that computed it, in one line; '' where there is no result. */
  readonly environment: string;
};

/** Every attempt that failed, and every lane that was lost. */
export interface ReportFailure {
  /** Task id, or `lane 0`. */
  readonly who: string;
  readonly at: string;
  readonly attempt: number | null;
  readonly failure: Failure;
  /** The task was done later, by another attempt or session; or, of a lane, the run was. */
  readonly isMended: boolean;
}

export interface ReportSession {
  readonly startedAt: string;
  readonly version: string;
  readonly command: string;
  readonly device: string;
  readonly numLanes: number;
  /** null for a session that never said that it ended. */
  readonly outcome: RunState | null;
  readonly seconds: number | null;
}

/** What a report is made of. */
export interface ReportSource {
  readonly manifest: Manifest;
  readonly journal: {
    readonly entries: readonly JournalEntry[];
    readonly numDamaged: number;
    readonly numTornBytes: number;
  };
  readonly evidence: Evidence;
  readonly tables: {
    readonly table: TableModel;
    readonly nearest: TableModel | null;
    readonly weights: TableModel | null;
  };
  readonly store: string;
  readonly madeAt: string;
}

/** The report of a run, complete or not. */
export function reportModelOf({manifest, journal, evidence, tables, store, madeAt}: ReportSource): ReportModel {
  const projection = foldAll(journal.entries.map(({seq, at, event}) => ({seq, at: Date.parse(at), event})));
  const tasks = manifest.plan.tasks.flatMap((task) => reportTask(manifest, task, projection, evidence) ?? []);
  const secondsByKey = new Map(tasks.map(({key, seconds}) => [key, seconds]));
  return {
    runId: manifest.runId,
    title: manifest.suite.title,
    madeAt,
    completeness: completenessOf(projection, tasks, journal),
    verdict: verdictOf(manifest, tables.table, (key) => secondsByKey.get(key) ?? null),
    tables: reportTables(manifest, tables, evidence),
    definitions: definitionsOf(manifest),
    charts: trajectoryCharts(manifest, tables.table, evidence),
    influences: rowInfluences(manifest, evidence),
    tasks,
    failures: failuresOf(journal.entries, projection),
    blocked: projection.tasks.flatMap(({state, plan, blockedBy}) =>
      state === 'blocked' && blockedBy !== null ? [{id: plan.id, by: idOf(projection, blockedBy)}] : [],
    ),
    sessions: sessionsOf(journal.entries),
    provenance: tables.table.provenance,
    environments: environmentsOf(tasks),
    paperSource: PAPER_SOURCE,
    store,
  };
}

/** A result that is stored counts as done, whatever the journal says; one that is gone does not. */
function reportTask(manifest: Manifest, task: Task, projection: Projection, evidence: Evidence): ReportTask | null {
  const explanation = explainTask(manifest, task.key, evidence);
  if (explanation === null) return null;
  const {provenance, code: _code, ...explained} = explanation;
  const told = taskByKey(projection, task.key)?.state ?? 'waiting';
  const isDone = evidence.result(task.key) !== null;
  return {
    ...explained,
    row: task.row,
    trainSeed: task.trainSeed,
    unlearnSeed: task.unlearnSeed,
    state: isDone ? (told === 'finished' ? told : 'found') : told === 'finished' || told === 'found' ? 'waiting' : told,
    environment: isDone ? environmentText(provenance) : '',
  };
}

function completenessOf(
  projection: Projection,
  tasks: readonly ReportTask[],
  {numDamaged, numTornBytes}: ReportSource['journal'],
): Completeness {
  const counts: Record<TaskState, number> = {...projection.counts};
  for (const state of Object.keys(counts) as TaskState[])
    counts[state] = tasks.filter((task) => task.state === state).length;
  const state = projection.run?.state ?? null;
  const numDone = counts.finished + counts.found;
  const missing = [
    [counts.failed, 'failed'],
    [counts.blocked, 'blocked by a failure'],
    [counts.cancelled, 'cancelled'],
    [counts.running + counts.waiting, 'not finished'],
  ].flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`]));
  const isComplete = numDone === tasks.length;
  const numGone = tasks.filter(
    ({key, state: now}) => now === 'waiting' && taskByKey(projection, key)?.progress === 1,
  ).length;
  return {
    state,
    numTasks: tasks.length,
    counts,
    warnings: [
      ...(isComplete
        ? []
        : [
            `This run is not complete: ${numDone} of ${tasks.length} tasks are done (${missing.join(', ')}). Numbers are means over what is there.`,
          ]),
      ...(state === 'running'
        ? [
            'Its journal does not say that it ended: it was still running when this was made, or was killed. The same command goes on with it.',
          ]
        : []),
      ...(state === null ? ['Its journal tells nothing; what follows is read from the stored results alone.'] : []),
      ...(numGone === 0
        ? []
        : [
            `${numGone} ${numGone === 1 ? 'task was' : 'tasks were'} finished, but what was stored is gone: the same command computes it again.`,
          ]),
      ...(numDamaged === 0
        ? []
        : [
            `${numDamaged} damaged ${numDamaged === 1 ? 'line' : 'lines'} of its journal passed over; tables are read from the stored results.`,
          ]),
      ...(numTornBytes === 0 ? [] : ['The last line of its journal was cut off.']),
    ],
  };
}

function reportTables(
  manifest: Manifest,
  {table, nearest, weights}: ReportSource['tables'],
  evidence: Evidence,
): ReportTable[] {
  const present: [TableRole, TableModel | null][] = [
    ['results', table],
    ['nearest', nearest],
    ['weights', weights],
  ];
  return present.flatMap(([role, model]) => {
    if (model === null) return [];
    const originsOf = (row: string): Record<string, CellOrigin | null> =>
      Object.fromEntries(model.columns.map(({id}) => [id, originOf(manifest, model, row, id, evidence)]));
    return [{role, model, origins: Object.fromEntries(model.rows.map(({id}) => [id, originsOf(id)]))}];
  });
}

function originOf(
  manifest: Manifest,
  model: TableModel,
  row: string,
  column: string,
  evidence: Evidence,
): CellOrigin | null {
  const explanation = explainCell(manifest, model, row, column, evidence);
  if (explanation === null || explanation.cell.n === 0) return null;
  const values = explanation.values.map(({tasks, ...value}) => ({...value, taskKeys: tasks.map(({key}) => key)}));
  return {...explanation, values};
}

function definitionsOf({suite}: Manifest): MetricDefinition[] {
  return suite.columns.flatMap(({id, header, unit}) => {
    const measurement = suite.scenario.measurements.find(({label}) => label === id);
    const card = measurement === undefined ? null : metricOf(measurement.primitive);
    if (measurement === undefined || card === null) return [];
    const {sets, limit} = measurement.selection;
    return [
      {
        column: id,
        header,
        unit,
        label: card.title,
        formula: card.formula,
        ideal: card.ideal,
        cite: card.cite,
        sets,
        limit,
      },
    ];
  });
}

function failuresOf(entries: readonly JournalEntry[], projection: Projection): ReportFailure[] {
  return entries.flatMap(({at, event}): ReportFailure[] => {
    if (event.type === 'laneLost')
      return [
        {
          who: `lane ${event.lane}`,
          at,
          attempt: null,
          failure: event.failure,
          isMended: projection.run?.state === 'done',
        },
      ];
    if (event.type !== 'taskFailed') return [];
    const state = taskByKey(projection, event.key)?.state;
    const isMended = state === 'finished' || state === 'found';
    return [{who: idOf(projection, event.key), at, attempt: event.attempt, failure: event.failure, isMended}];
  });
}

const idOf = (projection: Projection, key: string): string => taskByKey(projection, key)?.plan.id ?? key;

function sessionsOf(entries: readonly JournalEntry[]): ReportSession[] {
  const sessions: ReportSession[] = [];
  for (const {at, event} of entries) {
    if (event.type === 'runStarted') {
      const {version, command, device, numLanes} = event;
      sessions.push({startedAt: at, version, command, device, numLanes, outcome: null, seconds: null});
    }
    const last = sessions.pop();
    if (last === undefined) continue;
    sessions.push(event.type === 'runFinished' ? {...last, outcome: event.outcome, seconds: event.seconds} : last);
  }
  return sessions;
}

/** Results may come from several runs, machines and versions. */
function environmentsOf(tasks: readonly ReportTask[]): ReportModel['environments'] {
  const texts = tasks.flatMap(({environment}) => (environment === '' ? [] : [environment]));
  return [...Map.groupBy(texts, (text) => text)]
    .map(([text, same]) => ({text, numTasks: same.length}))
    .sort((a, b) => b.numTasks - a.numTasks);
}

function environmentText(provenance: Readonly<Record<string, unknown>>): string {
  const words = (value: unknown): string =>
    typeof value === 'object' && value !== null
      ? Object.entries(value)
          .map(([name, version]) => `${name} ${String(version)}`)
          .join(', ')
      : String(value);
  return Object.entries(provenance)
    .filter(([name, value]) => name !== 'keyParts' && name !== 'suiteId' && value !== null)
    .map(([name, value]) => `${NAMES[name] ?? name} ${words(value)}`)
    .join('; ');
}

const NAMES: Readonly<Record<string, string>> = {
  runId: 'run',
  version: 'imu',
  deviceName: 'processor',
  pythonVersion: 'Python',
  packages: 'with',
};
