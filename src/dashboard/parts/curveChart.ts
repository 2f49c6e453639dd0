import type {Point} from '../../store/series.ts';
import type {Theme} from '../theme.ts';
import {chart, edgesOf} from './chart.ts';
import {padded} from './layout.ts';
import {dim, fitLeft, fitSpans, type Line, span} from './line.ts';
import {byLastWord} from './memo.ts';
import {short} from './text.ts';

/** Values of one metric along the way; at least one. */
export interface Curve {
  readonly label: string;
  readonly points: readonly Point[];
}

/** A value that a curve is read against. */
export interface Reference {
  readonly name: string;
  readonly value: number;
}

export interface CurveChartOptions {
  readonly width: number;
  /** Head, references and axis included. */
  readonly height: number;
  readonly isLogY: boolean;
  readonly theme: Theme;
  readonly references: readonly Reference[];
}

export const SCALE_WIDTH = 9;

/** A small chart of exactly `width` × `height`: name and last value, the curve between its scales, what it is read against. Remembered while nothing changes. */
export function curveChart(curve: Curve, options: CurveChartOptions): readonly Line[] {
  return remembered(curve, JSON.stringify(options), () => draw(curve, options));
}

const remembered = byLastWord<Curve, readonly Line[]>();

function draw({label, points}: Curve, {width, height, isLogY, theme, references}: CurveChartOptions): readonly Line[] {
  const [first, last] = [points[0], points.at(-1)];
  const scale = scaleOf([{label, points}], isLogY);
  const numRows = Math.max(1, height - 2 - (references.length > 0 ? 1 : 0));
  const rows = chart(scale.curves[0]?.points ?? [], {
    width: Math.max(4, width - SCALE_WIDTH),
    height: numRows,
    ascii: theme.ascii,
    low: scale.low,
    high: scale.high,
  });
  const head: Line = [
    span(label, {bold: true}),
    ...fitSpans(
      [
        span(`  ${short(last?.value ?? Number.NaN)}`, {colour: 'cyan'}),
        dim(scaleWord(scale, isLogY)),
        dim(`  from ${short(first?.value ?? Number.NaN)}`),
      ],
      width - label.length,
    ),
  ];
  const lines = [
    head,
    ...withScale(
      rows.map((row): Line => [span(row, {colour: 'cyan'})]),
      scale,
    ),
    stepAxis(first?.step ?? 0, last?.step ?? 0, width),
    ...(references.length > 0 ? [referenceLine(references, width)] : []),
  ];
  return lines.slice(0, height).map((line) => padded(line, width));
}

/** What the curve is read against, in full where there is room, then closer, then the first of them. */
function referenceLine(references: readonly Reference[], width: number): Line {
  const texts = references.map(({name, value}) => `${name} ${short(value)}`);
  const ways = [texts.join('  '), texts.join(' '), texts.join(' ').replace('Original', 'Orig.')];
  const whole = ways.find((way) => way.length <= width);
  if (whole !== undefined) return [dim(whole)];
  return fitSpans(
    texts.map((text) => dim(`${text} `)),
    width,
  );
}

/** Curves on the scale that they are drawn on: logarithms where asked and possible. */
export interface Scale {
  readonly curves: readonly Curve[];
  readonly low: number;
  readonly high: number;
  readonly isLog: boolean;
}

/** A value that is not positive has no logarithm: then the scale stays linear. */
export function scaleOf(curves: readonly Curve[], isLogY: boolean): Scale {
  const finite = curves.flatMap(({points}) => points).filter(({value}) => Number.isFinite(value));
  const isLog = isLogY && finite.length > 0 && finite.every(({value}) => value > 0);
  if (!isLog) return {curves, ...edgesOf(finite), isLog};
  const logarithms = curves.map((curve) => ({
    ...curve,
    points: curve.points.map(({step, value}) => ({step, value: Math.log10(value)})),
  }));
  // In logarithms a tenth of the value is a fixed distance, wherever it lies.
  const edges = edgesOf(finite);
  return {curves: logarithms, low: Math.log10(edges.low), high: Math.log10(edges.high), isLog};
}

export const scaleWord = ({isLog}: Scale, isLogY: boolean): string =>
  isLog ? '  log y' : isLogY ? '  linear: some <= 0' : '';

/** The values at the upper and the lower edge, left of the rows. */
export function withScale(rows: readonly Line[], {low, high, isLog}: Scale): readonly Line[] {
  const shown = (edge: number): string => short(isLog ? 10 ** edge : edge);
  return rows.map((row, index) => {
    const text = index === 0 ? shown(high) : index === rows.length - 1 ? shown(low) : '';
    return [dim(`${fitLeft(text, SCALE_WIDTH - 1)} `), ...row];
  });
}

/** First and last step below the chart. */
export function stepAxis(first: number, last: number, width: number): Line {
  const [left, right] = [`${' '.repeat(SCALE_WIDTH)}${first}`, `step ${last}`];
  const gap = width - left.length - right.length;
  return gap < 1 ? [dim(fitLeft(right, width))] : [dim(`${left}${' '.repeat(gap)}${right}`)];
}
