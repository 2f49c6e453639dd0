import type {ReportFailure, ReportModel} from '../reportModel.ts';
import {type Content, html, type Markup, NOTHING} from './markup.ts';
import {command, duration, fold, moment, scrollBox} from './parts.ts';

/** What went wrong, and what was left undone for it. Nothing where nothing did. */
export function failuresSection({failures, blocked}: ReportModel): Markup {
  if (failures.length === 0 && blocked.length === 0) return NOTHING;
  const final = failures.filter(({isMended}) => !isMended);
  const mended = failures.filter(({isMended}) => isMended);
  return html`<section id="failures" aria-labelledby="failures-title">
<h2 id="failures-title">Failures</h2>
${final.length === 0 ? html`<p>Nothing failed for good.</p>` : final.map(failureCard)}
${blocked.length === 0 ? null : html`<h3>Blocked by a failure</h3><ul>${blocked.map(({id, by}) => html`<li>${id} <span class="quiet">waits for</span> ${by}</li>`)}</ul>`}
${mended.length === 0 ? null : fold(`${mended.length} from which the run recovered`, mended.map(failureCard))}
</section>`;
}

function failureCard({who, at, attempt, failure}: ReportFailure): Markup {
  const {code, message, hint, stack} = failure;
  return html`<article class="failure"><h3><code>${code}</code> ${who}</h3>
<p class="message">${message}</p>${hint === '' ? null : html`<p class="hint">${hint}</p>`}
<p class="note">${attempt === null ? null : `Attempt ${attempt}, `}${moment(at)}</p>
${stack.length === 0 ? null : fold('Where', html`<pre>${stack.join('\n')}</pre>`)}</article>`;
}

/** What decides the numbers, and how to have them again. */
export function provenanceSection(model: ReportModel): Markup {
  const {provenance: from, sessions, environments, store} = model;
  const packages = Object.entries(from.packages).map(([name, version]) => `${name} ${version}`);
  const facts: [string, Content][] = [
    ['Run', from.runId],
    ['Begun', moment(from.createdAt)],
    ['imu', `${from.version}, commit ${from.commit ?? 'unknown'}`],
    ['Python', [from.python, ...packages].join(', ')],
    [
      'Device',
      `${from.device}${from.numThreads === null ? '' : `, ${from.numThreads} ${from.numThreads === 1 ? 'thread' : 'threads'}`}${from.deterministic === null ? '' : from.deterministic ? ', deterministic' : ', not deterministic'}`,
    ],
    ['Seeds', `train ${from.seeds.train.join(', ')}; unlearn ${from.seeds.unlearn.join(', ')}`],
    ['Scenario', from.scenario],
    ['Scale', from.scale],
    ['Profiles', profilesText(from.profiles)],
    ['Store', store],
    ['Report made', moment(model.madeAt)],
  ];
  return html`<section id="provenance" aria-labelledby="provenance-title">
<h2 id="provenance-title">Provenance</h2>
<dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
${environments.length === 0 ? null : html`<h3>Who computed</h3><ul class="note">${environments.map(({text, numTasks}) => html`<li>${numTasks} ${numTasks === 1 ? 'task' : 'tasks'}: ${text}</li>`)}</ul>`}
${sessions.length === 0 ? null : sessionsTable(model)}
</section>
<section id="reproduce" aria-labelledby="reproduce-title">
<h2 id="reproduce-title">Make it again</h2>
<p>The whole, straight after a clone; what is finished is found and not computed twice:</p>
${command(from.command)}
<p>Each number has a command of its own: choose it in a table, or see its row under <a href="#runs">Runs</a>.</p>
</section>`;
}

function sessionsTable({sessions}: ReportModel): Markup {
  return html`<h3>Sessions</h3>${scrollBox(
    'Sessions',
    html`<table class="data"><thead><tr><th scope="col">begun</th><th scope="col">ended</th><th scope="col" class="number">time</th><th scope="col">imu</th><th scope="col">device</th><th scope="col" class="number">lanes</th><th scope="col">command</th></tr></thead><tbody>${sessions.map(
      ({startedAt, outcome, seconds, version, device, numLanes, command: text}) =>
        html`<tr><td>${moment(startedAt)}</td><td>${outcome === null ? 'never said so' : (OUTCOMES[outcome] ?? outcome)}</td><td class="number">${seconds === null ? '–' : duration(seconds)}</td><td>${version}</td><td>${device}</td><td class="number">${numLanes}</td><td class="long"><code>${text}</code></td></tr>`,
    )}</tbody></table>`,
  )}`;
}

export const OUTCOMES: Readonly<Record<string, string>> = {
  done: 'done',
  failed: 'failed',
  partlyFailed: 'partly failed',
  interrupted: 'interrupted',
  running: 'not ended',
};

function profilesText(profiles: Readonly<Record<string, string>>): string {
  const groups = Map.groupBy(Object.entries(profiles), ([, profile]) => profile);
  return [...groups].map(([profile, rows]) => `${profile}: ${rows.map(([row]) => row).join(', ')}`).join('; ');
}
