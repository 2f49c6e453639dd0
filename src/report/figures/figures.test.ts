import {afterAll, describe, expect, it} from 'vitest';
import {handMadeReport} from '../reportFixture.ts';
import {reportModelOf} from '../reportModel.ts';
import {histogramFigure} from './histogramFigure.ts';
import {rowStyle} from './palette.ts';
import {type ChartPoint, decimate} from './trajectoryChart.ts';
import {trajectoryFigure} from './trajectoryFigure.ts';

const {source, dispose} = handMadeReport('<b>"IMU"</b>');
afterAll(dispose);
const model = reportModelOf(source);

describe('a line that is thinned out', () => {
  const points = Array.from({length: 10_000}, (_, step): ChartPoint => [step, Math.sin(step / 900)]);

  it('keeps both ends, every peak and the order of its steps', () => {
    const spiked = points.with(5_003, [5_003, 9]).with(7_001, [7_001, -9]);
    const kept = decimate(spiked, 200);
    expect(kept.length).toBeLessThanOrEqual(200);
    expect([kept[0], kept.at(-1)]).toEqual([spiked[0], spiked.at(-1)]);
    expect(kept).toContainEqual([5_003, 9]);
    expect(kept).toContainEqual([7_001, -9]);
    expect(kept.map(([step]) => step)).toEqual(kept.map(([step]) => step).toSorted((a, b) => a - b));
  });

  it('stays as it is where it is short', () =>
    expect(decimate(points.slice(0, 200), 200)).toEqual(points.slice(0, 200)));
});

describe('rows are told apart', () => {
  it('by colour or dashes, thirty-two of them', () => {
    const styles = Array.from({length: 32}, (_, index) => JSON.stringify(rowStyle(index)));
    expect(new Set(styles).size).toBe(32);
  });
});

describe('figures', () => {
  it('follow the scheme of the page by variables, and hold no markup of data', async () => {
    const [chart] = model.charts;
    const [influence] = model.influences;
    if (chart === undefined || influence === undefined) throw new Error('the fixture has both');
    for (const {svg} of [await trajectoryFigure(chart), await histogramFigure(influence)]) {
      expect(svg.startsWith('<svg')).toBe(true);
      expect(svg.includes('var(--row-1, #0072b2)')).toBe(true);
      expect(svg.includes('<b>')).toBe(false);
      expect(svg.includes('NaN')).toBe(false);
    }
  });

  it('colour the bins by what becomes of their scores', async () => {
    const [influence] = model.influences;
    if (influence === undefined) throw new Error('the fixture has one');
    // Edges −0.9, −0.6, −0.3, 0, 0.3; truncation at −0.25: the third bin's middle, −0.15, is weighed as it is.
    const {data} = await histogramFigure(influence);
    expect(data.bins?.map(({fate}) => fate)).toEqual(['truncated', 'truncated', 'weighed', 'no weight']);
    expect(data.marks?.map(({score}) => score)).toEqual([-0.25]);
  });
});
