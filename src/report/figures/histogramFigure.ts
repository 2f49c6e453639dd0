import type {TopLevelSpec} from 'vega-lite';
import type {RowInfluence} from '../influence.ts';
import {drawFigure, type Figure, type FigureData} from './figure.ts';
import {FAINT, INK, STRONG, WARM} from './palette.ts';

/** What becomes of a score: has no weight, is weighed as it is, or is cut to the largest weight. */
export const FATES = ['no weight', 'weighed', 'truncated'] as const;
export type Fate = (typeof FATES)[number];
export const FATE_COLOURS: Readonly<Record<Fate, string>> = {'no weight': FAINT, weighed: STRONG, truncated: WARM};

/** Raw scores in equal bins, with the marks where weight begins and where truncation does. */
export function histogramFigure(influence: RowInfluence): Promise<Figure> {
  return drawFigure(SPEC, dataOf(influence));
}

function dataOf({diagnostics, truncationScore, isTwoSided}: RowInfluence): FigureData {
  const {edges, counts} = diagnostics.histogram;
  const bins = counts.flatMap((count, bin) => {
    const [from, to] = [edges[bin], edges[bin + 1]];
    if (from === undefined || to === undefined) return [];
    return [{from, to, count, fate: fateOf((from + to) / 2, truncationScore, isTwoSided)}];
  });
  const ends = truncationScore === null ? [] : isTwoSided ? [truncationScore, -truncationScore] : [truncationScore];
  const inside = ends.filter((end) => end >= (edges[0] ?? 0) && end <= (edges.at(-1) ?? 0));
  return {bins, marks: inside.map((score) => ({score, label: 'truncation'}))};
}

function fateOf(score: number, truncationScore: number | null, isTwoSided: boolean): Fate {
  const weighed = isTwoSided ? -Math.abs(score) : score;
  if (weighed >= 0) return 'no weight';
  return truncationScore !== null && weighed < truncationScore ? 'truncated' : 'weighed';
}

const SPEC = {
  width: 460,
  height: 220,
  layer: [
    {
      data: {name: 'bins'},
      mark: {type: 'bar', binSpacing: 1},
      encoding: {
        x: {
          field: 'from',
          type: 'quantitative',
          bin: 'binned',
          title: 'influence score (raw, signed)',
          axis: {grid: false, tickCount: 7},
        },
        x2: {field: 'to'},
        y: {field: 'count', type: 'quantitative', title: 'samples', axis: {tickCount: 5}},
        color: {
          field: 'fate',
          type: 'nominal',
          legend: null,
          scale: {domain: FATES, range: FATES.map((fate) => FATE_COLOURS[fate])},
        },
        tooltip: [
          {field: 'from', type: 'quantitative', title: 'from', format: '.3~g'},
          {field: 'to', type: 'quantitative', title: 'to', format: '.3~g'},
          {field: 'count', type: 'quantitative', title: 'samples'},
          {field: 'fate', type: 'nominal', title: 'these are'},
        ],
      },
    },
    {
      data: {name: 'marks'},
      mark: {type: 'rule', color: INK, strokeWidth: 1.3, strokeDash: [4, 3]},
      encoding: {x: {field: 'score', type: 'quantitative'}},
    },
    {
      data: {name: 'marks'},
      mark: {type: 'text', align: 'left', dx: 4, baseline: 'top', color: INK},
      encoding: {x: {field: 'score', type: 'quantitative'}, y: {value: 2}, text: {field: 'label'}},
    },
  ],
} as unknown as TopLevelSpec;
