import type {RunEvent} from '../protocol/index.ts';
import {formatNumber} from '../report/formats/numbers.ts';
import {ascii} from '../report/plain.ts';
import {remainingOfTask, remainingSeconds} from '../store/eta.ts';
import {fold} from '../store/fold.ts';
import {type EventRecord, empty, type Projection, type TaskView, taskByKey} from '../store/projection.ts';
import {clock, duration} from './parts/durations.ts';

export interface LineOptions {
  readonly write: (text: string) => void;
  /** ANSI colours; only for a terminal. */
  readonly colour?: boolean;
  /** Milliseconds between two progress lines of one task; 30,000 by default. */
  readonly progressEveryMs?: number;
  /** What has happened already and is not told; by default nothing. */
  readonly from?: Projection;
}

/** One line per change of state and, at most every half minute, one on the progress of each running task. ASCII, no cursor movement. */
export function lineReporter({
  write,
  colour = false,
  progressEveryMs = 30_000,
  from = empty(),
}: LineOptions): (record: EventRecord) => void {
  let projection = from;
  const spokenAt = new Map<string, number>();

  return (record) => {
    projection = fold(projection, record);
    const {event, at} = record;
    if (event.type === 'taskStarted') spokenAt.set(event.key, at);
    const isProgress = event.type === 'stepCompleted' || event.type === 'metricMeasured';
    if (isProgress) {
      if (at - (spokenAt.get(event.key) ?? 0) < progressEveryMs) return;
      spokenAt.set(event.key, at);
    }
    const said = isProgress ? progressOf(projection, event.key, at) : sayEvent(projection, event, at);
    if (said === null) return;
    const word = said.word.padEnd(5);
    write(`${timeOf(at)} ${colour ? paint(said.word, word) : word} ${ascii(said.text)}\n`);
  };
}

interface Said {
  readonly word: string;
  readonly text: string;
}

function sayEvent(projection: Projection, event: RunEvent, at: number): Said | null {
  const id = 'key' in event ? (taskByKey(projection, event.key)?.plan.id ?? event.key) : '';
  switch (event.type) {
    case 'runStarted':
      return {word: 'run', text: `${event.title} (${event.runId}) lanes=${event.numLanes} device=${event.device}`};
    case 'planned':
      return {word: 'plan', text: `${event.tasks.length} tasks`};
    case 'laneStarted':
      return {word: 'lane', text: `${event.lane} up pid=${event.pid} ${event.device} over ${event.transport}`};
    case 'laneLost':
      return {word: 'LOST', text: `lane ${event.lane}: ${event.failure.code}: ${event.failure.message}`};
    case 'taskFound':
      return {word: 'found', text: id};
    case 'taskStarted':
      return {word: 'start', text: `${id} lane=${event.lane}${event.attempt > 1 ? ` attempt=${event.attempt}` : ''}`};
    case 'taskFinished':
      return {
        word: 'done',
        text: [id, metricsText(event.metrics), duration(event.seconds), tally(projection, at)]
          .join(' ')
          .replace(/ +/g, ' '),
      };
    case 'taskFailed':
      return {
        word: event.willRetry ? 'retry' : 'FAIL',
        text: `${id} ${event.failure.code}: ${event.failure.message}${event.failure.hint === '' ? '' : ` -> ${event.failure.hint}`}`,
      };
    case 'taskBlocked':
      return {word: 'block', text: `${id} by ${taskByKey(projection, event.by)?.plan.id ?? event.by}`};
    case 'taskCancelled':
      return {word: 'stop', text: id};
    case 'weightsShaped': {
      const {shareSelected, effectiveSampleSize, numSamples} = event.diagnostics;
      if (event.step > 0) return null;
      return {
        word: 'info',
        text: `${id} selected ${Math.round(shareSelected * 100)}% effective sample size ${Math.round(effectiveSampleSize)}/${numSamples}`,
      };
    }
    case 'taskLogged':
      return isWorthALine(event.level) ? {word: event.level.slice(0, 5), text: `${id} ${event.message}`} : null;
    case 'logged':
      return isWorthALine(event.level)
        ? {word: event.level.slice(0, 5), text: `${event.source} ${event.message}`}
        : null;
    case 'runFinished': {
      const {finished, found, failed, blocked, cancelled} = projection.counts;
      const others = [`${failed} failed`, `${blocked} blocked`, `${cancelled} cancelled`];
      return {
        word: event.outcome === 'done' ? 'end' : 'END',
        text: `${event.outcome}: ${finished + found} done, ${others.join(', ')} in ${clock(event.seconds)}`,
      };
    }
    default:
      return null;
  }
}

const isWorthALine = (level: string): boolean => level === 'warning' || level === 'error';

function progressOf(projection: Projection, key: string, at: number): Said | null {
  const task = taskByKey(projection, key);
  if (task === null || task.state !== 'running') return null;
  const left = remainingOfTask(projection, task, at);
  return {
    word: 'prog',
    text: [task.plan.id, stepText(task), valuesText(task), left === null ? '' : `eta=${clock(left)}`]
      .filter(Boolean)
      .join(' '),
  };
}

function stepText({step, numSteps, progress, phase}: TaskView): string {
  const share = progress === null ? '' : ` ${Math.round(progress * 100)}%`;
  return `${phase ?? ''} ${step}/${numSteps ?? '?'}${share}`.trim();
}

const valuesText = ({series}: TaskView): string =>
  series.map(({label, last}) => `${label}=${formatNumber(last.value)}`).join(' ');

const metricsText = (metrics: Readonly<Record<string, number>>): string =>
  Object.entries(metrics)
    .map(([label, value]) => `${label}=${formatNumber(value)}`)
    .join(' ');

function tally(projection: Projection, at: number): string {
  const left = remainingSeconds(projection, at);
  const {finished, found} = projection.counts;
  return `[${finished + found}/${projection.tasks.length}${left === null ? '' : ` eta ${clock(left)}`}]`;
}

const timeOf = (at: number): string => new Date(at).toTimeString().slice(0, 8);

const CODES: Readonly<Record<string, number>> = {
  done: 34,
  found: 34,
  start: 36,
  retry: 33,
  FAIL: 33,
  LOST: 33,
  END: 33,
  error: 33,
  warni: 33,
};

const paint = (word: string, text: string): string => {
  const code = CODES[word];
  return code === undefined ? text : `\u001b[${code}m${text}\u001b[39m`;
};
