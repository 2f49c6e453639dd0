import type {TopLevelSpec} from 'vega-lite';
import {drawFigure, type Figure, type FigureData} from './figure.ts';
import {RULE_STYLES, rowStyle} from './palette.ts';
import type {ChartPoint, TrajectoryChart} from './trajectoryChart.ts';

/**
 * A metric over the steps of unlearning: thin lines are seeds, a thick one their mean, a diamond at the right edge what the paper prints.
 * The signal `hidden` holds the ids of the rows that are not shown; the axis then fits the rest. Shift and wheel zoom, a drag moves, a double click
 * puts things back.
 */
export function trajectoryFigure(chart: TrajectoryChart): Promise<Figure> {
  return drawFigure(specOf(chart), dataOf(chart));
}

function dataOf({rows, rules, lastStep}: TrajectoryChart): FigureData {
  return {
    seeds: rows.flatMap(({row, label, lines}) =>
      lines.map(({seed, points}) => ({row, label, seed: `${row} ${seed}`, points: points.map(rounded)})),
    ),
    means: rows.map(({row, label, mean}) => ({row, label, points: mean.map(rounded)})),
    rules: rules.map(({label, value}) => ({row: ruleId(label), label, value})),
    papers: rows.flatMap(({row, label, paper}) =>
      paper === null
        ? []
        : [{row, label: `${label}, as the paper prints it`, step: lastStep * (1 + MARGIN / 2), value: paper}],
    ),
  };
}

/** Room at the right for the paper's numbers, as a share of the steps. */
const MARGIN = 0.04;

/** Rules are shown and hidden as rows are; no row has such an id. */
export const ruleId = (label: string): string => `rule:${label}`;

const rounded = ([step, value]: ChartPoint): ChartPoint => [step, Number(value.toPrecision(5))];

function specOf({rows, rules, header, unit, lastStep}: TrajectoryChart): TopLevelSpec {
  const ids = [...rows.map(({row}) => row), ...rules.map(({label}) => ruleId(label))];
  const styles = [
    ...rows.map(({index}) => rowStyle(index)),
    ...rules.map((_, index) => RULE_STYLES[index % RULE_STYLES.length] ?? rowStyle(0)),
  ];
  const range = (values: readonly unknown[]): object => ({scale: {domain: ids, range: values}, legend: null});
  const color = {field: 'row', type: 'nominal', ...range(styles.map(({colour}) => colour))};
  const strokeDash = {
    field: 'row',
    type: 'nominal',
    ...range(styles.map(({dash}) => (dash.length === 0 ? [1, 0] : dash))),
  };
  const x = {
    field: 'step',
    type: 'quantitative',
    title: 'step',
    scale: {domain: [0, Math.max(1, lastStep) * (1 + MARGIN)], nice: false},
    axis: {tickMinStep: 1, tickCount: 6},
  };
  const y = {
    field: 'value',
    type: 'quantitative',
    title: unit,
    scale: {zero: false},
    axis: {tickCount: 6},
  };
  const shown = [{filter: 'indexof(hidden, datum.row) < 0'}];
  const tooltip = [
    {field: 'label', type: 'nominal', title: 'row'},
    {field: 'step', type: 'quantitative', title: 'step'},
    {field: 'value', type: 'quantitative', title: header, format: '.4~g'},
  ];
  return {
    width: 460,
    height: 280,
    params: [{name: 'hidden', value: []}],
    layer: [
      {
        data: {name: 'seeds'},
        transform: shown,
        params: [
          {
            name: 'window',
            bind: 'scales',
            select: {
              type: 'interval',
              zoom: 'wheel![event.shiftKey]',
              translate: '[pointerdown, window:pointerup] > window:pointermove!',
            },
          },
        ],
        mark: {type: 'line', strokeWidth: 0.8, opacity: 0.45, clip: true},
        encoding: {x, y, color, detail: {field: 'seed', type: 'nominal'}},
      },
      {
        data: {name: 'rules'},
        transform: shown,
        mark: {type: 'rule', strokeWidth: 1.3, clip: true},
        encoding: {y, color, strokeDash, tooltip: [tooltip[0], tooltip[2]]},
      },
      {
        data: {name: 'means'},
        transform: shown,
        mark: {type: 'line', strokeWidth: 1.9, clip: true},
        encoding: {x, y, color, strokeDash},
      },
      {
        data: {name: 'papers'},
        transform: shown,
        mark: {type: 'point', shape: 'diamond', size: 75, filled: true, opacity: 1},
        encoding: {x, y, color, tooltip: [tooltip[0], tooltip[2]]},
      },
      {
        data: {name: 'means'},
        transform: shown,
        params: [
          {
            name: 'near',
            select: {type: 'point', nearest: true, on: 'pointerover', clear: 'pointerout', fields: ['row', 'step']},
          },
        ],
        mark: {type: 'point', filled: true, size: 60, clip: true},
        encoding: {x, y, color, tooltip, opacity: {condition: {param: 'near', empty: false, value: 1}, value: 0}},
      },
    ],
  } as unknown as TopLevelSpec;
}
