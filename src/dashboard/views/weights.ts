import {formatNumber} from '../../report/formats/numbers.ts';
import type {TaskView} from '../../store/projection.ts';
import {bar} from '../parts/bar.ts';
import {dim, fitEnd, type Line, span} from '../parts/line.ts';
import type {Theme} from '../theme.ts';

/** How influence became weight in the selected run: what is selected, how even the weights are, and whose weight it is. */
export function weightsView(task: TaskView | null, width: number, theme: Theme): readonly Line[] {
  if (task === null || task.weights === null) return [[dim(' this task weighs no samples')]];
  const {diagnostics, step} = task.weights;
  const {numSamples, shareSelected, effectiveSampleSize, maximumOverMedian, weightShareByGroup} = diagnostics;
  const groups = Object.entries(weightShareByGroup);
  const nameWidth = Math.min(16, Math.max(0, ...groups.map(([name]) => name.length)) + 1);
  const barWidth = Math.max(4, Math.min(24, width - nameWidth - 40));
  const lines: Line[] = [
    [
      dim('selected '),
      span(percent(shareSelected)),
      dim(`  ESS `),
      span(`${Math.round(effectiveSampleSize)} of ${numSamples}`),
      dim(` (${percent(effectiveSampleSize / numSamples)})  max/median `),
      span(formatNumber(maximumOverMedian)),
      dim(step > 0 ? `  step ${step}` : ''),
    ],
    ...groups.map(
      ([name, share]): Line => [
        span(fitEnd(name, nameWidth)),
        span(bar(share, barWidth, theme), {colour: 'cyan'}),
        span(` ${percent(share).padStart(4)}`),
        dim(` of weight, ${percent(diagnostics.shareSelectedByGroup[name] ?? 0)} selected`),
      ],
    ),
  ];
  if (task.influence === null) return lines;
  const {estimator, seconds, numIterations, residual} = task.influence;
  return [
    ...lines,
    [dim(`${estimator}: ${seconds.toFixed(2)} s, ${numIterations} iterations, residual ${residual.toExponential(1)}`)],
  ];
}

const percent = (share: number): string => `${Math.round(share * 100)}%`;
