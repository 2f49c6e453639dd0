import type {Suite} from '../../plan/suite.ts';
import {formatNumber} from '../../report/formats/numbers.ts';
import {STEP_LOSS, type TaskView} from '../../store/projection.ts';
import {type Series, seriesPoints} from '../../store/series.ts';
import {chart} from '../parts/chart.ts';
import {dim, fitEnd, type Line, span} from '../parts/line.ts';
import type {Theme} from '../theme.ts';

const SCALE_WIDTH = 7;
/** Narrower than this, two curves stand one below the other. */
const LEAST_WIDTH = 30;

/** Curves of the losses that the suite's table is about, else of the training loss. */
export function curvesView(
  task: TaskView | null,
  suite: Suite,
  width: number,
  height: number,
  theme: Theme,
): readonly Line[] {
  const curves = task === null ? [] : curvesOf(task, suite);
  if (curves.length === 0) return [[dim(' no curve yet')]];
  const sideBySide = curves.length > 1 && width >= 2 * LEAST_WIDTH + 2;
  if (sideBySide) {
    const each = Math.floor((width - 2) / curves.length);
    const drawn = curves.map((curve) => curveLines(curve, each, height, theme));
    return Array.from({length: height}, (_, row) =>
      drawn.flatMap((lines, i) => [...(i > 0 ? [span('  ')] : []), ...(lines[row] ?? [span(' '.repeat(each))])]),
    );
  }
  const shown = curves.slice(0, Math.max(1, Math.floor(height / 4)));
  return shown.flatMap((curve) => curveLines(curve, width, Math.floor(height / shown.length), theme));
}

interface Curve {
  readonly name: string;
  readonly series: Series;
}

/** At most two: losses on the sets of the table, in the order of its columns. */
function curvesOf({series}: TaskView, {columns, scenario}: Suite): Curve[] {
  const losses = columns.filter(({id}) =>
    scenario.measurements.some(({label, primitive}) => label === id && primitive === 'tokenLoss'),
  );
  const found = [...losses, ...columns].flatMap(({id}) => series.find(({label}) => label === id) ?? []);
  const distinct = [...new Set(found)].slice(0, 2);
  const training = series.find(({label}) => label === STEP_LOSS);
  if (distinct.length === 0) return training === undefined ? [] : [{name: 'loss', series: training}];
  return distinct.map((known) => ({name: known.label, series: known}));
}

/** A head with first and last value, then the chart with its scale to the left. */
function curveLines({name, series}: Curve, width: number, height: number, theme: Theme): readonly Line[] {
  const points = seriesPoints(series);
  const values = points.map(({value}) => value).filter(Number.isFinite);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const rows = chart(points, {
    width: Math.max(4, width - SCALE_WIDTH),
    height: Math.max(1, height - 1),
    ascii: theme.ascii,
  });
  const head = ` ${formatNumber(series.first.value)} → ${formatNumber(series.last.value)}  step ${series.last.step}`;
  return [
    [span(name, {bold: true}), dim(fitEnd(head, Math.max(0, width - name.length)))],
    ...rows.map((row, index): Line => {
      const scale =
        values.length === 0
          ? ''
          : index === 0
            ? formatNumber(high)
            : index === rows.length - 1
              ? formatNumber(low)
              : '';
      return [dim(`${scale.slice(0, SCALE_WIDTH - 1).padStart(SCALE_WIDTH - 1)} `), span(row, {colour: 'cyan'})];
    }),
  ];
}
