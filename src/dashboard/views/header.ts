import {remainingSeconds} from '../../store/eta.ts';
import type {Projection} from '../../store/projection.ts';
import type {ConnectionState} from '../connection.ts';
import {clock} from '../parts/durations.ts';
import {dim, fitSpans, type Line, lengthOf, type Span, span} from '../parts/line.ts';
import {CUT_OFF, glyphOf, type Look, RUN_LOOKS, type Theme} from '../theme.ts';
import {VIEWS, viewOf} from './index.ts';
import type {ViewContext} from './view.ts';

const CONNECTIONS: Readonly<Record<ConnectionState, Span>> = {
  connecting: {text: '  connecting', dim: true},
  live: {text: '  watching', dim: true},
  reconnecting: {text: '  reconnecting', colour: 'yellow', bold: true},
  ended: {text: '  not running', dim: true},
  gone: {text: '  its process is gone; the same command goes on', colour: 'yellow', bold: true},
  unknown: {text: '  as its journal tells; nobody here runs it', colour: 'magenta'},
  recording: {text: '  recording', colour: 'magenta'},
};

const PAUSED: Look = {glyph: '‖', ascii: '=', word: 'paused', colour: 'magenta'};

/** Two lines: what runs, in which state, how far and how long; and the views. */
export function headerView(context: ViewContext, connection: ConnectionState | null, width: number): readonly Line[] {
  return [titleLine(context, connection, width), tabLine(context, width)];
}

function titleLine({projection, now, theme}: ViewContext, connection: ConnectionState | null, width: number): Line {
  const {run, counts, tasks, rate} = projection;
  const isCutOff = run?.state === 'running' && (connection === 'gone' || connection === 'unknown');
  const isPaused = run?.state === 'running' && run.isPaused;
  const look = isCutOff ? CUT_OFF : isPaused ? PAUSED : RUN_LOOKS[run?.state ?? 'starting'];
  const elapsed = run === null ? null : (run.seconds ?? (now - run.startedAt) / 1_000);
  const state = span(` ${glyphOf(look, theme)} ${look.word} `, {colour: look.colour, bold: true});
  const isLive = run?.state === 'running' && !isCutOff;
  const done = span(` ${counts.finished + counts.found}/${tasks.length} done`);
  const remaining = isLive ? [span(`  ETA ${clock(eta(projection, now))}`, {bold: true})] : [];
  // What stands first is left out last.
  const counted = [
    ...(connection === null ? [] : [CONNECTIONS[connection]]),
    ...(counts.failed > 0 ? [span(`  ${counts.failed} failed`, {colour: 'yellow', bold: true})] : []),
    ...(counts.running > 0 ? [span(`  ${counts.running} running`)] : []),
    ...(counts.blocked > 0 ? [span(`  ${counts.blocked} blocked`, {colour: 'yellow'})] : []),
    ...(counts.cancelled > 0 ? [span(`  ${counts.cancelled} stopped`, {colour: 'magenta'})] : []),
  ];
  const times = [
    dim(`  ${clock(elapsed)} so far`),
    ...(isLive && rate.perSecond > 0 ? [dim(`  ${Math.round(rate.perSecond)} ev/s`)] : []),
    // In the terminal of the run itself the sessions before are not known, and its clock counts this one.
    ...(connection !== null && run !== null && run.numSessions > 1 ? [dim(`  session ${run.numSessions}`)] : []),
  ];
  const ends = fitSpans([state, done, ...remaining], width);
  const shown = fitSpans(counted, width - lengthOf(ends));
  const kept = fitSpans(times, width - lengthOf(ends) - lengthOf(shown));
  const room = width - lengthOf(ends) - lengthOf(shown) - lengthOf(kept);
  const title = run?.title ?? 'imu';
  const name = [...title].length <= room ? title : room >= 8 ? `${[...title].slice(0, room - 1).join('')}…` : '';
  const gap = room - [...name].length;
  return [span(name, {bold: true}), ...ends.slice(0, 2), ...shown, span(' '.repeat(gap)), ...ends.slice(2), ...kept];
}

let lastEta: {
  readonly plan: unknown;
  readonly second: number;
  readonly counts: unknown;
  readonly seconds: number | null;
} | null = null;

/** Goes over every task: once a second is enough for a clock, and whenever one changed its state. */
function eta(projection: Projection, now: number): number | null {
  const second = Math.floor(now / 1_000);
  const {indexByKey: plan, counts} = projection;
  if (lastEta === null || lastEta.plan !== plan || lastEta.second !== second || lastEta.counts !== counts)
    lastEta = {plan, second, counts, seconds: remainingSeconds(projection, now)};
  return lastEta.seconds;
}

/** `1 Suite  2 Runs …`, the one that is open set off; behind it what was opened out of it. Digits alone where there is no room. */
function tabLine({screen, projection, theme}: ViewContext, width: number): Line {
  const root = screen.trail[0] ?? screen.view;
  const inner = [...screen.trail, screen.view].slice(1).map((id) => viewOf(id).title);
  const arrow = theme.ascii ? '>' : '›';
  const open = [viewOf(root).title, ...inner].join(` ${arrow} `);
  const tabs = (isLong: boolean): Line =>
    VIEWS.flatMap(({id, key, title}): Span[] => {
      if (key === null) return [];
      if (id === root) return [span(`[${key} ${open}]`, {colour: 'cyan', bold: true}), span(' ')];
      return [span(` ${key}`), dim(isLong ? ` ${title}  ` : ' ')];
    });
  const long = tabs(true);
  const line = lengthOf(long) <= width ? long : tabs(false);
  return [...line, ...fitSpans(laneSpans(projection, theme), Math.max(0, width - lengthOf(line)))];
}

function laneSpans({run, lanes, tasks, indexByKey}: Projection, theme: Theme): readonly Span[] {
  if (run === null) return [];
  const working = lanes.map((lane): Span => {
    const task = lane.task === null ? undefined : tasks[indexByKey.get(lane.task) ?? -1];
    if (lane.state === 'lost') return span(`  lane ${lane.lane} ${theme.ascii ? 'x' : '✗'} lost`, {colour: 'yellow'});
    return dim(`  lane ${lane.lane} ${task?.phase ?? (task === undefined ? 'idle' : task.plan.kind)}`);
  });
  return [dim(`  ${run.device}`), ...working];
}
