import fc from 'fast-check';
import {expect, it} from 'vitest';
import {remainingOfTask, remainingSeconds} from './eta.ts';
import {randomEvents} from './fixtures/randomEvents.ts';
import {foldAll} from './fold.ts';
import type {Projection, TaskView} from './projection.ts';

const projections = fc
  .tuple(fc.integer(), fc.integer({min: 0, max: 100}))
  .map(([seed, numEvents]) =>
    foldAll(randomEvents(seed, numEvents).map((event, seq) => ({seq, at: 1_000_000 + seq * 700, event}))),
  );

const moment = fc.integer({min: 0, max: 60_000});

it('the time left of a task is its own pace, or what finished ones took, or the pace of those under way, at any moment asked', () => {
  fc.assert(
    fc.property(projections, moment, moment, (projection, first, second) => {
      for (const now of [projection.at + first, projection.at + second, projection.at + first])
        for (const task of projection.tasks) {
          const expected = secondsByHand(projection, task, now);
          const told = remainingOfTask(projection, task, now);
          if (expected === null) expect(told).toBeNull();
          else expect(told).toBeCloseTo(expected, 6);
        }
    }),
    {numRuns: 1_000},
  );
});

it('the time left of a run is what its tasks still need, shared by its lanes, and never less than its longest task needs', () => {
  fc.assert(
    fc.property(projections, moment, (projection, later) => {
      const now = projection.at + later;
      const open = projection.tasks.filter(({state}) => state === 'waiting' || state === 'running');
      const needed = open.map((task) => secondsByHand(projection, task, now));
      const told = remainingSeconds(projection, now);
      const numLanes = projection.run?.numLanes ?? 1;
      if (projection.run?.state !== 'running' || needed.includes(null)) expect(told).toBeNull();
      else {
        const longest = open.map((task, n) => (task.state === 'running' ? (needed[n] ?? 0) : 0));
        const total = needed.reduce<number>((sum, seconds) => sum + (seconds ?? 0), 0);
        expect(told).toBeCloseTo(Math.max(0, ...longest, total / numLanes), 6);
      }
    }),
    {numRuns: 1_000},
  );
});

/** The same without remembering anything. */
function secondsByHand({tasks, durations}: Projection, task: TaskView, now: number): number | null {
  const elapsed = task.startedAt === null ? 0 : (now - task.startedAt) / 1_000;
  if (task.state === 'running' && (task.progress ?? 0) >= 0.03)
    return (elapsed * (1 - (task.progress ?? 0))) / (task.progress ?? 1);
  const {kind, row, expectedSeconds} = task.plan;
  const took = durations[`${kind}/${row}`] ?? durations[kind];
  const likes = tasks.filter(
    ({plan, state, progress}) => plan.kind === kind && state === 'running' && (progress ?? 0) >= 0.03,
  );
  const paces = likes.map(({startedAt, progress}) => (now - (startedAt ?? 0)) / 1_000 / (progress ?? 1));
  const mean = paces.length === 0 ? null : paces.reduce((a, b) => a + b) / paces.length;
  const whole = took === undefined ? (expectedSeconds ?? mean) : took.seconds / took.count;
  if (whole === null) return null;
  return task.state === 'running' ? Math.max(0, whole - elapsed) : whole;
}
