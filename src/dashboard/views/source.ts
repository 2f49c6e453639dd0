import {type CellExplanation, explainCell, type TaskExplanation, type ValueExplanation} from '../../report/explain.ts';
import {formatNumber, headerOf, meanAndStd, signed} from '../../report/formats/numbers.ts';
import type {GapToRetrain} from '../../report/verdict.ts';
import {duration} from '../parts/durations.ts';
import {fact, flow, heading, lastScroll, scrolled} from '../parts/layout.ts';
import {cut, dim, type Line, span} from '../parts/line.ts';
import {byIdentity, byLastWord} from '../parts/memo.ts';
import {type TextColumn, tableLines} from '../parts/table.ts';
import {bytes, short, shortHash, spelled, wrapped} from '../parts/text.ts';
import type {Theme} from '../theme.ts';
import {verdictCell} from './verdict.ts';
import type {RenderView, Size, ViewContext} from './view.ts';

/** Where the number under the verdict's cursor comes from: what it means, which runs it is the mean of, and what made each of them. */
export const sourceView: RenderView = (context, size) =>
  scrolled(sourceLines(context, size), context.screen.scrolls.source ?? 0, size.rows);

/** The last line that the view's scroll may begin with. */
export const sourceEnd = (context: ViewContext, size: Size): number =>
  lastScroll(sourceLines(context, size).length, size.rows);

function sourceLines(context: ViewContext, {columns: width}: Size): readonly Line[] {
  const at = verdictCell(context);
  const explained = at === null ? null : explain(context, at.row, at.column);
  if (at === null || explained === null) return [[dim('no number is chosen: move the cursor of the verdict to one')]];
  const gap = context.verdict.rows.find(({id}) => id === at.row)?.gaps[at.column] ?? null;
  const word = JSON.stringify([width, context.theme, gap]);
  return remembered(explained, word, () => draw(context.theme, explained, gap, width));
}

/** A hundred values are a thousand lines, of which a screen shows some. */
const remembered = byLastWord<CellExplanation, readonly Line[]>();

function draw(theme: Theme, explained: CellExplanation, gap: GapToRetrain | null, width: number): readonly Line[] {
  return [
    ...numberLines(theme, explained, gap, width),
    ...meaningLines(theme, explained, width),
    ...spreadLines(theme, explained, width),
    ...valueLines(theme, explained, width),
    ...explained.values.flatMap((value) => chainLines(theme, explained, value, width)),
    heading('make it again', width, theme),
    ...wrapped(explained.command, width, {bold: true}, 4),
  ];
}

/** Results are read once for each version of the table. */
function explain({manifest, table, evidence}: ViewContext, row: string, column: string): CellExplanation | null {
  const known = explanations(table, evidence);
  const name = `${row}\n${column}`;
  const found = known.has(name) ? (known.get(name) ?? null) : explainCell(manifest, table, row, column, evidence);
  known.set(name, found);
  return found;
}

const explanations = byIdentity(
  (_: ViewContext['table'], _evidence: ViewContext['evidence']) => new Map<string, CellExplanation | null>(),
);

function numberLines(
  theme: Theme,
  {row, column, cell}: CellExplanation,
  gap: GapToRetrain | null,
  width: number,
): readonly Line[] {
  const value = cell.mean === null ? 'no value yet' : meanAndStd(column, cell);
  const noise = gap?.halfWidth == null ? '' : ` ± ${formatNumber(gap.halfWidth)} (95 %)`;
  const word =
    gap?.isBeyondSeedNoise == null
      ? 'noise unknown'
      : gap.isBeyondSeedNoise
        ? 'beyond seed noise'
        : 'within seed noise';
  return [
    cut(
      [
        span(`${row.label}, ${headerOf(column)}`, {bold: true}),
        span(`  ${value}`, {bold: true, colour: 'cyan'}),
        dim(` ${column.unit}`),
      ],
      width,
    ),
    ...flow(
      [
        fact('n', String(cell.n)),
        fact('profile', row.profile),
        ...(gap?.mean == null ? [] : [fact('from Retrain', `${signed(gap.mean)}${noise}, ${word}`)]),
        ...(cell.paper === null
          ? [fact('paper', 'prints no such number')]
          : [
              fact(
                'paper',
                `${formatNumber(cell.paper.mean)}${cell.paper.std === null ? '' : ` ± ${formatNumber(cell.paper.std)}`}`,
              ),
            ]),
        ...(cell.gap === null ? [] : [fact('ours - paper', signed(cell.gap))]),
      ],
      width,
    ),
    ...(row.note === '' ? [] : wrapped(spelled(row.note, theme), width, {dim: true})),
  ];
}

const ARROWS = {up: 'up: higher is called better', down: 'down: lower is called better'} as const;

function meaningLines(theme: Theme, {metric, column}: CellExplanation, width: number): readonly Line[] {
  const title = heading('what it is', width, theme);
  const arrow = column.direction === null ? [] : told('arrow of the paper', ARROWS[column.direction], width);
  if (metric === null)
    return [title, ...wrapped(`${column.header} is no measurement of the scenario.`, width), ...arrow];
  const {card, measurement} = metric;
  const {sets, limit} = measurement.selection;
  return [
    title,
    ...told('formula', spelled(card.formula, theme), width),
    ...told('unit', card.unit, width),
    ...told(
      'measured on',
      `${sets.join(', ')}${limit === null ? ', every sample' : `, the first ${limit} samples`}`,
      width,
    ),
    ...told('by', `${measurement.primitive} (${card.cite})`, width),
    ...told('ideal', spelled(card.ideal, theme), width),
    ...arrow,
  ];
}

const told = (name: string, text: string, width: number): readonly Line[] => {
  const [first = [], ...rest] = wrapped(`${name}  ${text}`, width, {}, 4);
  const head = first[0]?.text ?? '';
  return [[dim(head.slice(0, name.length)), span(head.slice(name.length))], ...rest];
};

/** The spread, split by where it comes from. */
function spreadLines(theme: Theme, {cell}: CellExplanation, width: number): readonly Line[] {
  if (cell.std === null) return [];
  return [
    heading('spread', width, theme),
    ...flow(
      [
        fact('std (ddof 1)', short(cell.std)),
        ...(cell.stdTrain === null ? [] : [fact('between train seeds', short(cell.stdTrain))]),
        ...(cell.stdUnlearn === null ? [] : [fact('within a train seed', short(cell.stdUnlearn))]),
      ],
      width,
    ),
  ];
}

function valueLines(theme: Theme, {values}: CellExplanation, width: number): readonly Line[] {
  if (values.length === 0) return [heading('values', width, theme), [dim('none yet: its evaluations are not done')]];
  const text = (of: (value: ValueExplanation) => string | number | null | undefined): string[] =>
    values.map((value) => String(of(value) ?? ''));
  const first = (value: ValueExplanation): TaskExplanation | undefined => value.tasks[0];
  const columns: TextColumn[] = [
    {
      header: 'value',
      align: 'right',
      importance: 9,
      cells: values.map(({value}) => [span(String(Number(value.toPrecision(7))), {bold: true})]),
    },
    {header: 'train', align: 'right', importance: 8, cells: text(({trainSeed}) => trainSeed)},
    {header: 'unlearn', align: 'right', importance: 8, cells: text(({unlearnSeed}) => unlearnSeed)},
    {header: 'samples', align: 'right', importance: 7, cells: text(({numSamples}) => numSamples)},
    {header: 'key', importance: 6, cells: text((value) => shortHash(first(value)?.key ?? ''))},
    {header: 'model', importance: 5, cells: text((value) => shortHash(modelOf(value)?.artefacts.model?.sha256 ?? ''))},
    {header: 'finished', importance: 4, cells: text((value) => timeOf(first(value)?.finishedAt ?? null))},
    {header: 'commit', importance: 3, cells: text((value) => commitOf(first(value)))},
    {header: 'task', importance: 2, least: 16, cells: text((value) => first(value)?.id)},
  ];
  const isKnown = values.some((value) => first(value)?.finishedAt != null);
  const absence = 'The results are not at hand here: samples, files, times and commits are not known.';
  return [
    heading('values', width, theme),
    ...tableLines(columns.filter(isTold), width),
    ...(isKnown ? [] : wrapped(absence, width, {dim: true})),
  ];
}

/** Without a store at hand there are no files, times and commits. */
const isTold = ({cells}: TextColumn): boolean => cells.some((cell) => cell !== '');

/** The task that made the model which the evaluation measured. */
function modelOf({tasks}: ValueExplanation): TaskExplanation | undefined {
  const key = tasks[0]?.inputs.model;
  return tasks.find((task) => task.key === key);
}

const timeOf = (at: string | null): string => (at === null ? '' : at.slice(0, 19).replace('T', ' '));
const commitOf = (task: TaskExplanation | undefined): string => {
  const {commit} = task?.provenance ?? {};
  return typeof commit === 'string' ? commit.slice(0, 7) : '';
};

/** One value's tasks, from the evaluation down to the data. */
function chainLines(theme: Theme, {run}: CellExplanation, value: ValueExplanation, width: number): readonly Line[] {
  const seeds = [
    ...(value.trainSeed === null ? [] : [`train seed ${value.trainSeed}`]),
    ...(value.unlearnSeed === null ? [] : [`unlearn seed ${value.unlearnSeed}`]),
  ];
  const {tasks} = value;
  const files = (task: TaskExplanation): string =>
    Object.entries(task.artefacts)
      .map(([role, {sha256, sizeBytes}]) => `${role} ${shortHash(sha256)} (${bytes(sizeBytes)})`)
      .join(', ');
  const columns: TextColumn[] = [
    {header: 'made by', importance: 9, least: 18, cells: tasks.map(({id}) => id)},
    {header: 'key', importance: 8, cells: tasks.map(({key}) => shortHash(key))},
    {header: 'left', importance: 4, cells: tasks.map(files)},
    {header: 'took', align: 'right', importance: 3, cells: tasks.map(({seconds}) => duration(seconds))},
    {header: 'finished', importance: 5, cells: tasks.map(({finishedAt}) => timeOf(finishedAt))},
    {header: 'commit', importance: 2, cells: tasks.map(commitOf)},
    {
      header: 'run',
      importance: 1,
      cells: tasks.map(({computedBy}) => (computedBy === run ? 'this' : (computedBy ?? ''))),
    },
  ];
  return [
    heading([short(value.value), ...seeds].join(', '), width, theme),
    ...tableLines(columns.filter(isTold), width),
  ];
}
