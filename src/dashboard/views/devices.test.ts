import {describe, expect, it} from 'vitest';
import {fold} from '../../store/fold.ts';
import type {Projection} from '../../store/projection.ts';
import {contextOf, moments, textOf, until} from '../fixtures/viewContexts.ts';
import {devicesView} from './devices.ts';

const running = until(0.6);
const MEASURED = [
  {
    lane: 0,
    rank: 0,
    device: 'cuda:0',
    memoryBytes: 61_000_000_000,
    memoryLimitBytes: 139_000_000_000,
    utilisation: 0.5,
  },
  {
    lane: 0,
    rank: 1,
    device: 'cuda:1',
    memoryBytes: 34_000_000_000,
    memoryLimitBytes: 139_000_000_000,
    utilisation: 0.9,
  },
  {lane: 1, rank: 0, device: 'cuda:1', memoryBytes: 5_000_000_000, memoryLimitBytes: 139_000_000_000, utilisation: 0.7},
];

function measured(): Projection {
  let projection = running;
  for (const one of MEASURED)
    projection = fold(projection, {seq: projection.seq + 1, at: projection.at, event: {type: 'laneMeasured', ...one}});
  return projection;
}

const show = (projection: Projection, columns: number, later = 500): string =>
  textOf(devicesView(contextOf(projection, {later}), {columns, rows: 200}));

describe.each([40, 80, 120])('devices at %i columns', (columns) => {
  const text = show(measured(), columns);

  it('sum memory over processes, and count the limit of a shared device once', () => {
    const used = MEASURED.reduce((sum, {memoryBytes}) => sum + memoryBytes, 0);
    expect(text).toContain(`${used / 1e9} GB/278 GB`);
    expect(text).toContain('processes 3 on 2 devices');
    expect(text).toContain('70 %');
  });

  it('have each process with its memory and how busy it is', () => {
    for (const part of ['rank 0 cuda:0', 'rank 1 cuda:1', '61.0 GB', '34.0 GB', '5.0 GB', '50 %', '90 %'])
      expect(text).toContain(part);
  });

  it('have the task, its step and how long ago the lane was heard', () => {
    const task = running.tasks.find(({plan}) => plan.key === running.lanes[0]?.task);
    expect(text).toContain(task?.plan.id);
    expect(text).toContain(`step ${task?.step}/${task?.numSteps}`);
    expect(text).toMatch(/heard \d+ s ago/);
    expect(text).toContain(`pid ${running.lanes[0]?.pid}`);
    expect(text).toContain('restarts 1');
  });
});

describe('devices', () => {
  it('tell a lane that works and is silent, and leave an idle one in peace', () => {
    expect(show(running, 80, 40_000)).toMatch(/quiet for 4\d s/);
    const idle = {...running, lanes: running.lanes.map((lane) => ({...lane, task: null}))};
    expect(show(idle, 80, 40_000)).not.toContain('quiet');
  });

  it('tell a lost lane and what it was lost to', () => {
    const failure = {
      code: 'OUT_OF_MEMORY',
      message: 'CUDA out of memory',
      hint: 'Fewer samples a batch.',
      type: 'X',
      stack: [] as string[],
      cause: null,
    } as const;
    const lost = fold(running, {seq: running.seq + 1, at: running.at, event: {type: 'laneLost', lane: 1, failure}});
    const text = show(lost, 80).replace(/\s+/g, ' ');
    expect(text).toContain('✗ LOST');
    expect(text).toContain('lost to OUT_OF_MEMORY: CUDA out of memory Try: Fewer samples a batch.');
    expect(text).toContain('1 of 2 lanes up');
  });

  it('say so when there is none, and when the run is over', () => {
    expect(show(moments.empty as Projection, 40)).toContain('no run yet');
    expect(show({...running, lanes: []}, 80)).toContain('No lane has started; the run wants 2.');
    expect(show(until(1), 80)).toContain('2 lanes, the run is over');
  });
});
