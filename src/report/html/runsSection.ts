import type {ReportModel, ReportTask} from '../reportModel.ts';
import {type Content, html, type Markup} from './markup.ts';
import {artefactList, rowAnchor, taskAnchor} from './origins.ts';
import {command, duration, fold, moment, scrollBox} from './parts.ts';

/** Per row: parameters, then every task with what it took and left, and its command. Folded: there to be asked. */
export function runsSection(model: ReportModel): Markup {
  const rows = model.tables[0]?.model.rows ?? [];
  const byRow = Map.groupBy(model.tasks, ({row}) => row);
  const shared = byRow.get(null) ?? [];
  return html`<section id="runs" aria-labelledby="runs-title">
<h2 id="runs-title">Runs</h2>
<p>Parameters, tasks, times, files and commands of every row.</p>
${shared.length === 0 ? null : fold(summary('Data and trained models', 'shared by the rows', shared), tasksTable(model, 'shared tasks', shared))}
${rows.map(({id, label, profile, note, model: role}) => {
  const tasks = byRow.get(id) ?? [];
  const about = [role === 'unlearnedModel' ? profile : '', note].filter((text) => text !== '').join(' · ');
  return fold(
    summary(label, about, tasks),
    html`${parameters(tasks)}${tasksTable(model, `tasks of ${label}`, tasks)}${rowCommand(model, id)}`,
    {id: rowAnchor(model, id)},
  );
})}
</section>`;
}

function summary(label: string, about: string, tasks: readonly ReportTask[]): Markup {
  const done = tasks.filter(({seconds}) => seconds !== null);
  const total = done.reduce((sum, {seconds}) => sum + (seconds ?? 0), 0);
  const state = done.length === tasks.length || done.length === 0 ? '' : `${done.length} of ${tasks.length} tasks, `;
  return html`<strong>${label}</strong> <span class="quiet">${about}</span> <span class="quiet right">${state}${done.length === 0 ? 'none done' : duration(total)}</span>`;
}

/** What differs from the method's defaults comes first: it is what a reader looks for. */
function parameters(tasks: readonly ReportTask[]): Content {
  const params = tasks.find(({params: own}) => own.length > 0)?.params ?? [];
  if (params.length === 0) return null;
  const [changed, defaults] = [params.filter(({isDefault}) => !isDefault), params.filter(({isDefault}) => isDefault)];
  const list = (chosen: typeof params): Markup =>
    html`<dl class="params">${chosen.map(({name, value}) => html`<dt>${name}</dt><dd><code>${JSON.stringify(value)}</code></dd>`)}</dl>`;
  return html`<h3>Parameters</h3>
${changed.length === 0 ? html`<p class="note">All as the method has them by default.</p>` : html`<p class="note">Different from the method’s defaults:</p>${list(changed)}`}
${defaults.length === 0 ? null : fold(`${defaults.length} as by default`, list(defaults))}`;
}

function tasksTable({runId}: ReportModel, label: string, tasks: readonly ReportTask[]): Markup {
  return html`<h3>Tasks</h3>${scrollBox(
    label,
    html`<table class="data tasks"><thead><tr><th scope="col">task</th><th scope="col">state</th><th scope="col" class="number">time</th><th scope="col">finished</th><th scope="col">left</th><th scope="col">key, command</th></tr></thead><tbody>${tasks.map(
      (task) =>
        html`<tr id="${taskAnchor(task.key)}" tabindex="-1"><th scope="row">${task.id}</th><td>${task.state}</td><td class="number">${task.seconds === null ? '–' : duration(task.seconds)}</td><td class="quiet">${task.finishedAt === null ? '–' : moment(task.finishedAt)}</td><td>${artefactList(task.artefacts)}</td><td class="long"><code class="key">${task.key}</code>${task.computedBy === null || task.computedBy === runId ? null : html` <span class="quiet">computed by ${task.computedBy}</span>`}<code class="task-command">${task.command}</code></td></tr>`,
    )}</tbody></table>`,
  )}`;
}

function rowCommand(model: ReportModel, row: string): Content {
  const origins = Object.values(model.tables[0]?.origins[row] ?? {});
  const origin = origins.find((candidate) => candidate !== null);
  return origin === undefined || origin === null ? null : html`<h3>This row again</h3>${command(origin.command)}`;
}
