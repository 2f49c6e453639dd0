import type {TaskSpec} from '../../plan/task.ts';
import type {Failure} from '../../protocol/index.ts';
import {explainTask, type TaskExplanation} from '../../report/explain.ts';
import {remainingOfTask} from '../../store/eta.ts';
import {type LogEntry, type TaskView, taskByKey} from '../../store/projection.ts';
import {curveChart} from '../parts/curveChart.ts';
import {clock, duration} from '../parts/durations.ts';
import {beside, fact, flow, gridOf, heading, lastScroll, scrolled, tiled} from '../parts/layout.ts';
import {cut, dim, fitEnd, type Line, span} from '../parts/line.ts';
import {byIdentity} from '../parts/memo.ts';
import {type TextColumn, tableLines} from '../parts/table.ts';
import {bytes, short, shortHash, spelled, valueText, wrapped} from '../parts/text.ts';
import {selectedTask} from '../selection.ts';
import {curvesOf, isDone, makerOf, planned, referencesOf, traceNote} from '../taskCurves.ts';
import {glyphOf, TASK_LOOKS} from '../theme.ts';
import type {RenderView, Size, ViewContext} from './view.ts';

/** From so many columns on, parameters and what was left stand beside the curves. */
const TWO_BLOCKS = 110;
const LEAST_CHART = {width: 34, height: 7};
const MOST_CHART_ROWS = 16;
const NUM_LOG_LINES = 10;

/** Everything about the selected task: how it failed, its curves, what it was told to do, what it took and left, and how to make it again. */
export const detailView: RenderView = (context, size) =>
  scrolled(detailLines(context, size), context.screen.scrolls.detail ?? 0, size.rows);

/** The last line that the view's scroll may begin with. */
export const detailEnd = (context: ViewContext, size: Size): number =>
  lastScroll(detailLines(context, size).length, size.rows);

function detailLines(context: ViewContext, size: Size): readonly Line[] {
  const task = selectedTask(context.projection, context.screen);
  if (task === null) return [[dim('nothing planned yet')]];
  const {columns: width} = size;
  const head = [...headLines(context, task, width), ...failureLines(context, task, width)];
  const tail = [...commandLines(context, task, width), ...logLines(context, task, width)];
  if (width < TWO_BLOCKS) {
    const room = {columns: width, rows: size.rows - head.length - 1};
    return [...head, ...curveLines(context, task, room), ...factLines(context, task, width), ...tail];
  }
  const right = Math.min(80, Math.floor(width * 0.38));
  const left = width - right - 2;
  const room = {columns: left, rows: size.rows - head.length - tail.length - 1};
  return [...head, ...beside(curveLines(context, task, room), factLines(context, task, right), left), ...tail];
}

/** State and name; then whose it is, how far and how long. */
function headLines(context: ViewContext, task: TaskView, width: number): readonly Line[] {
  const {projection, theme, manifest, now} = context;
  const {plan, state, attempt, lane, step, numSteps, phase} = task;
  const look = TASK_LOOKS[state];
  const row = manifest.suite.rows.find(({id}) => id === plan.row);
  const eta = state === 'running' ? remainingOfTask(projection, task, now) : null;
  const elapsed =
    task.seconds ?? (state === 'running' && task.startedAt !== null ? (now - task.startedAt) / 1_000 : null);
  const facts: Line[] = [
    ...(row === undefined
      ? []
      : [fact('row', `${row.label} (${row.method}, ${row.profile}${row.isTrivial ? ', trivial' : ''})`)]),
    ...(plan.trainSeed === null ? [] : [fact('train seed', String(plan.trainSeed))]),
    ...(plan.unlearnSeed === null ? [] : [fact('unlearn seed', String(plan.unlearnSeed))]),
    ...(attempt > 0 ? [fact('attempt', String(attempt))] : []),
    ...(lane === null ? [] : [fact('lane', String(lane))]),
    ...(phase === null ? [] : [fact('phase', phase)]),
    ...(step > 0 ? [fact('step', numSteps === null ? String(step) : `${step}/${numSteps}`)] : []),
    ...(elapsed === null ? [] : [fact(state === 'running' ? 'so far' : 'took', duration(elapsed))]),
    ...(state === 'running' ? [fact('ETA', clock(eta))] : []),
  ];
  return [
    cut(
      [span(`${glyphOf(look, theme)} ${look.word}  `, {colour: look.colour, bold: true}), span(plan.id, {bold: true})],
      width,
    ),
    ...flow(facts, width),
  ];
}

/** The failure folded open; of a task that was tried again, of the attempt before. */
function failureLines({projection, theme}: ViewContext, task: TaskView, width: number): readonly Line[] {
  const by = task.blockedBy === null ? null : taskByKey(projection, task.blockedBy);
  const blocked =
    task.blockedBy === null ? [] : wrapped(`blocked by ${by?.plan.id ?? task.blockedBy}`, width, {colour: 'yellow'});
  const {failure} = task;
  if (failure === null) return by?.failure == null ? blocked : [...blocked, ...unfold(by.failure, width)];
  const title = task.state === 'failed' ? 'failure' : `attempt before failed`;
  return [...blocked, heading(title, width, theme), ...unfold(failure, width)];
}

function unfold({code, message, hint, type, stack, cause}: Failure, width: number): readonly Line[] {
  return [
    ...wrapped(`${code}: ${message}`, width, {colour: 'yellow', bold: true}, 2),
    ...(hint === '' ? [] : wrapped(`try: ${hint}`, width, {}, 2)),
    ...wrapped(`type ${type}`, width, {dim: true}),
    ...stack.flatMap((frame) => wrapped(`  at ${frame.replace(/^at /, '')}`, width, {dim: true}, 4)),
    ...causesOf(cause).flatMap((line) => wrapped(`caused by ${line}`, width, {dim: true}, 2)),
  ];
}

/** A chain of causes comes as text, one to a line. */
const causesOf = (cause: string | null): readonly string[] =>
  cause === null ? [] : cause.split('\n').filter((line) => line.trim() !== '');

/** Every metric in a chart of its own. */
function curveLines(context: ViewContext, task: TaskView, {columns: width, rows}: Size): readonly Line[] {
  const {screen, theme, manifest} = context;
  const maker = makerOf(context, task);
  const curves = curvesOf(context, maker);
  const title = maker === task ? 'curves' : `curves of ${maker.plan.id}`;
  if (curves.length === 0) {
    const why = isDone(maker)
      ? 'it left no trajectory'
      : maker.state === 'running'
        ? 'no step is done yet'
        : 'it has not started';
    return [heading(title, width, theme), [dim(why)]];
  }
  const grid = gridOf(curves.length, {
    width,
    height: Math.max(LEAST_CHART.height, rows),
    leastWidth: Math.min(width, LEAST_CHART.width),
    leastHeight: LEAST_CHART.height,
    mostHeight: MOST_CHART_ROWS,
  });
  const blocks = curves.map((curve) =>
    curveChart(curve, {
      width: grid.width,
      height: grid.height,
      isLogY: screen.isLogY,
      theme,
      references: referencesOf(context, maker, curve.label),
    }),
  );
  const on = traceNote(manifest, maker);
  const note = `Curves are ${on}; Retrain, Original and paper are on whole sets.`;
  return [
    heading(title, width, theme),
    ...tiled(blocks, grid.perRow, grid.width),
    ...(on === null ? [] : wrapped(note, width, {dim: true})),
  ];
}

function factLines(context: ViewContext, task: TaskView, width: number): readonly Line[] {
  const explained = explain(context, task);
  return [
    ...metricLines(context, task, width),
    ...parameterLines(context, task, explained, width),
    ...timeLines(context, task, explained, width),
    ...inputLines(context, task, width),
    ...artefactLines(context, task, explained, width),
  ];
}

/** Explained once for every state of a task: what it left is read from the disk. */
function explain({manifest, evidence}: ViewContext, task: TaskView): TaskExplanation | null {
  return explanations(evidence, task)(manifest.runId, () => explainTask(manifest, task.plan.key, evidence));
}

const explanations = byIdentity((_: ViewContext['evidence'], _task: TaskView) => {
  const known = new Map<string, TaskExplanation | null>();
  return (run: string, compute: () => TaskExplanation | null): TaskExplanation | null => {
    const found = known.has(run) ? (known.get(run) ?? null) : compute();
    known.set(run, found);
    return found;
  };
});

function metricLines(context: ViewContext, task: TaskView, width: number): readonly Line[] {
  const measured = Object.entries(task.metrics ?? {});
  if (measured.length === 0) return [];
  const against = measured.map(([label]) => referencesOf(context, task, label));
  const column = (name: string): TextColumn => ({
    header: name,
    align: 'right',
    importance: name === 'Retrain' ? 3 : 1,
    cells: against.map((references) => {
      const value = references.find((reference) => reference.name === name)?.value;
      return value === undefined ? '' : [dim(short(value))];
    }),
  });
  const columns: TextColumn[] = [
    {header: 'metric', importance: 9, least: 8, cells: measured.map(([label]) => label)},
    {
      header: 'value',
      align: 'right',
      importance: 9,
      cells: measured.map(([, value]) => [span(short(value), {bold: true})]),
    },
    ...['Retrain', 'Original', 'paper'].map(column).filter(({cells}) => cells.some((cell) => cell !== '')),
  ];
  const on = traceNote(context.manifest, task);
  return [heading(on === null ? 'measured' : `measured ${on}`, width, context.theme), ...tableLines(columns, width)];
}

/** What differs from the method's own defaults first; for a task without a method what its plan says. */
function parameterLines(
  {manifest, theme}: ViewContext,
  {plan}: TaskView,
  explained: TaskExplanation | null,
  width: number,
): readonly Line[] {
  const spec = planned(manifest, plan.key)?.spec;
  if (spec === undefined) return [];
  const params = (explained?.params ?? []).toSorted((a, b) => Number(a.isDefault) - Number(b.isDefault));
  const numOwn = params.filter(({isDefault}) => !isDefault).length;
  const told = Object.entries(spec).filter(([name]) => !NOT_TOLD.has(name));
  const names = [...params.map(({name}) => name), ...told.map(([name]) => name)];
  const nameWidth = Math.min(Math.floor(width * 0.45), Math.max(0, ...names.map((name) => name.length)) + 2);
  const line = (name: string, value: unknown, isOwn: boolean): readonly Line[] => {
    const [first = '', ...rest] = wrapText(spelled(valueText(value), theme), width - nameWidth - 1);
    const mark = isOwn ? '*' : ' ';
    return [
      [
        span(mark, {colour: 'cyan', bold: true}),
        span(fitEnd(name, nameWidth), {dim: !isOwn}),
        span(first, {bold: isOwn}),
      ],
      ...rest.map((text): Line => [span(' '.repeat(nameWidth + 1)), span(text, {bold: isOwn})]),
    ];
  };
  const legend = numOwn > 0 ? '* differs from the default' : "all are the method's defaults";
  return [
    heading('parameters', width, theme),
    ...params.flatMap(({name, value, isDefault}) => line(name, value, !isDefault)),
    ...(params.length > 0 ? [cut([dim(legend)], width)] : []),
    ...told.flatMap(([name, value]) => line(name, value, false)),
  ];
}

const wrapText = (text: string, width: number): readonly string[] =>
  wrapped(text, Math.max(4, width)).map((line) => line[0]?.text ?? '');

/** Parameters stand above; the other words say what the head says. */
const NOT_TOLD: ReadonlySet<string> = new Set<keyof Extract<TaskSpec, {kind: 'unlearn'}>>([
  'kind',
  'method',
  'params',
  'trace',
]);

function timeLines(
  context: ViewContext,
  task: TaskView,
  explained: TaskExplanation | null,
  width: number,
): readonly Line[] {
  const seconds = task.seconds ?? explained?.seconds ?? null;
  const scorings = isDone(task)
    ? context.evidence.weightings(task.plan.key).flatMap(({scoring}) => scoring?.seconds ?? [])
    : [];
  const last = scorings.at(-1) ?? task.influence?.seconds;
  const {runId, commit, deviceName, device} = explained?.provenance ?? {};
  const facts: Line[] = [
    ...(seconds === null ? [] : [fact('task', duration(seconds))]),
    ...(task.secondsPerStep === null ? [] : [fact('per step', `${short(task.secondsPerStep)} s`)]),
    ...(last === undefined ? [] : [fact('influence', `${short(last)} s at the last scoring`)]),
    ...(scorings.length > 1
      ? [fact(`${scorings.length} scorings`, `${short(scorings.reduce((a, b) => a + b, 0))} s`)]
      : []),
    ...(explained?.finishedAt == null ? [] : [fact('finished', explained.finishedAt.slice(0, 19).replace('T', ' '))]),
    ...(runId === undefined ? [] : [fact('by run', String(runId))]),
    ...(commit == null ? [] : [fact('commit', shortHash(String(commit)))]),
    ...(device === undefined ? [] : [fact('on', String(deviceName ?? device))]),
  ];
  return facts.length === 0 ? [] : [heading('time', width, context.theme), ...flow(facts, width)];
}

function inputLines({manifest, projection, theme}: ViewContext, {plan}: TaskView, width: number): readonly Line[] {
  const inputs = Object.entries(planned(manifest, plan.key)?.inputs ?? {});
  if (inputs.length === 0) return [];
  const tasks = inputs.map(([, key]) => taskByKey(projection, key));
  const columns: TextColumn[] = [
    {header: 'input', importance: 9, cells: inputs.map(([role]) => role)},
    {header: 'from', importance: 8, least: 22, cells: tasks.map((input, i) => input?.plan.id ?? inputs[i]?.[1] ?? '')},
    {
      header: 'state',
      importance: 7,
      cells: tasks.map((input) => {
        if (input === null) return '?';
        const look = TASK_LOOKS[input.state];
        return [span(`${glyphOf(look, theme)} ${look.word}`, {colour: look.colour})];
      }),
    },
    {header: 'key', importance: 1, cells: inputs.map(([, key]) => [dim(shortHash(key))])},
  ];
  return [heading('inputs', width, theme), ...tableLines(columns, width)];
}

function artefactLines(
  {theme}: ViewContext,
  task: TaskView,
  explained: TaskExplanation | null,
  width: number,
): readonly Line[] {
  const artefacts = Object.entries({...explained?.artefacts, ...task.artefacts});
  const key: Line = fact('key', shortHash(task.plan.key));
  if (artefacts.length === 0)
    return [heading('artefacts', width, theme), [...key, dim(isDone(task) ? '  left no file' : '  nothing left yet')]];
  return [
    heading('artefacts', width, theme),
    key,
    ...tableLines(
      [
        {header: 'role', importance: 9, cells: artefacts.map(([role]) => role)},
        {header: 'sha256', importance: 8, cells: artefacts.map(([, {sha256}]) => shortHash(sha256))},
        {header: 'size', align: 'right', importance: 7, cells: artefacts.map(([, {sizeBytes}]) => bytes(sizeBytes))},
      ],
      width,
    ),
  ];
}

function commandLines(context: ViewContext, task: TaskView, width: number): readonly Line[] {
  const command = explain(context, task)?.command;
  return command === undefined
    ? []
    : [heading('make it again', width, context.theme), ...wrapped(command, width, {bold: true}, 4)];
}

function logLines({projection, theme}: ViewContext, {plan}: TaskView, width: number): readonly Line[] {
  const entries = projection.log.filter(({key}) => key === plan.key).slice(-NUM_LOG_LINES);
  if (entries.length === 0) return [];
  return [heading('log', width, theme), ...entries.flatMap((entry) => logLine(entry, width))];
}

const logLine = ({at, level, message}: LogEntry, width: number): readonly Line[] =>
  wrapped(
    `${new Date(at).toTimeString().slice(0, 8)} ${level} ${message}`,
    width,
    level === 'warning' || level === 'error' ? {colour: 'yellow'} : {dim: true},
    9,
  );
