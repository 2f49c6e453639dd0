import {parse, type Spec, View} from 'vega';
import {compile, type TopLevelSpec} from 'vega-lite';
import {HAIR, INK, QUIET} from './palette.ts';

/** A figure: as a picture, and as what draws it again where scripts run. */
export interface Figure {
  readonly svg: string;
  /** Compiled to Vega, without its data. */
  readonly spec: Spec;
  readonly data: FigureData;
}

/** Name of a data set → its rows. A row with `points` stands for one row per point, with `step` and `value` beside all else that it has. */
export type FigureData = Readonly<Record<string, readonly FigureRow[]>>;
export type FigureRow = Readonly<Record<string, unknown>> & {readonly points?: readonly (readonly [number, number])[]};

/** Draws a Vega-Lite specification whose data sets are named in `data`. */
export async function drawFigure(lite: TopLevelSpec, data: FigureData): Promise<Figure> {
  const {spec} = compile({...lite, autosize: {type: 'fit', contains: 'padding'}, config: CONFIG} as TopLevelSpec);
  const view = new View(parse(withData(spec, data)), {renderer: 'none'});
  try {
    return {svg: shortened(await view.toSVG()), spec, data};
  } finally {
    view.finalize();
  }
}

function withData(spec: Spec, data: FigureData): Spec {
  const sets = (spec.data ?? []).map((set) =>
    data[set.name] === undefined ? set : {...set, values: expand(data[set.name] ?? [])},
  );
  return {...spec, data: sets} as Spec;
}

/** As the page's script does it. */
const expand = (rows: readonly FigureRow[]): object[] =>
  rows.flatMap(({points, ...rest}) =>
    points === undefined ? [rest] : points.map(([step, value]) => ({...rest, step, value})),
  );

/** Without marks that are there for a pointer alone; a hundredth of a pixel is enough. */
const shortened = (svg: string): string =>
  svg
    .replace(/<path [^>]*opacity="0"\/>/g, '')
    .replace(/ (d|transform)="[^"]*"/g, (attribute) =>
      attribute.replace(/\d+\.\d{3,}(?:e-\d+)?/g, (number) => String(Number(Number(number).toFixed(2)))),
    );

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

const CONFIG = {
  background: 'transparent',
  font: FONT,
  // The figure is described once, on its frame: not once per mark.
  aria: false,
  padding: 2,
  view: {stroke: null},
  axis: {
    labelColor: QUIET,
    titleColor: QUIET,
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    titlePadding: 8,
    gridColor: HAIR,
    gridOpacity: 0.7,
    domainColor: HAIR,
    tickColor: HAIR,
    tickSize: 4,
    labelPadding: 4,
  },
  axisX: {grid: false},
  axisY: {domain: false, ticks: false},
  text: {color: INK, fontSize: 11},
};
