import {styleText} from 'node:util';
import {formatNumber, meanAndStd, signed} from '../../report/formats/numbers.ts';
import {plain, type TaskExplanation} from '../../report/index.ts';
import {beyondOrWithin, withNoise} from '../../report/words.ts';
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
      ['value', cell.n === 0 ? 'none yet' : `${meanAndStd(column, cell)} ${column.unit} (${spreadOf(cell.n)})`],
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
    ...section('values, one per pair of seeds', [
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
      ...Object.entries(task.metrics).map(([name, value]): Fact => [name, String(value)]),
    ]),
    ...(task.params.length > 0 ? parameterLines(task) : section('does', specFacts(spec))),
    ...provenanceLines([task]),
    ...section(
      'used by',
      usedBy.map((user): Fact => ['', nameOf(user)]),
    ),
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
    ...section('used by', usedBy.length === 0 ? [['', 'no task takes it']] : usedBy.map(fact)),
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
      sentences.map((sentence): Fact => ['', sentence]),
    ),
  ];
}

/** What the method was told that it would not have done by itself; a name alone would not say so. */
function parameterLines({params}: TaskExplanation): Line[] {
  const changed = params.filter(({isDefault}) => !isDefault);
  const numDefault = params.length - changed.length;
  return section('parameters', [
    ...changed.map(({name, value}): Fact => [name, JSON.stringify(value)]),
    ['', `${changed.length === 0 ? 'all' : 'the other'} ${numDefault} are the method's defaults`],
  ]);
}

function provenanceLines(tasks: readonly TaskExplanation[]): Line[] {
  const done = tasks.filter(({computedBy}) => computedBy !== null);
  const facts = done.map(({computedBy, provenance, code}) => {
    const {version, commit, device, deviceName, pythonVersion, packages} = provenance;
    return [
      `run ${computedBy}, imu ${version}, commit ${commit ?? 'unknown'}`,
      `${device} (${deviceName}), Python ${pythonVersion}, ${packagesOf(Object(packages))}`,
      `${Object.keys(code).length} code files in the key`,
    ];
  });
  const groups = Map.groupBy(done, (_, index) => facts[index]?.slice(0, 2).join('\n') ?? '');
  const isOne = tasks.length === 1;
  return section('computed by', [
    ...[...groups].flatMap(([text, group]): Fact[] => {
      const who = groups.size === 1 ? '' : [...new Set(group.map(({kind}) => kind))].join(', ');
      return text.split('\n').map((line, index): Fact => [index === 0 ? who : '', line]);
    }),
    ...(isOne && facts[0] !== undefined ? [['', facts[0][2] ?? ''] as Fact] : []),
  ]);
}

type Fact = readonly [name: string, text: string];

const title = (text: string): Line => ({text, isTitle: true});

/** Nothing where there is no fact; facts without text are left out. */
function section(name: string, facts: readonly Fact[]): Line[] {
  const said = facts.filter(([, text]) => text !== '');
  if (said.length === 0) return [];
  const width = Math.max(14, ...said.map(([label]) => label.length + 2));
  const lines = said.map(([label, text]) => ({text: `  ${label.padEnd(width)}${text}`, isTitle: false}));
  return [{text: '', isTitle: false}, ...(name === '' ? [] : [title(name)]), ...lines].slice(name === '' ? 1 : 0);
}

const WORDS: Readonly<Record<TaskState, string>> = {
  done: 'done',
  damaged:
    'DAMAGED: the result or a file of it is not what was written; the next run sets it aside and computes it anew',
  absent: 'not there: not run yet, or failed',
};

const spreadOf = (n: number): string => (n === 1 ? 'n = 1' : `mean ± std, n = ${n}`);

function gapOf({retrain, gapToRetrain, row, run: _run}: ShownCell): string {
  if (retrain === null || row.id === '') return '';
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
