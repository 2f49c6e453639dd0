import {FATE_COLOURS, FATES} from '../figures/histogramFigure.ts';
import type {RowInfluence} from '../influence.ts';
import type {ReportModel} from '../reportModel.ts';
import {type Figures, histogramName, place} from './figures.ts';
import {type Content, html, type Markup, NOTHING} from './markup.ts';
import {minus, scrollBox} from './parts.ts';
import {numbersTable} from './resultsSection.ts';

/** Which samples were thought influential, and what weight that gave them. */
export function influenceSection(model: ReportModel, figures: Figures): Markup {
  const {influences} = model;
  const weights = model.tables.find(({role}) => role === 'weights');
  if (influences.length === 0 && weights === undefined) return NOTHING;
  return html`<section id="influence" aria-labelledby="influence-title">
<h2 id="influence-title">Influence and weights</h2>
${weights === undefined ? null : html`<p>${weights.model.title.replace(/^.*: /, '').replace(/^s/, 'S')}, mean ± standard deviation over the seeds, in per cent.</p>${numbersTable(model, weights)}<ul class="note">${weights.model.notes.map((note) => html`<li>${note}</li>`)}</ul>`}
${influences.length < 2 ? null : html`<p class="only-scripts choose"><label>Row <select data-panels="influence">${influences.map(({label}, index) => html`<option value="influence-${index}">${label}</option>`)}</select></label></p>`}
${influences.map((influence, index) => panel(influence, index, figures))}
</section>`;
}

function panel(influence: RowInfluence, index: number, figures: Figures): Markup {
  const {label, taskId, numScorings, diagnostics, scoring} = influence;
  const described = `Histogram of the influence scores of ${diagnostics.numSamples} samples: ${diagnostics.numSelected} have weight`;
  return html`<div class="panel" data-panel="influence" id="influence-${index}">
<h3>${label}</h3>
<p class="note">${taskId}, first of ${numScorings} ${numScorings === 1 ? 'scoring' : 'scorings'}. ${scoring === null || scoring.numIterations === 0 ? null : `Solved in ${scoring.numIterations} iterations to a residual of ${scoring.residual.toExponential(1)}, ${scoring.seconds.toFixed(2)} s.`}</p>
<div class="pair">
<figure><figcaption>Scores of the forget set</figcaption>${place(figures, histogramName(index), described)}
<p class="key-line">${FATES.map((fate) => html`<span class="key"><svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" rx="2" fill="${FATE_COLOURS[fate]}"/></svg> ${fate}</span>`)}</p></figure>
<div>${facts(influence)}${groupTable(influence)}</div>
</div>
${samples(influence)}
</div>`;
}

function facts({diagnostics, truncationScore}: RowInfluence): Markup {
  const {numSamples, numSelected, effectiveSampleSize, maximumOverMedian, truncationThreshold} = diagnostics;
  return html`<dl class="facts">
<dt>Have weight</dt><dd>${numSelected} of ${numSamples} samples, ${percent(numSelected / numSamples)}</dd>
<dt>Effective sample size</dt><dd>${Math.round(effectiveSampleSize)}, ${percent(effectiveSampleSize / numSamples)} of uniform weights</dd>
<dt>Largest over median weight</dt><dd>${significant(maximumOverMedian)}</dd>
<dt>Truncation</dt><dd>${truncationThreshold === null ? 'none' : `weights above ${significant(truncationThreshold)}${truncationScore === null ? '' : `, that is scores below ${significant(truncationScore)}`}`}</dd>
</dl>`;
}

function groupTable({groups}: RowInfluence): Content {
  if (groups.length === 0) return null;
  const table = scrollBox(
    'Weight and samples by group',
    html`<table class="data"><thead><tr><th scope="col">group</th><th scope="col" class="number">samples</th><th scope="col" class="number">weight</th><th scope="col" class="number">selected</th><th scope="col"><span class="hidden-words">as bars</span></th></tr></thead><tbody>${groups.map(
      ({group, weightShare, sampleShare, selectedShare}) =>
        html`<tr><th scope="row">${group}</th><td class="number">${sampleShare === null ? '–' : percent(sampleShare)}</td><td class="number strong">${percent(weightShare)}</td><td class="number">${selectedShare === null ? '–' : percent(selectedShare)}</td><td>${bars(weightShare, sampleShare)}</td></tr>`,
    )}</tbody></table>`,
  );
  const hasSamples = groups.some(({sampleShare}) => sampleShare !== null);
  return html`${table}${hasSamples ? html`<p class="note">A bar is a group’s share of the weight, its mark the group’s share of the samples.</p>` : null}`;
}

const BAR = 84;

const bars = (weight: number, sample: number | null): Markup =>
  html`<svg width="${BAR}" height="18" aria-hidden="true"><rect class="bar-ground" width="${BAR}" height="10" y="4" rx="2"/><rect class="bar" width="${(BAR * weight).toFixed(1)}" height="10" y="4" rx="2"/>${sample === null ? null : html`<line class="bar-mark" x1="${(BAR * sample).toFixed(1)}" x2="${(BAR * sample).toFixed(1)}" y1="0" y2="18"/>`}</svg>`;

function samples({diagnostics: {mostInfluential, leastInfluential}}: RowInfluence): Content {
  const sets = [
    {title: 'Most influential samples', rows: mostInfluential},
    {title: 'Least influential samples', rows: leastInfluential},
  ].filter(({rows}) => rows.length > 0);
  if (sets.length === 0) return null;
  return html`<div class="pair">${sets.map(
    ({title, rows}) =>
      html`<div><h4>${title}</h4>${scrollBox(
        title,
        html`<table class="data"><thead><tr><th scope="col" class="number">sample</th><th scope="col">group</th><th scope="col" class="number">score</th><th scope="col" class="number">weight</th></tr></thead><tbody>${rows.map(
          ({sample, group, score, weight}) =>
            html`<tr><td class="number">${sample}</td><td>${group}</td><td class="number">${significant(score)}</td><td class="number">${significant(weight)}</td></tr>`,
        )}</tbody></table>`,
      )}</div>`,
  )}</div>`;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const significant = (value: number): string =>
  minus(Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value));
