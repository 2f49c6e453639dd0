import type {Figure} from '../figures/figure.ts';
import {histogramFigure} from '../figures/histogramFigure.ts';
import {trajectoryFigure} from '../figures/trajectoryFigure.ts';
import type {ReportModel} from '../reportModel.ts';
import {html, type Markup, raw} from './markup.ts';

/** The figures of a report by name: what the sections place, and what the script draws again. */
export type Figures = ReadonlyMap<string, Figure>;

export const trajectoryName = (index: number): string => `trajectory-${index}`;
export const histogramName = (index: number): string => `histogram-${index}`;

export async function drawFigures({charts, influences}: ReportModel): Promise<Figures> {
  const figures = new Map<string, Figure>();
  for (const [index, chart] of charts.entries()) figures.set(trajectoryName(index), await trajectoryFigure(chart));
  for (const [index, influence] of influences.entries())
    if (influence.diagnostics.histogram.counts.length > 0)
      figures.set(histogramName(index), await histogramFigure(influence));
  return figures;
}

/** The picture, which the script puts the live view in place of. */
export function place(figures: Figures, name: string, label: string): Markup {
  const figure = figures.get(name);
  if (figure === undefined) return html``;
  // Every picture counts its clips from zero.
  const svg = figure.svg.replace(/(id="|url\(#)clip/g, `$1${name}-clip`);
  return html`<div class="figure" data-figure="${name}" role="img" aria-label="${label}">${raw(svg)}</div>`;
}
