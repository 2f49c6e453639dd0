import {styleText} from 'node:util';
import {plain} from '../../report/index.ts';
import {cellLines} from './cellCard.ts';
import type {Shown, ShownObject, ShownRun, ShownTask, TaskName} from './describe.ts';
import {nameOf, packagesOf, parameterLines, provenanceLines, sizeOf, timeOf, WORDS} from './facts.ts';
import {atMost, type Fact, type Line, section, title, wrap} from './layout.ts';

/** For people: a heading, then sections of one fact a line. */
export function card(shown: Shown): string {
  const lines = linesOf(shown).map((line) => (line.isTitle ? styleText('bold', plain(line.text)) : plain(line.text)));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
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

/** The last point of a trajectory is not the number of the table where it is measured on fewer samples. */
function measuredHeading({trace}: ShownTask['spec']): string {
  const limits = Array.isArray(trace)
    ? trace.map(({selection}) => selection.limit).filter((limit) => limit !== null)
    : [];
  return limits.length === 0 ? 'measured' : `measured on the first ${limits[0]} samples of each set`;
}

const specFacts = (spec: Readonly<Record<string, unknown>>): Fact[] =>
  Object.entries(spec).flatMap(([name, value]) => (name === 'kind' ? [] : [[name, JSON.stringify(value)] as Fact]));
