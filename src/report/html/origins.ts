import type {TableColumn} from '../aggregate.ts';
import {formatFor, formatNumber, signed} from '../formats/numbers.ts';
import type {CellOrigin, ReportModel, ReportTable, ReportTask, TableRole} from '../reportModel.ts';
import type {GapToRetrain} from '../verdict.ts';
import {type Content, html, type Markup} from './markup.ts';
import {arrow, bytes, command, header, meanAndSpread, minus, scrollBox, shortKey} from './parts.ts';

/**
 * A number that can be asked where it comes from. With scripts it opens a dialog, made from the template of `originTemplates`; without, it leads to
 * its row's runs.
 */
export function originLink(
  model: ReportModel,
  role: TableRole,
  row: string,
  column: string,
  content: Content,
): Content {
  const table = model.tables.find((candidate) => candidate.role === role);
  if (table === undefined || !table.origins[row]?.[column]) return content;
  return html`<a class="origin" href="#${rowAnchor(model, row)}" data-origin="${originId(table, row, column)}" aria-haspopup="dialog">${content}</a>`;
}

/** Ids of data may hold anything: places do not. */
export const rowAnchor = (model: ReportModel, row: string): string =>
  `row-${(model.tables[0]?.model.rows ?? []).findIndex(({id}) => id === row)}`;

export const taskAnchor = (key: string): string => `task-${key.replace(/[^\w-]/g, '-')}`;

function originId({role, model}: ReportTable, row: string, column: string): string {
  const rowIndex = model.rows.findIndex(({id}) => id === row);
  return `origin-${role}-${rowIndex}-${model.columns.findIndex(({id}) => id === column)}`;
}

/** One template for each number of the tables. */
export function originTemplates(model: ReportModel): Markup {
  const tasks = new Map(model.tasks.map((task) => [task.key, task]));
  return html`${model.tables.map((table) =>
    table.model.rows.map(({id: row}) =>
      table.model.columns.map(({id: column}) => {
        const origin = table.origins[row]?.[column] ?? null;
        return origin === null
          ? null
          : html`<template id="${originId(table, row, column)}">${card(model, table, origin, tasks)}</template>`;
      }),
    ),
  )}`;
}

const TABLE_NAMES: Readonly<Record<TableRole, string>> = {
  results: 'at the end of each run, on whole sets',
  nearest: "at the point of each trajectory that is nearest to the paper's row",
  weights: 'of the sample weights at the first scoring',
};

/** Tasks that a dialog lists; with many seeds the rest would make the file huge. */
const MAXIMUM_TASKS = 16;

function card(
  model: ReportModel,
  table: ReportTable,
  origin: CellOrigin,
  tasks: ReadonlyMap<string, ReportTask>,
): Markup {
  const {row, column, cell, metric, values} = origin;
  const gap = table.role === 'results' ? model.verdict.rows.find(({id}) => id === row.id)?.gaps[column.id] : undefined;
  const keys = [...new Set(values.flatMap(({taskKeys}) => taskKeys))];
  const behind = keys.slice(0, MAXIMUM_TASKS).flatMap((key) => tasks.get(key) ?? []);
  return html`<h2 tabindex="-1">${row.label} <span class="dot">·</span> ${header(column.header)}</h2>
<p class="big">${meanAndSpread(column, cell)} <span class="unit">${column.unit}</span></p>
<p class="note">${cell.n === 1 ? 'one value' : `mean ± standard deviation (ddof 1) of ${cell.n} values`}, ${TABLE_NAMES[table.role]}; profile ${row.profile}${row.note === '' ? '' : `; ${row.note}`}</p>
<dl class="facts">
${metric === null ? null : metricFacts(column, metric)}
${cell.paper === null ? null : html`<dt>The paper</dt><dd>${formatNumber(cell.paper.mean)}${cell.gap === null ? null : html`; ours is ${minus(signed(cell.gap))} from it`}</dd>`}
${gap === undefined || gap.mean === null ? null : html`<dt>From ${model.verdict.reference ?? 'Retrain'}</dt><dd>${gapWords(gap)}</dd>`}
${cell.stdTrain === null || cell.stdUnlearn === null ? null : html`<dt>Spread</dt><dd>${formatNumber(cell.stdTrain)} between train seeds, ${formatNumber(cell.stdUnlearn)} within them</dd>`}
</dl>
<h3>Values</h3>
${scrollBox(
  'Values by seed',
  html`<table class="data"><thead><tr><th scope="col" class="number">train seed</th><th scope="col" class="number">unlearn seed</th><th scope="col" class="number">value</th><th scope="col" class="number">samples</th><th scope="col">task</th></tr></thead><tbody>${values.map(
    ({value, trainSeed, unlearnSeed, numSamples, taskKeys}) =>
      html`<tr><td class="number">${trainSeed ?? '–'}</td><td class="number">${unlearnSeed ?? '–'}</td><td class="number">${fullNumber(column, value)}</td><td class="number">${numSamples ?? '–'}</td><td>${taskLink(taskKeys[0])}</td></tr>`,
  )}</tbody></table>`,
)}
<h3>Make this number again</h3>
${command(origin.command)}
<h3>Tasks behind it</h3>
${scrollBox(
  'Tasks behind this number',
  html`<table class="data"><thead><tr><th scope="col">task</th><th scope="col">key</th><th scope="col">left</th></tr></thead><tbody>${behind.map(
    ({id, key, artefacts}) =>
      html`<tr><th scope="row">${id}</th><td>${taskLink(key)}</td><td>${artefactList(artefacts)}</td></tr>`,
  )}</tbody></table>`,
)}
${keys.length <= MAXIMUM_TASKS ? null : html`<p class="note">${keys.length - MAXIMUM_TASKS} more stand under <a href="#${rowAnchor(model, row.id)}">Runs</a>.</p>`}`;
}

function metricFacts(
  column: TableColumn,
  {card: {title, formula, ideal, cite}, measurement}: NonNullable<CellOrigin['metric']>,
): Markup {
  const {sets, limit} = measurement.selection;
  return html`<dt>What it is</dt><dd>${title}, ${column.unit}</dd>
<dt>Formula</dt><dd class="formula">${formula}</dd>
<dt>Measured on</dt><dd>${sets.join(', ')}${limit === null ? '' : `, first ${limit} samples of each`}</dd>
<dt>Best</dt><dd>${ideal}${column.direction === null ? null : html`; the paper's arrow points${arrow(column)}`}</dd>
<dt>Defined in</dt><dd>${cite}</dd>`;
}

function gapWords({mean, halfWidth, isBeyondSeedNoise}: GapToRetrain): string {
  const interval = halfWidth === null ? '' : ` ± ${formatNumber(halfWidth)} (95 % interval)`;
  const noise =
    isBeyondSeedNoise === null ? 'noise unknown' : isBeyondSeedNoise ? 'beyond seed noise' : 'within seed noise';
  return `${minus(signed(mean ?? Number.NaN))}${interval}, ${noise}`;
}

/** Six decimals, so that values stand under each other; what is too small or large for that in full. */
function fullNumber(column: TableColumn, value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return formatFor(column, value);
  const size = Math.abs(value);
  return minus(size >= 1e-3 && size < 1e5 ? value.toFixed(6) : value.toPrecision(7));
}

export const taskLink = (key: string | undefined): Content =>
  key === undefined
    ? '–'
    : html`<a class="task" href="#${taskAnchor(key)}" title="${key}"><code>${shortKey(key)}</code></a>`;

export const artefactList = (artefacts: ReportTask['artefacts']): Content => {
  const entries = Object.entries(artefacts);
  if (entries.length === 0) return html`<span class="none">–</span>`;
  return entries.map(
    ([role, {sha256, sizeBytes}]) =>
      html`<span class="artefact">${role} <code title="${sha256}">${shortKey(sha256)}</code> ${bytes(sizeBytes)}</span>`,
  );
};
