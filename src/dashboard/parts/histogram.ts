import type {WeightDiagnostics} from '../../protocol/index.ts';
import type {Colour, Theme} from '../theme.ts';
import {joined} from './layout.ts';
import {dim, fitLeft, type Line, type Span, span} from './line.ts';
import {short} from './text.ts';

export type Histogram = WeightDiagnostics['histogram'];

/** A place on the axis, told by a letter. */
export interface Mark {
  readonly at: number;
  readonly letter: string;
}

export interface HistogramOptions {
  readonly width: number;
  /** Of the bars alone; axis and labels are two lines more. */
  readonly height: number;
  readonly theme: Theme;
  readonly marks: readonly Mark[];
  /** Colour of the bars between two scores; null leaves them dim. */
  readonly colourOf: (from: number, to: number) => Colour | null;
}

const SCALE_WIDTH = 7;
/** Eighths of a character; thirds where only ASCII is to be had. */
const LEVELS = {blocks: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'], ascii: ['.', ':', '#']} as const;

/** Bars, an axis with the marks, and the scores at its ends. A bin that holds anything is seen. A mark beyond the axis points out of it. */
export function histogramLines({edges, counts}: Histogram, options: HistogramOptions): readonly Line[] {
  const {width, height} = options;
  const [low, high] = [edges[0], edges.at(-1)];
  if (low === undefined || high === undefined || counts.length === 0) return [[dim('no scores')]];
  const bins = binned({edges, counts}, Math.max(1, width - SCALE_WIDTH));
  const most = Math.max(...bins.map(({count}) => count));
  const plotWidth = bins.reduce((sum, bin) => sum + bin.width, 0);
  const rows = Array.from({length: height}, (_, row): Line => {
    const scale = row === 0 ? (most < 1e6 ? String(most) : short(most)) : '';
    return [dim(fitLeft(scale, SCALE_WIDTH - 1)), ...barRow(bins, most, height - row, options)];
  });
  return [...rows, axisLine(low, high, plotWidth, options), labelLine(low, high, plotWidth)];
}

/** Samples below `score`, the bin that it falls into taken as evenly filled; null where the bins cannot say. */
export function countBelow({edges, counts}: Histogram, score: number): number | null {
  if (edges.length !== counts.length + 1 || counts.length < 2) return null;
  return counts.reduce((sum, count, bin) => {
    const [from = 0, to = 0] = [edges[bin], edges[bin + 1]];
    return sum + count * Math.min(1, Math.max(0, (score - from) / (to - from)));
  }, 0);
}

interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Characters. */
  readonly width: number;
}

/** Neighbours are put together where there are more bins than characters. */
function binned({edges, counts}: Histogram, room: number): readonly Bin[] {
  const together = Math.ceil(counts.length / room);
  const numBins = Math.ceil(counts.length / together);
  const width = Math.max(1, Math.floor(room / numBins));
  return Array.from({length: numBins}, (_, bin) => {
    const [first, end] = [bin * together, Math.min(counts.length, (bin + 1) * together)];
    return {
      from: edges[first] ?? 0,
      to: edges[end] ?? 0,
      count: counts.slice(first, end).reduce((a, b) => a + b, 0),
      width,
    };
  });
}

/** One row of characters; `fromBelow` counts them from 1. */
function barRow(bins: readonly Bin[], most: number, fromBelow: number, options: HistogramOptions): Line {
  const levels = options.theme.ascii ? LEVELS.ascii : LEVELS.blocks;
  const bars = bins.map(({from, to, count, width}): Span => {
    const steps =
      most === 0 ? 0 : Math.max(count > 0 ? 1 : 0, Math.round((count / most) * options.height * levels.length));
    const here = Math.min(levels.length, steps - (fromBelow - 1) * levels.length);
    const text = (here <= 0 ? ' ' : (levels[here - 1] ?? ' ')).repeat(width);
    const colour = options.colourOf(from, to);
    return colour === null ? dim(text) : span(text, {colour});
  });
  return joined(bars);
}

function axisLine(low: number, high: number, plotWidth: number, {marks, theme}: HistogramOptions): Line {
  const characters = Array.from({length: plotWidth}, () => (theme.ascii ? '-' : '─'));
  const marked = new Map<number, string>();
  for (const {at, letter} of marks) {
    if (at < low) marked.set(0, '<');
    else if (at > high) marked.set(plotWidth - 1, '>');
    else marked.set(placeOf(at, low, high, plotWidth), letter);
  }
  const spans = characters.map((rule, place): Span => {
    const letter = marked.get(place);
    return letter === undefined ? dim(rule) : span(letter, {bold: true});
  });
  return [dim(fitLeft('0', SCALE_WIDTH - 1)), ...joined(spans)];
}

const placeOf = (at: number, low: number, high: number, plotWidth: number): number =>
  high === low
    ? Math.floor(plotWidth / 2)
    : Math.min(plotWidth - 1, Math.floor(((at - low) / (high - low)) * plotWidth));

function labelLine(low: number, high: number, plotWidth: number): Line {
  const [left, right] = [short(low), short(high)];
  const gap = Math.max(1, plotWidth - left.length - right.length);
  return [dim(`${' '.repeat(SCALE_WIDTH - 1)}${left}${' '.repeat(gap)}${right}`)];
}
