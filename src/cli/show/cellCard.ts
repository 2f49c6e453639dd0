import {formatNumber, signed} from '../../report/formats/numbers.ts';
import {beyondOrWithin, withNoise} from '../../report/index.ts';
import type {ShownCell} from './describe.ts';
import {objectOf, parameterLines, provenanceLines, timeOf, WORDS} from './facts.ts';
import {type Fact, type Line, section, title} from './layout.ts';

/** A number: its definition, its values by seed, what stands behind it, and how to make it again. */
export function cellLines(shown: ShownCell): Line[] {
  const {row, column, cell, metric, values, missing} = shown;
  const [first] = values;
  const tasks = first?.tasks ?? [];
  const [model] = tasks.filter(({kind}) => kind === 'unlearn');
  return [
    title(`${row.id}/${column.id} of ${shown.run}: ${row.label}, ${column.header}`),
    ...section('', [
      ['row', [`profile ${row.profile}`, row.note].filter((text) => text !== '').join('; ')],
      [
        'value',
        cell.n === 0
          ? 'none yet'
          : `${withNoise({mean: cell.mean, halfWidth: cell.std})} ${column.unit} (${spreadOf(cell)})`,
      ],
      ['Retrain', gapOf(shown)],
      [
        'paper',
        cell.paper === null ? '' : `${formatNumber(cell.paper.mean)}; ours − paper ${signed(cell.gap ?? Number.NaN)}`,
      ],
    ]),
    ...(metric === null
      ? []
      : section('metric', [
          ['name', `${metric.card.title} (${metric.card.id}), ${metric.card.unit}`],
          ['formula', metric.card.formula],
          ['measured on', setsOf(metric.measurement.selection)],
          ['ideal', `${metric.card.ideal}${arrowOf(column.direction)}`],
          ['source', metric.card.cite],
        ])),
    ...section('values by train seed (t) and unlearn seed (u)', [
      ...values.map(
        ({value, trainSeed, unlearnSeed, numSamples, tasks: [evaluation]}): Fact => [
          seedsOf({trainSeed, unlearnSeed}),
          `${value}${numSamples === null ? '' : `  over ${numSamples} samples`}  by ${(evaluation?.key ?? '').slice(0, 12)}`,
        ],
      ),
      ...missing.map(({id, state}): Fact => [id, WORDS[state]]),
    ]),
    ...section(
      values.length > 1
        ? `tasks behind the first value (${first === undefined ? '' : seedsOf(first)})`
        : 'tasks behind it',
      tasks.flatMap((task): Fact[] => [
        [task.kind, `${task.key.slice(0, 12)}  ${task.id}  ${timeOf(task)}`],
        ...Object.entries(task.artefacts).map(([role, object]): Fact => ['', `${role} ${objectOf(object)}`]),
      ]),
    ),
    ...(model === undefined ? [] : parameterLines(model)),
    ...provenanceLines(tasks),
    ...section('again', [
      ['this cell', shown.command],
      ...(values.length > 1 ? [['first value', first?.command ?? ''] as Fact] : []),
    ]),
  ];
}

/** `t42 u1`; a model that was only trained has no unlearn seed. */
const seedsOf = ({trainSeed, unlearnSeed}: {trainSeed: number | null; unlearnSeed: number | null}): string =>
  `t${trainSeed ?? '-'}${unlearnSeed === null ? '' : ` u${unlearnSeed}`}`;

function spreadOf({n, std}: ShownCell['cell']): string {
  if (std === null) return `n = ${n}`;
  return std === 0 ? `n = ${n}, the same at every seed` : `mean ± std, n = ${n}`;
}

function gapOf({retrain, gapToRetrain}: ShownCell): string {
  if (retrain === null) return '';
  if (gapToRetrain === null || gapToRetrain.mean === null) return formatNumber(retrain);
  const noise = (gapToRetrain.halfWidth ?? 0) === 0 ? '' : ', 95 %';
  return `${formatNumber(retrain)}; gap ${withNoise(gapToRetrain)} (${beyondOrWithin(gapToRetrain)}${noise})`;
}

const setsOf = ({sets, limit}: {readonly sets: readonly string[]; readonly limit: number | null}): string =>
  `${sets.join(' and ')}, ${limit === null ? 'all samples' : `the first ${limit} samples`}`;

const arrowOf = (direction: 'up' | 'down' | null): string =>
  direction === null ? '' : `; the paper's arrow points ${direction}`;
