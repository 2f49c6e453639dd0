import {remainingSeconds} from '../../store/eta.ts';
import type {Projection} from '../../store/projection.ts';
import {clock} from '../parts/durations.ts';
import {dim, fitSpans, type Line, lengthOf, type Span, span} from '../parts/line.ts';
import {glyphOf, RUN_LOOKS, type Theme} from '../theme.ts';

/** Two lines: what runs, in which state, how far and how long; and what it runs on. */
export function headerView(projection: Projection, now: number, width: number, theme: Theme): readonly Line[] {
  const {run, counts, tasks} = projection;
  const look = RUN_LOOKS[run?.state ?? 'starting'];
  const elapsed = run === null ? null : (run.seconds ?? (now - run.startedAt) / 1_000);
  const state = span(` ${glyphOf(look, theme)} ${look.word} `, {colour: look.colour, bold: true});
  const progress = [
    span(` ${counts.finished + counts.found}/${tasks.length} done`),
    ...(counts.running > 0 ? [span(`  ${counts.running} running`)] : []),
    ...(counts.failed > 0 ? [span(`  ${counts.failed} failed`, {colour: 'yellow', bold: true})] : []),
    ...(counts.blocked > 0 ? [span(`  ${counts.blocked} blocked`, {colour: 'yellow'})] : []),
    ...(counts.cancelled > 0 ? [span(`  ${counts.cancelled} stopped`, {colour: 'magenta'})] : []),
  ];
  const times = [
    ...(run?.state === 'running' ? [span(`ETA ${clock(remainingSeconds(projection, now))}`, {bold: true})] : []),
    dim(`  ${clock(elapsed)} so far`),
  ];
  return [titleLine(run?.title ?? 'imu', [state, ...progress], times, width), laneLine(projection, width, theme)];
}

/** The title gives way first, then the clock of what is behind us. */
function titleLine(title: string, middle: readonly Span[], end: readonly Span[], width: number): Line {
  const kept = fitSpans(end, Math.max(0, width - lengthOf(middle) - 1));
  const room = width - lengthOf(middle) - lengthOf(kept) - 1;
  const name = [...title].length <= room ? title : room >= 8 ? `${[...title].slice(0, room - 1).join('')}…` : '';
  const gap = Math.max(1, width - [...name].length - lengthOf(middle) - lengthOf(kept));
  return [span(name, {bold: true}), ...middle, span(' '.repeat(gap)), ...kept];
}

function laneLine({run, lanes, tasks, indexByKey, rate}: Projection, width: number, theme: Theme): Line {
  const working = lanes.map((lane): Span => {
    const task = lane.task === null ? undefined : tasks[indexByKey.get(lane.task) ?? -1];
    if (lane.state === 'lost') return span(`  lane ${lane.lane} ${theme.ascii ? 'x' : '✗'} lost`, {colour: 'yellow'});
    return dim(`  lane ${lane.lane} ${task?.phase ?? (task === undefined ? 'idle' : task.plan.kind)}`);
  });
  const facts = [
    dim(run === null ? 'no run yet' : `device ${run.device}`),
    ...working,
    ...(run !== null && run.numSessions > 1 ? [dim(`  session ${run.numSessions}`)] : []),
    ...(run?.state === 'running' && rate.perSecond > 0 ? [dim(`  ${Math.round(rate.perSecond)} ev/s`)] : []),
  ];
  return fitSpans(facts, width);
}
