import {type RowStyle, RULE_STYLES, rowStyle} from '../figures/palette.ts';
import type {ChartPoint, TrajectoryChart} from '../figures/trajectoryChart.ts';
import {ruleId} from '../figures/trajectoryFigure.ts';
import {formatNumber} from '../formats/numbers.ts';
import type {MetricDefinition, ReportModel} from '../reportModel.ts';
import {type Figures, place, trajectoryName} from './figures.ts';
import {type Content, html, type Markup, NOTHING} from './markup.ts';
import {fold, header, scrollBox} from './parts.ts';

/** How every metric went while rows unlearned. */
export function trajectorySection({charts, definitions}: ReportModel, figures: Figures): Markup {
  if (charts.length === 0) return NOTHING;
  const limit = charts[0]?.limit ?? null;
  const hasPaper = charts.some(({rows}) => rows.some(({paper}) => paper !== null));
  return html`<section id="trajectories" aria-labelledby="trajectories-title">
<h2 id="trajectories-title">Trajectories</h2>
<p>Thin lines are seeds, thick ones their mean${hasPaper ? ', a diamond at the right edge what the paper prints' : ''}. Horizontal lines are models that stand still.
${limit === null ? null : `On the way every model is measured on the first ${limit} samples of each set, so a line may end a little beside its number in the table.`}</p>
${legend(charts)}
<div class="charts">${charts.map((chart, index) => chartFigure(chart, index, figures, definitions))}</div>
<p class="note only-scripts">Point at a line for its values. Shift and wheel zoom, a drag moves, a double click puts the chart back. The axes fit what is shown.</p>
</section>`;
}

function chartFigure(
  chart: TrajectoryChart,
  index: number,
  figures: Figures,
  definitions: readonly MetricDefinition[],
): Markup {
  const definition = definitions.find(({column}) => column === chart.column);
  const about = definition === undefined ? chart.unit : `${definition.label} on ${definition.sets.join(', ')}`;
  const label = `${chart.header} in ${chart.unit} over the steps of unlearning, ${chart.rows.length} rows; the same as a table below`;
  return html`<figure><figcaption>${header(chart.header)} <span class="quiet">${about}</span></figcaption>${place(figures, trajectoryName(index), label)}${fold('As a table', pointsTable(chart))}</figure>`;
}

/** Rows that are drawn in any chart, once; the buttons steer all charts. */
function legend(charts: readonly TrajectoryChart[]): Markup {
  const rows = new Map(charts.flatMap((chart) => chart.rows.map((row) => [row.row, row] as const)));
  const rules = [...new Set(charts.flatMap((chart) => chart.rules.map(({label}) => label)))];
  const entries: [string, string, RowStyle][] = [
    ...rules.map((label, index): [string, string, RowStyle] => [
      ruleId(label),
      label,
      RULE_STYLES[index % RULE_STYLES.length] ?? rowStyle(0),
    ]),
    ...[...rows.values()].map(({row, label, index}): [string, string, RowStyle] => [row, label, rowStyle(index)]),
  ];
  return html`<div class="legend" role="group" aria-label="Rows shown in the charts">${entries.map(
    ([id, label, style]) =>
      html`<button type="button" aria-pressed="true" data-row="${id}">${swatch(style)}${label}</button>`,
  )}<button type="button" class="all only-scripts" data-show="all">all</button><button type="button" class="all only-scripts" data-show="none">none</button></div>`;
}

const swatch = ({colour, dash}: RowStyle): Markup =>
  html`<svg width="26" height="10" aria-hidden="true"><line x1="1" x2="25" y1="5" y2="5" stroke="${colour}" stroke-width="2.4"${dash.length === 0 ? null : html` stroke-dasharray="${dash.join(' ')}"`}/></svg>`;

const NUM_SHOWN_STEPS = 6;

/** Means at a few steps, for those who cannot see the chart. */
function pointsTable({header: name, rows, lastStep}: TrajectoryChart): Markup {
  const steps = [
    ...new Set(Array.from({length: NUM_SHOWN_STEPS}, (_, k) => Math.round((k * lastStep) / (NUM_SHOWN_STEPS - 1)))),
  ];
  return scrollBox(
    `${name} at some steps`,
    html`<table class="data"><thead><tr><th scope="col">step</th>${steps.map((step) => html`<th scope="col" class="number">${step}</th>`)}</tr></thead><tbody>${rows.map(
      ({label, mean}) =>
        html`<tr><th scope="row">${label}</th>${steps.map((step) => html`<td class="number">${valueAt(mean, step)}</td>`)}</tr>`,
    )}</tbody></table>`,
  );
}

/** The last value not after a step; nothing once a row has stopped. */
function valueAt(points: readonly ChartPoint[], step: number): Content {
  const last = points.at(-1);
  const point = points.findLast(([at]) => at <= step);
  return point === undefined || last === undefined || last[0] < step
    ? html`<span class="none">–</span>`
    : formatNumber(point[1]);
}
