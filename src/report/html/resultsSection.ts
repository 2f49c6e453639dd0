import type {TableCell, TableColumn, TableRow} from '../aggregate.ts';
import {countOf, formatNumber, signed} from '../formats/numbers.ts';
import type {ReportModel, ReportTable, TableRole} from '../reportModel.ts';
import {type Content, html, type Markup} from './markup.ts';
import {originLink} from './origins.ts';
import {arrow, header, meanAndSpread, minus, scrollBox, sentence} from './parts.ts';

/** Every number, with the paper's beside it. */
export function resultsSection(model: ReportModel): Markup {
  const results = model.tables.find(({role}) => role === 'results');
  const nearest = model.tables.find(({role}) => role === 'nearest');
  if (results === undefined) return html``;
  const hasPaper = results.model.rows.some(({cells}) => Object.values(cells).some(({paper}) => paper !== null));
  return html`<section id="results" aria-labelledby="results-title">
<h2 id="results-title">Results</h2>
<p>Mean ± standard deviation over the seeds${hasPaper ? '; under it the paper’s number and how far ours is from it' : ''}. <span class="only-scripts">Choose a number to see where it comes from.</span></p>
${numbersTable(model, results)}
<ul class="note">${notesOf(results).map((note) => html`<li>${sentence(note, results.model.columns)}</li>`)}${hasPaper ? html`<li>Paper: ${model.paperSource}.</li>` : null}</ul>
${definitions(model)}
${nearest === undefined ? null : html`<h3 id="nearest">Where the trajectories come nearest to the paper</h3>${numbersTable(model, nearest)}<ul class="note">${nearest.model.notes.map((note) => html`<li>${note}</li>`)}</ul>`}
</section>`;
}

/** Without what stands under the rows already, and without the star that is words here. */
const notesOf = ({model: {notes, rows}}: ReportTable): readonly string[] =>
  notes
    .filter((note) => !rows.some((row) => note === `${row.label}: ${row.note}`))
    .map((note) => note.replace('* marks', '“nearest to Retrain” marks'));

/** Any table of the run. */
export function numbersTable(model: ReportModel, {role, model: table}: ReportTable): Markup {
  const {columns, rows} = table;
  return scrollBox(
    table.title,
    html`<table class="data results"><caption class="hidden-words">${table.title}</caption>
<thead><tr><th scope="col"></th><th scope="col" class="number"><abbr title="number of runs, one per pair of seeds">n</abbr></th>${columns.map((column) => html`<th scope="col" class="number">${header(column.header)}${arrow(column)}${role === 'weights' ? null : html`<span class="under">${column.unit}</span>`}</th>`)}</tr></thead>
<tbody>${rows.map((row) => tableRow(model, role, columns, row))}</tbody></table>`,
  );
}

function tableRow(model: ReportModel, role: TableRole, columns: readonly TableColumn[], row: TableRow): Markup {
  const profile = row.model === 'unlearnedModel' ? row.profile : '';
  const note = role === 'results' ? row.note : '';
  const dot = profile !== '' && note !== '' ? ' · ' : '';
  return html`<tr class="${row.model === 'unlearnedModel' ? 'unlearned' : 'reference'}"><th scope="row">${row.label}${profile === '' && note === '' ? null : html`<span class="under">${profile}<span class="row-note">${dot}${note}</span></span>`}</th><td class="number">${countOf(row)}</td>${columns.map((column) => html`<td class="number">${cellContent(model, role, row, column)}</td>`)}</tr>`;
}

function cellContent(model: ReportModel, role: TableRole, row: TableRow, column: TableColumn): Content {
  const cell = row.cells[column.id] as TableCell;
  const number = originLink(model, role, row.id, column.id, meanAndSpread(column, cell));
  return html`${number}${paperLine(cell)}${cell.isNearestToRetrain && role === 'results' ? html`<span class="under nearest">nearest to Retrain</span>` : null}`;
}

function paperLine({paper, gap}: TableCell): Content {
  if (paper === null) return null;
  return html`<span class="under">paper ${formatNumber(paper.mean)}${gap === null ? null : html` <span class="gap">(${minus(signed(gap))})</span>`}</span>`;
}

function definitions({definitions: all}: ReportModel): Content {
  if (all.length === 0) return null;
  return html`<h3 id="definitions">What the columns measure</h3>
<dl class="facts">${all.map(
    ({header: name, label, unit, formula, ideal, sets, limit, cite}) =>
      html`<dt>${header(name)}</dt><dd>${label} on ${sets.join(', ')}${limit === null ? '' : ` (first ${limit} samples of each)`}, ${unit}. Best: ${ideal}. <span class="formula">${formula}</span> <span class="quiet">${cite}</span></dd>`,
  )}</dl>`;
}
