import type {Suite} from '../../plan/suite.ts';
import {formatNumber} from '../../report/formats/numbers.ts';
import {STEP_LOSS, type TaskView} from '../../store/projection.ts';
import {type Series, seriesPoints} from '../../store/series.ts';
import {lossColumns} from '../lossColumns.ts';
import {chart, edgesOf} from '../parts/chart.ts';
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
  if (curves.length === 0) return [[dim(` no curve yet${task?.phase ? `: ${task.phase}` : ''}`)]];
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

/** At most two: the losses of the table's columns, else any of its columns, else the training loss. */
function curvesOf({series}: TaskView, suite: Suite): Curve[] {
  const labels = [...lossColumns(suite), ...suite.columns].map(({id}) => id);
  const found = [...new Set(labels)]
    .flatMap((label) => series.find((known) => known.label === label) ?? [])
    .slice(0, 2);
  const training = series.find(({label}) => label === STEP_LOSS);
  if (found.length === 0) return training === undefined ? [] : [{name: 'loss', series: training}];
  return found.map((known) => ({name: known.label, series: known}));
}

/** A head with first and last value, then the chart with its scale to the left. */
function curveLines({name, series}: Curve, width: number, height: number, theme: Theme): readonly Line[] {
  const points = seriesPoints(series);
  const {low, high} = edgesOf(points);
  const rows = chart(points, {
    width: Math.max(4, width - SCALE_WIDTH),
    height: Math.max(1, height - 1),
    ascii: theme.ascii,
    low,
    high,
  });
  const head = ` ${formatNumber(series.first.value)} → ${formatNumber(series.last.value)}  step ${series.last.step}`;
  return [
    [span(name, {bold: true}), dim(fitEnd(head, Math.max(0, width - name.length)))],
    ...rows.map((row, index): Line => {
      const scale = index === 0 ? formatNumber(high) : index === rows.length - 1 ? formatNumber(low) : '';
      return [dim(`${scale.slice(0, SCALE_WIDTH - 1).padStart(SCALE_WIDTH - 1)} `), span(row, {colour: 'cyan'})];
    }),
  ];
}
