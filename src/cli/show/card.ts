import {styleText} from 'node:util';
import {formatNumber, signed} from '../../report/formats/numbers.ts';
import {beyondOrWithin, plain, type TaskExplanation, withNoise} from '../../report/index.ts';

import type {StoredObject} from '../../store/index.ts';
import type {Shown, ShownCell, ShownObject, ShownRun, ShownTask, TaskName, TaskState} from './describe.ts';

/** For people: a heading, then sections of one fact a line. */
export function card(shown: Shown): string {
  const lines = linesOf(shown).map((line) => (line.isTitle ? styleText('bold', plain(line.text)) : plain(line.text)));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

interface Line {
  readonly text: string;
  readonly isTitle: boolean;
}

function linesOf(shown: Shown): readonly Line[] {
  switch (shown.kind) {
    case 'cell':
      return cellLines(shown);
    case 'task':
      return taskLines(shown);
    case 'object':
      return objectLines(shown);
    case 'run':
      return runLines(shown);
  }
}

function cellLines(shown: ShownCell): Line[] {
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
          : `${withNoise({mean: cell.mean, halfWidth: cell.std})} ${column.unit} (${spreadOf(cell.n)})`,
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
          `t${trainSeed ?? '-'}${unlearnSeed === null ? '' : ` u${unlearnSeed}`}`,
          `${value}${numSamples === null ? '' : `  over ${numSamples} samples`}  by ${(evaluation?.key ?? '').slice(0, 12)}`,
        ],
      ),
      ...missing.map(({id, state}): Fact => [id, WORDS[state]]),
    ]),
    ...section(
      values.length > 1
        ? `tasks behind the first value (t${first?.trainSeed} u${first?.unlearnSeed})`
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

function taskLines({state, runs, task, inputs, usedBy, lostArtefacts, spec}: ShownTask): Line[] {
  return [
    title(`${task.id}: ${task.kind} task`),
    ...section('', [
      ['key', task.key],
      ['result', `${WORDS[state]}${state === 'done' ? `, ${timeOf(task)}` : ''}`],
      ['runs', runs.join(', ')],
      ['method', typeof spec.method === 'string' ? spec.method : ''],
    ]),
    ...section(
      'takes',
      Object.entries(inputs).map(([role, input]): Fact => [role, nameOf(input)]),
    ),
    ...section('left', [
      ...Object.entries(task.artefacts).map(
        ([role, object]): Fact => [
          role,
          `${object.sha256}  ${sizeOf(object)}${lostArtefacts.includes(role) ? '  GONE, or not of this size' : ''}`,
        ],
      ),
    ]),
    ...section(
      measuredHeading(spec),
      Object.entries(task.metrics).map(([name, value]): Fact => [name, String(value)]),
    ),
    ...(task.params.length > 0 ? parameterLines(task) : section('does', specFacts(spec))),
    ...provenanceLines([task]),
    ...section('used by', atMost(usedBy.map((user): Fact => ['', nameOf(user)]))),
    ...section('again', [['command', task.command]]),
  ];
}

function objectLines({object, path, isWhole, madeBy, usedBy}: ShownObject): Line[] {
  const fact = (task: TaskName & {readonly role: string}): Fact => [task.role, nameOf(task)];
  return [
    title(`object ${object.sha256}`),
    ...section('', [
      ['size', sizeOf(object)],
      ['file', path],
      ['bytes', isWhole ? 'are those of the hash' : 'DAMAGED: gone, or not those of the hash'],
    ]),
    ...section('made by', madeBy.map(fact)),
    ...section('used by', usedBy.length === 0 ? [['', 'no task takes it']] : atMost(usedBy.map(fact))),
  ];
}

function runLines({title: name, provenance: from, rows, columns, states, sentences}: ShownRun): Line[] {
  const numTasks = states.done + states.damaged + states.absent;
  return [
    title(`${from.runId}: ${name}`),
    ...section('', [
      ['tasks', `${states.done} of ${numTasks} done${states.damaged === 0 ? '' : `, ${states.damaged} DAMAGED`}`],
      ['begun', from.createdAt],
      ['seeds', `train ${from.seeds.train.join(', ')}; unlearn ${from.seeds.unlearn.join(', ')}`],
      ['scale', from.scale],
      [
        'made with',
        `imu ${from.version}, commit ${from.commit ?? 'unknown'}, Python ${from.python}, ${packagesOf(from.packages)}, ${from.device}`,
      ],
      ['command', from.command],
    ]),
    ...section(
      'rows',
      rows.map(({id, label, method, profile}): Fact => [id, `${label} (${method}, ${profile})`]),
    ),
    ...section('columns', [['', columns.join(', ')]]),
    ...section(
      'verdict',
      sentences.flatMap((sentence) => wrap(sentence, 96)).map((line): Fact => ['', line]),
    ),
  ];
}

/** What the method was told that it would not have done by itself; a name alone would not say so. */
function parameterLines({params}: TaskExplanation): Line[] {
  const changed = params.filter(({isDefault}) => !isDefault);
  const numDefault = params.length - changed.length;
  return section('parameters', [
    ...changed.map(
      ({name, value, defaultValue}): Fact => [
        name,
        `${JSON.stringify(value)}  (default ${JSON.stringify(defaultValue)})`,
      ],
    ),
    ['', `${changed.length === 0 ? 'all' : 'the other'} ${numDefault} are the method's defaults`],
  ]);
}

function provenanceLines(tasks: readonly TaskExplanation[]): Line[] {
  const done = tasks.filter(({computedBy}) => computedBy !== null);
  const groups = Map.groupBy(done, computerOf);
  const numFiles = new Set(done.flatMap(({code}) => Object.keys(code))).size;
  return section('computed by', [
    ...[...groups].flatMap(([computer, group]): Fact[] => {
      const who = groups.size === 1 ? '' : [...new Set(group.map(({kind}) => kind))].join(', ');
      return computer.split('\n').map((line, index): Fact => [index === 0 ? who : '', line]);
    }),
    ['', numFiles === 0 ? '' : `the content of ${numFiles} code files is part of what the keys hash`],
  ]);
}

function computerOf({computedBy, provenance}: TaskExplanation): string {
  const {version, commit, device, deviceName, pythonVersion, packages} = provenance;
  return [
    `run ${computedBy}, imu ${version}, commit ${commit ?? 'unknown'}`,
    `${device} (${deviceName}), Python ${pythonVersion}, ${packagesOf(Object(packages))}`,
  ].join('\n');
}

type Fact = readonly [name: string, text: string];

const NUM_SHOWN = 12;

/** A dataset is used by every task: `--json` lists them all. */
const atMost = (facts: readonly Fact[]): readonly Fact[] =>
  facts.length <= NUM_SHOWN
    ? facts
    : [...facts.slice(0, NUM_SHOWN - 1), ['', `and ${facts.length - NUM_SHOWN + 1} more`]];

const title = (text: string): Line => ({text, isTitle: true});

/** Nothing where there is no fact; facts without text are left out. */
function section(name: string, facts: readonly Fact[]): Line[] {
  const said = facts.filter(([, text]) => text !== '');
  if (said.length === 0) return [];
  const width = Math.max(14, ...said.map(([label]) => label.length + 2));
  const lines = said.map(([label, text]) => ({text: `  ${label.padEnd(width)}${text}`, isTitle: false}));
  return [{text: '', isTitle: false}, ...(name === '' ? [] : [title(name)]), ...lines].slice(name === '' ? 1 : 0);
}

/** Lines of a paragraph; all but the first are set in. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(last === undefined ? word : `  ${word}`);
  }
  return lines;
}

const WORDS: Readonly<Record<TaskState, string>> = {
  done: 'done',
  damaged:
    'DAMAGED: the result or a file of it is not what was written; the next run sets it aside and computes it anew',
  absent: 'not there: not run yet, or failed',
};

/** The last point of a trajectory is not the number of the table where it is measured on fewer samples. */
function measuredHeading({trace}: ShownTask['spec']): string {
  const limits = Array.isArray(trace)
    ? trace.map(({selection}) => selection.limit).filter((limit) => limit !== null)
    : [];
  return limits.length === 0 ? 'measured' : `measured on the first ${limits[0]} samples of each set`;
}

const spreadOf = (n: number): string => (n === 1 ? 'n = 1' : `mean ± std, n = ${n}`);

function gapOf({retrain, gapToRetrain}: ShownCell): string {
  if (retrain === null) return '';
  if (gapToRetrain === null || gapToRetrain.mean === null) return formatNumber(retrain);
  const noise = gapToRetrain.halfWidth === null ? '' : ', 95 %';
  return `${formatNumber(retrain)}; gap ${withNoise(gapToRetrain)} (${beyondOrWithin(gapToRetrain)}${noise})`;
}

const setsOf = ({sets, limit}: {readonly sets: readonly string[]; readonly limit: number | null}): string =>
  `${sets.join(' and ')}, ${limit === null ? 'all samples' : `the first ${limit} samples`}`;

const arrowOf = (direction: 'up' | 'down' | null): string =>
  direction === null ? '' : `; the paper's arrow points ${direction}`;

const nameOf = ({key, id, state}: TaskName): string =>
  `${key.slice(0, 12)}  ${id}${state === 'done' ? '' : `  ${WORDS[state].split(':')[0]}`}`;

function timeOf({seconds, finishedAt}: TaskExplanation): string {
  if (seconds === null) return WORDS.absent;
  return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s, ${finishedAt?.replace(/\.\d+Z$/, 'Z') ?? ''}`;
}

const objectOf = (object: StoredObject): string => `${object.sha256.slice(0, 16)}  ${sizeOf(object)}`;

function sizeOf({sizeBytes}: StoredObject): string {
  if (sizeBytes < 1000) return `${sizeBytes} bytes`;
  return sizeBytes < 1_000_000 ? `${(sizeBytes / 1000).toFixed(1)} kB` : `${(sizeBytes / 1_000_000).toFixed(1)} MB`;
}

const packagesOf = (packages: Readonly<Record<string, unknown>>): string =>
  Object.entries(packages)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');

const specFacts = (spec: Readonly<Record<string, unknown>>): Fact[] =>
  Object.entries(spec).flatMap(([name, value]) => (name === 'kind' ? [] : [[name, JSON.stringify(value)] as Fact]));
