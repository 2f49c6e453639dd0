import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import type {ReportModel} from '../reportModel.ts';
import {failuresSection, OUTCOMES, provenanceSection} from './endSections.ts';
import {drawFigures, type Figures} from './figures.ts';
import {influenceSection} from './influenceSection.ts';
import {type Content, html, jsonForScript, type Markup, NOTHING, raw} from './markup.ts';
import {originTemplates} from './origins.ts';
import {moment} from './parts.ts';
import {resultsSection} from './resultsSection.ts';
import {runsSection} from './runsSection.ts';
import {EARLY_SCRIPT, SCRIPT} from './script.ts';
import {PAGE_BOX, PRINT_STYLE, STYLE} from './style.ts';
import {trajectorySection} from './trajectorySection.ts';
import {verdictSection} from './verdictSection.ts';

export interface PageOptions {
  /** true: no scripts, everything open, laid out for A4. */
  readonly forPrint?: boolean;
}

/**
 * The report as one HTML file that asks nothing of a network: its policy forbids it. Scripts and styles are named by hash; `unsafe-eval` is there
 * because Vega compiles its expressions, and nothing from data is run.
 */
export async function toHtml(model: ReportModel, {forPrint = false}: PageOptions = {}): Promise<string> {
  const figures = await drawFigures(model);
  const sections = [
    verdictSection(model),
    resultsSection(model),
    trajectorySection(model, figures),
    influenceSection(model, figures),
    runsSection(model),
    failuresSection(model),
    provenanceSection(model),
  ];
  const style = forPrint ? `${STYLE}${PRINT_STYLE}${PAGE_BOX}` : `${STYLE}@media print{${PRINT_STYLE}}${PAGE_BOX}`;
  const scripts = forPrint ? [] : scriptsOf(figures);
  const page = html`<!doctype html>
<html lang="en"${forPrint ? raw(' data-theme="light"') : null}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(policy(style, forPrint ? [] : [EARLY_SCRIPT, ...scripts]))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="imu">
<link rel="icon" href="data:,">
<title>${model.title} – ${model.runId}</title>
<style>${raw(style)}</style>
${forPrint ? null : html`<script>${raw(EARLY_SCRIPT)}</script>`}
</head>
<body>
<a class="skip" href="#main">Skip to the verdict</a>
<div class="page">
${head(model)}
${contents(model, sections)}
<main id="main">
${warnings(model)}
${forPrint ? sections.map(opened) : sections}
</main>
<footer>Made by imu ${model.provenance.version} from run ${model.runId}. One file, no network. Charts by Vega.</footer>
</div>
${forPrint ? null : html`<dialog id="origin" aria-labelledby="origin-title"><div></div><button type="button" class="close">Close</button></dialog>${originTemplates(model)}<script type="application/json" id="figures">${figuresJson(figures)}</script>${scripts.map((script) => html`<script>${raw(script)}</script>`)}`}
</body>
</html>
`;
  return page.markup;
}

/** Every fold open, and numbers that lead to their row alone. */
const opened = ({markup}: Markup): Markup =>
  raw(
    markup
      .replace(/<details(?=[ >])(?![^>]* open)/g, '<details open')
      .replace(/ data-origin="[^"]*" aria-haspopup="dialog"/g, ''),
  );

function head({title, runId, provenance, completeness, madeAt}: ReportModel): Markup {
  const state = completeness.state === null ? 'state unknown' : (OUTCOMES[completeness.state] ?? completeness.state);
  const {train, unlearn} = provenance.seeds;
  return html`<header><div><p class="eyebrow">imu report</p>
<h1>${title}</h1></div>
<div class="theme only-scripts"><label>Colours <select id="theme"><option value="auto">as the system</option><option value="light">light</option><option value="dark">dark</option></select></label></div>
<p class="meta"><span>${runId}</span><span>${state}</span><span>${train.length} train × ${unlearn.length} unlearn ${unlearn.length === 1 ? 'seed' : 'seeds'}</span><span>run ${moment(provenance.createdAt)}</span><span>report ${moment(madeAt)}</span></p></header>`;
}

function contents({failures, blocked}: ReportModel, sections: readonly Content[]): Markup {
  const present = (id: string): boolean =>
    sections.some((section) => (section as Markup).markup.includes(`id="${id}"`));
  const numFailures = failures.filter(({isMended}) => !isMended).length + blocked.length;
  const names: [string, string][] = [
    ['verdict', 'Verdict'],
    ['results', 'Results'],
    ['trajectories', 'Trajectories'],
    ['influence', 'Influence'],
    ['runs', 'Runs'],
    ['failures', numFailures === 0 ? 'Failures, mended' : `Failures (${numFailures})`],
    ['provenance', 'Provenance'],
    ['reproduce', 'Make it again'],
  ];
  return html`<nav class="contents" aria-label="Contents"><ol>${names.filter(([id]) => present(id)).map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ol></nav>`;
}

function warnings({completeness}: ReportModel): Markup {
  const [first, ...others] = completeness.warnings;
  if (first === undefined) return NOTHING;
  return html`<div class="warning" role="note"><p><strong>${first}</strong></p>${others.map((text) => html`<p>${text}</p>`)}</div>`;
}

const figuresJson = (figures: Figures): Markup =>
  jsonForScript(Object.fromEntries([...figures].map(([name, {spec, data}]) => [name, {spec, data}])));

/** Vega's runtime only where there is something to draw. */
const scriptsOf = (figures: Figures): string[] => (figures.size === 0 ? [SCRIPT] : [vegaRuntime(), SCRIPT]);

/** As Vega is published for browsers, under its licence, which asks to be passed on. */
function vegaRuntime(): string {
  const read = (name: string): string =>
    readFileSync(fileURLToPath(new URL(name, import.meta.resolve('vega'))), 'utf8');
  const source = read('vega.min.js').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
  return `/*! Vega\n${read('../LICENSE')}*/\n${source}`.replace(/<\/(script)/gi, '<\\/$1');
}

function policy(style: string, scripts: readonly string[]): string {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return [
    "default-src 'none'",
    `script-src ${scripts.length === 0 ? "'none'" : `${scripts.map(hash).join(' ')} 'unsafe-eval'`}`,
    `style-src-elem ${hash(style)}`,
    "style-src-attr 'unsafe-inline'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
