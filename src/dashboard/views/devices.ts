import {remainingOfTask} from '../../store/eta.ts';
import {type LaneView, type Projection, type RankView, type TaskView, taskByKey} from '../../store/projection.ts';
import {bar} from '../parts/bar.ts';
import {clock} from '../parts/durations.ts';
import {beside, fact, flow, heading, lastScroll, scrolled} from '../parts/layout.ts';
import {dim, fitLeft, type Line, span} from '../parts/line.ts';
import {bytes, percent, short, wrapped} from '../parts/text.ts';
import {glyphOf, type Look, type Theme} from '../theme.ts';
import type {RenderView, Size, ViewContext} from './view.ts';

/** A lane that works and says nothing for longer than this is told: sidecars are measured every few seconds. */
const QUIET_AFTER_SECONDS = 15;
const MOST_BAR = 24;
/** From so many columns on, a lane's facts and its processes stand beside each other. */
const TWO_BLOCKS = 110;

/** What every lane and each of its processes does, holds and last said; and the machine in sum. */
export const devicesView: RenderView = (context, size) =>
  scrolled(deviceLines(context, size), context.screen.scrolls.devices ?? 0, size.rows);

/** The last line that the view's scroll may begin with. */
export const devicesEnd = (context: ViewContext, size: Size): number =>
  lastScroll(deviceLines(context, size).length, size.rows);

function deviceLines(context: ViewContext, {columns: width}: Size): readonly Line[] {
  const {projection} = context;
  const {run, lanes} = projection;
  if (run === null) return [[dim('no run yet: no device is in use')]];
  const missing = Math.max(0, run.numLanes - lanes.length);
  const absent = run.seconds === null ? 'not started yet' : 'never started';
  return [
    ...sumLines(context, width),
    ...(lanes.length === 0 ? wrapped(`No lane has started; the run wants ${run.numLanes}.`, width, {dim: true}) : []),
    ...lanes.flatMap((lane) => laneLines(context, lane, width)),
    ...(missing > 0 && lanes.length > 0 ? [[dim(`${missing} of ${run.numLanes} lanes ${absent}`)]] : []),
  ];
}

/** All processes together. Processes on one device share its memory: its limit counts once. */
function sumLines({projection, theme}: ViewContext, width: number): readonly Line[] {
  const {lanes, run} = projection;
  const up = lanes.filter(({state}) => state === 'up');
  const ranks = up.flatMap((lane) => lane.ranks);
  const limits = new Map(
    ranks.flatMap(({device, memoryLimitBytes}) =>
      memoryLimitBytes === null ? [] : [[device, memoryLimitBytes] as const],
    ),
  );
  const isLimitKnown = ranks.length > 0 && ranks.every(({memoryLimitBytes}) => memoryLimitBytes !== null);
  const used = ranks.reduce((sum, {memoryBytes}) => sum + memoryBytes, 0);
  const limit = isLimitKnown ? [...limits.values()].reduce((a, b) => a + b, 0) : null;
  const measured = ranks.flatMap(({utilisation}) => utilisation ?? []);
  const utilisation = measured.length === 0 ? null : measured.reduce((a, b) => a + b, 0) / measured.length;
  const wanted = Math.max(run?.numLanes ?? 0, lanes.length);
  const restarts = lanes.reduce((sum, {numStarts}) => sum + numStarts - 1, 0);
  const numDevices = new Set(ranks.map(({device}) => device)).size;
  const barWidth = barWidthOf(width);
  return [
    ...flow(
      [
        [
          span(
            run?.seconds == null
              ? `${up.length} of ${wanted} lanes up`
              : `${lanes.length === 1 ? '1 lane' : `${lanes.length} lanes`}, the run is over`,
            {
              bold: true,
            },
          ),
        ],
        fact('working', String(up.filter(({task}) => task !== null).length)),
        fact('lost', String(lanes.length - up.length)),
        fact('restarts', String(restarts)),
        ...(ranks.length === 0
          ? []
          : [fact('processes', `${ranks.length} on ${numDevices} ${numDevices === 1 ? 'device' : 'devices'}`)]),
      ],
      width,
    ),
    ...(ranks.length === 0 ? [] : flow(gauges({used, limit, utilisation}, barWidth, theme), width)),
  ];
}

interface Gauges {
  readonly used: number;
  readonly limit: number | null;
  readonly utilisation: number | null;
}

const barWidthOf = (width: number): number => Math.max(4, Math.min(MOST_BAR, Math.floor(width / 4) - 6));

/** Memory and utilisation, each with a bar where its whole is known. */
function gauges({used, limit, utilisation}: Gauges, barWidth: number, theme: Theme): readonly Line[] {
  const memory: Line = [
    dim('memory '),
    ...(limit === null || limit === 0
      ? []
      : [span(`${bar(used / limit, barWidth, theme)} `, {colour: colourOf(used / limit)})]),
    span(`${bytes(used)}${limit === null ? '' : `/${bytes(limit)}`}`),
  ];
  const busy: Line = [
    dim('busy '),
    ...(utilisation === null ? [] : [span(`${bar(utilisation, barWidth, theme)} `, {colour: 'cyan'})]),
    span(utilisation === null ? 'unknown' : fitLeft(percent(utilisation), 5)),
  ];
  return [memory, busy];
}

/** Memory that runs out is what stops a run. */
const colourOf = (share: number): 'cyan' | 'yellow' => (share > 0.9 ? 'yellow' : 'cyan');

const LANE_LOOKS: Readonly<Record<'working' | 'idle' | 'lost' | 'over', Look>> = {
  working: {glyph: '●', ascii: '*', word: 'works', colour: 'cyan'},
  idle: {glyph: '·', ascii: '.', word: 'idle', colour: 'gray'},
  lost: {glyph: '✗', ascii: 'x', word: 'LOST', colour: 'yellow'},
  over: {glyph: '◌', ascii: 'o', word: 'ended', colour: 'gray'},
};

function laneLines(context: ViewContext, lane: LaneView, width: number): readonly Line[] {
  const {theme} = context;
  const title = heading(`lane ${lane.lane}`, width, theme);
  const facts = factLines(context, lane);
  if (width < TWO_BLOCKS)
    return [title, ...flow(facts, width), ...rankLines(lane, theme, width), ...failureLines(lane, width)];
  const left = Math.floor(width * 0.5);
  const right = width - left - 2;
  return [title, ...beside([...flow(facts, left), ...failureLines(lane, left)], rankLines(lane, theme, right), left)];
}

function factLines({projection, theme, now}: ViewContext, lane: LaneView): readonly Line[] {
  const task = lane.task === null ? null : taskByKey(projection, lane.task);
  const isOver = projection.run?.seconds != null;
  const look = LANE_LOOKS[lane.state === 'lost' ? 'lost' : isOver ? 'over' : task === null ? 'idle' : 'working'];
  return [
    [span(`${glyphOf(look, theme)} ${look.word}`, {colour: look.colour, bold: true})],
    fact('device', lane.device),
    fact('over', lane.transport),
    fact('pid', String(lane.pid)),
    ...(task === null ? [] : taskFacts(projection, task, now)),
    heartbeat(lane, isOver, now),
    ...(lane.numStarts > 1 ? [fact('restarts', String(lane.numStarts - 1))] : []),
  ];
}

function taskFacts(projection: Projection, task: TaskView, now: number): readonly Line[] {
  const {phase, step, numSteps, secondsPerStep} = task;
  return [
    [span(task.plan.id, {bold: true})],
    ...(phase === null ? [] : [fact('phase', phase)]),
    ...(step === 0 ? [] : [fact('step', `${step}/${numSteps ?? '?'}`)]),
    ...(secondsPerStep === null ? [] : [fact('a step', `${short(secondsPerStep)} s`)]),
    fact('ETA', clock(remainingOfTask(projection, task, now))),
  ];
}

/** An idle lane has nothing to say; one that works and is silent may hang. */
function heartbeat({heardAt, task, state}: LaneView, isOver: boolean, now: number): Line {
  const seconds = Math.max(0, (now - heardAt) / 1_000);
  if (isOver) return fact('last heard', new Date(heardAt).toTimeString().slice(0, 8));
  const isQuiet = state === 'lost' || (task !== null && seconds > QUIET_AFTER_SECONDS);
  if (isQuiet) return [span(`quiet for ${spoken(seconds)}`, {colour: 'yellow'})];
  return fact('heard', `${spoken(seconds)} ago`);
}

const spoken = (seconds: number): string => (seconds < 59.5 ? `${Math.round(seconds)} s` : clock(seconds));

function rankLines({ranks, state}: LaneView, theme: Theme, width: number): readonly Line[] {
  if (ranks.length === 0) return state === 'lost' ? [] : [[dim('memory and utilisation not measured yet')]];
  return ranks.flatMap((rank) => oneRank(rank, ranks.length > 1, theme, width));
}

function oneRank(rank: RankView, isOneOfMany: boolean, theme: Theme, width: number): readonly Line[] {
  const {memoryBytes: used, memoryLimitBytes: limit, utilisation} = rank;
  const name: readonly Line[] = isOneOfMany ? [[dim(`rank ${rank.rank} ${rank.device}`)]] : [];
  return flow([...name, ...gauges({used, limit, utilisation}, barWidthOf(width), theme)], width);
}

function failureLines({failure, state}: LaneView, width: number): readonly Line[] {
  if (failure === null) return [];
  const when = state === 'lost' ? 'lost to' : 'lost before to';
  const hint = failure.hint === '' ? '' : ` Try: ${failure.hint}`;
  return wrapped(`${when} ${failure.code}: ${failure.message}${hint}`, width, {colour: 'yellow'}, 2);
}
