import {expect, test} from 'vitest';
import {wreakHavoc} from './harness.ts';

test('an orchestrator killed at 15 random points repeats no finished task and ends with the same tables', async () => {
  const report = await wreakHavoc({numKills: 15, pauseMs: 12, deaths: 0});
  expect(report.violations).toEqual([]);
  expect(report.numKills).toBeGreaterThanOrEqual(15);
}, 180_000);

test('so does one whose sidecars die at random as well', async () => {
  const report = await wreakHavoc({numKills: 10, pauseMs: 12, deaths: 0.02});
  expect(report.violations).toEqual([]);
  expect(report.numInterrupted).toBeGreaterThan(0);
}, 180_000);
