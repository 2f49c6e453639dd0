import {formatNumber, signed} from '../formats/numbers.ts';
import type {ReportModel} from '../reportModel.ts';
import type {GapToRetrain, VerdictRow} from '../verdict.ts';
import {type Content, html, type Markup} from './markup.ts';
import {originLink} from './origins.ts';
import {arrow, duration, fold, header, minus, scrollBox, sentence, spread} from './parts.ts';

const NUM_LEADING = 5;

/** What a reader who stops here must have read. */
export function verdictSection(model: ReportModel): Markup {
  const {sentences, findings, caveats} = model.verdict;
  const columns = model.tables[0]?.model.columns ?? [];
  const list = (texts: readonly string[]): Markup =>
    html`<ul class="prose">${texts.map((text) => html`<li>${sentence(text, columns)}</li>`)}</ul>`;
  const leading = sentences.slice(0, NUM_LEADING);
  const further = [...sentences.slice(NUM_LEADING), ...findings];
  return html`<section id="verdict" aria-labelledby="verdict-title">
<h2 id="verdict-title">Verdict</h2>
${leading.length === 0 ? html`<p class="lead">There is nothing to compare yet: no row that was unlearned and no Retrain row have values.</p>` : leading.map((text) => html`<p class="lead">${sentence(text, columns)}</p>`)}
${distanceTable(model)}
${further.length === 0 ? null : fold(`${further.length} more findings`, list(further))}
${caveats.length === 0 ? null : html`<h3>What limits this verdict</h3>${list(caveats)}`}
</section>`;
}

function distanceTable(model: ReportModel): Content {
  const {rows, reference} = model.verdict;
  const table = model.tables[0];
  if (reference === null || table === undefined || rows.length === 0) return null;
  const {columns} = table.model;
  const hasAverage = rows.some(({averageGap}) => averageGap !== null);
  const hasCost = rows.some(({cost}) => cost !== null);
  const body = rows.map(
    (
      row,
    ) => html`<tr${row.isTrivial ? html` class="trivial"` : null}><th scope="row">${row.label}${row.isTrivial ? html` <span class="tag">trivial</span>` : null}</th>
${hasAverage ? html`<td class="number strong">${row.averageGap === null ? html`<span class="none">–</span>` : formatNumber(row.averageGap)}</td>` : null}
${columns.map((column) => html`<td class="number">${gapCell(model, row, column.id)}</td>`)}
${hasCost ? html`<td class="number">${costCell(row)}</td>` : null}</tr>`,
  );
  return html`<h3 id="distance">Distance from ${reference}</h3>
<p>A model that unlearned well is as one that never saw the data: 0 is the goal in every column. Nearest first.</p>
<p><span class="key"><span class="beyond" aria-hidden="true">●</span> beyond the noise of the seeds (95 %)</span> <span class="key"><span class="within" aria-hidden="true">○</span> within it</span> <span class="key">no mark: noise unknown</span></p>
${scrollBox(
  `Distance from ${reference}`,
  html`<table class="data"><thead><tr><th scope="col"></th>${hasAverage ? html`<th scope="col" class="number">mean |gap|</th>` : null}${columns.map((column) => html`<th scope="col" class="number">${header(column.header)}${arrow(column)}</th>`)}${hasCost ? html`<th scope="col" class="number">cost of one unlearning</th>` : null}</tr></thead><tbody>${body}</tbody></table>`,
)}
<p class="note">Row − ${reference}, mean ± half of the 95 % interval over pairs of seeds. Arrows are the paper's; they may point away from ${reference}.</p>`;
}

function gapCell(model: ReportModel, row: VerdictRow, column: string): Content {
  const gap = row.gaps[column];
  if (gap === undefined || gap.mean === null) return html`<span class="none">no value</span>`;
  return originLink(
    model,
    'results',
    row.id,
    column,
    html`${minus(signed(gap.mean))}${spread(gap.halfWidth)}${noiseMark(gap)}`,
  );
}

export function noiseMark({isBeyondSeedNoise}: GapToRetrain): Markup {
  if (isBeyondSeedNoise === null) return html`<span class="mark"></span>`;
  const [glyph, name, words] = isBeyondSeedNoise
    ? ['●', 'beyond', 'beyond seed noise']
    : ['○', 'within', 'within seed noise'];
  return html`<span class="mark ${name}"><span aria-hidden="true" title="${words}">${glyph}</span><span class="hidden-words">, ${words}</span></span>`;
}

function costCell({cost}: VerdictRow): Content {
  if (cost === null) return html`<span class="none">–</span>`;
  const {seconds, retrainSeconds} = cost;
  if (retrainSeconds === null || retrainSeconds === 0) return duration(seconds);
  const share = (100 * seconds) / retrainSeconds;
  return html`${duration(seconds)}<span class="under">${share < 1 ? '< 1' : share.toFixed(0)} % of a retraining</span>`;
}
