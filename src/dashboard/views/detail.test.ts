import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, it} from 'vitest';
import {paramsOf} from '../../methods/params.ts';
import {stringify} from '../../protocol/index.ts';
import {evidenceOf} from '../../report/evidence.ts';
import {foldAll} from '../../store/fold.ts';
import type {TaskResult} from '../../store/result.ts';
import {contextOf, foundRun, keyOf, manifest, records, textOf, until} from '../fixtures/viewContexts.ts';
import {short} from '../parts/text.ts';
import {detailEnd, detailView} from './detail.ts';

const done = until(1);
const tall = (columns: number) => ({columns, rows: 400});
const show = (id: string, columns = 120, projection = done): string =>
  textOf(detailView(contextOf(projection, {screen: {selected: keyOf(id)}}), tall(columns)));

/** The last value that the journal tells of a metric. */
function lastMeasured(id: string, label: string): number {
  const values = records.flatMap(({event}) =>
    event.type === 'metricMeasured' && event.key === keyOf(id) && event.label === label ? [event.value] : [],
  );
  return values.at(-1) as number;
}

function finalMetric(id: string, label: string): number {
  const finished = records.find(({event}) => event.type === 'taskFinished' && event.key === keyOf(id));
  return finished?.event.type === 'taskFinished' ? (finished.event.metrics[label] as number) : Number.NaN;
}

describe.each([40, 80, 120])('the detail of a task at %i columns', (columns) => {
  it('begins with its state in a word, its row and its seeds', () => {
    const text = show('unlearn/ga/t42/u1', columns);
    expect(text.split('\n')[0]).toBe('✓ done  unlearn/ga/t42/u1');
    for (const fact of ['row GA (ga, official)', 'train seed 42', 'unlearn seed 1', 'attempt 1'])
      expect(text).toContain(fact);
  });

  it('has every metric with its last value, and Retrain, Original and paper beside it', () => {
    const text = show('unlearn/ga/t42/u1', columns);
    expect(text).toContain(`forgetLoss  ${short(lastMeasured('unlearn/ga/t42/u1', 'forgetLoss'))}`);
    expect(text).toContain(`retainLoss  ${short(lastMeasured('unlearn/ga/t42/u1', 'retainLoss'))}`);
    expect(text).toContain('stepLoss');
    const retrain = short(finalMetric('evaluate/retrain/t42', 'forgetLoss'));
    const original = short(finalMetric('evaluate/original/t42', 'forgetLoss'));
    expect(text).toMatch(new RegExp(`Retrain ${retrain} +Orig(inal|\\.) ${original}`));
    expect(text).toContain('paper 6.95');
  });

  it('tells how to make it again, in one command that can be put together', () => {
    const lines = show('unlearn/imu-sound/t7/u2', columns).split('\n');
    const from = lines.findIndex((line) => line.includes('make it again')) + 1;
    const command = lines
      .slice(from)
      .map((line) => line.trim())
      .join(' ');
    expect(command).toMatch(/^imu reproduce table3 .*--rows imu-sound --train-seeds 7 --seeds 2$/);
  });

  it('folds a failure open at the top: code, what to try, type, stack', () => {
    const text = show('unlearn/npo/t7/u1', columns);
    const plain = text.replace(/\s+/g, ' ');
    expect(plain).toContain('NON_FINITE: descend: the loss is NaN at step 31');
    for (const part of [
      'try: Try a smaller learning rate.',
      'type FloatingPointError',
      'at descend.py:88 step',
      'at loop.py:40 run',
    ])
      expect(plain).toContain(part);
    expect(text.indexOf('NON_FINITE')).toBeLessThan(text.indexOf('curves'));
  });
});

describe('the detail', () => {
  it('has the chain of causes, cleaned of what a terminal obeys', () => {
    const failed = records.map((record) =>
      record.event.type === 'taskFailed' && !record.event.willRetry
        ? {
            ...record,
            event: {
              ...record.event,
              failure: {...record.event.failure, cause: 'ValueError: \u001b[2Jbad row\nOSError: disk'},
            },
          }
        : record,
    );
    const text = show('unlearn/npo/t7/u1', 80, foldAll(failed));
    expect(text).toContain('caused by ValueError: bad row');
    expect(text).toContain('caused by OSError: disk');
  });

  it('ends with the last lines that the log has about the task', () => {
    const key = keyOf('unlearn/ga/t42/u1');
    const say = (seq: number, of: string, message: string) =>
      ({seq, at: done.at, event: {type: 'taskLogged', key: of, level: 'warning', message}}) as const;
    const lines = Array.from({length: 12}, (_, i) => say(done.seq + 1 + i, key, `line ${i}`));
    const other = say(done.seq + 20, keyOf('data'), 'of another task');
    const text = show('unlearn/ga/t42/u1', 80, foldAll([...lines, other], done));
    expect(text.match(/warning line \d+/g)).toEqual(Array.from({length: 10}, (_, i) => `warning line ${i + 2}`));
    expect(text).not.toContain('of another task');
  });

  it('tells a blocked task by whose failure it waits', () => {
    const text = show('evaluate/npo/t7/u1');
    expect(text).toContain('blocked by unlearn/npo/t7/u1');
    expect(text).toContain('NON_FINITE');
  });

  it('puts the parameters that differ from the defaults first, and marks them', () => {
    const spec = manifest.plan.tasks.find(({key}) => key === keyOf('unlearn/imu-official/t42/u1'))?.spec;
    const params: Record<string, unknown> = spec?.kind === 'unlearn' ? {...spec.params} : {};
    const defaults = paramsOf({method: 'imu', profile: 'sound', params: {}}, 'test');
    const own = Object.keys(params).filter((name) => JSON.stringify(params[name]) !== JSON.stringify(defaults[name]));
    const lines = show('unlearn/imu-official/t42/u1', 80).split('\n');
    const marked = lines.flatMap((line) => line.match(/^\*(\w+)/)?.[1] ?? []);
    expect(own.length).toBeGreaterThan(3);
    expect(marked.toSorted()).toEqual(own.toSorted());
    const plain = lines.findIndex((line) => /^ (selection|transform)\b/.test(line));
    expect(plain).toBeGreaterThan(
      lines.findLastIndex((line) => line.startsWith('*learningRate') || /^\*\w/.test(line)) - 1,
    );
  });

  it('draws logarithms where all values are positive, and says where they are not', () => {
    const context = contextOf(done, {screen: {selected: keyOf('unlearn/ga/t42/u1'), isLogY: true}});
    const text = textOf(detailView(context, tall(80)));
    expect(text).toMatch(/forgetLoss .* log y/);
    expect(text).toMatch(/stepLoss .* linear: some <= 0/);
  });

  it('scrolls to its end and no further', () => {
    const size = {columns: 80, rows: 24};
    const at = (detail: number) =>
      textOf(
        detailView(contextOf(done, {screen: {selected: keyOf('unlearn/ga/t42/u1'), scrolls: {detail}}}), size),
      ).split('\n');
    const end = detailEnd(contextOf(done, {screen: {selected: keyOf('unlearn/ga/t42/u1')}}), size);
    expect(end).toBeGreaterThan(3);
    expect(at(3).slice(0, 20)).toEqual(at(0).slice(3, 23));
    expect(at(1e6)).toEqual(at(end));
    expect(at(end).at(-1)).toContain('the end');
    expect(at(end).at(-2)).toContain('imu reproduce table3');
  });
});

describe('the detail of a task that was found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'imu-detail-'));
  afterAll(() => rmSync(folder, {recursive: true}));
  const key = keyOf('unlearn/ga/t42/u1');
  const path = join(folder, 'trajectory.json');
  writeFileSync(
    path,
    stringify({
      steps: [0, 10, 50],
      labels: ['forgetLoss', 'forget2Loss'],
      values: [
        [2, 3],
        [4, 5],
        [6.125, Number.NaN],
      ],
    }),
  );
  const asked: string[] = [];
  const evidence = evidenceOf({
    findResult: (wanted) => {
      asked.push(wanted);
      return wanted === key ? resultOf(key) : null;
    },
    objectPath: () => path,
  });
  const context = contextOf(foundRun(), {screen: {selected: key}, evidence});

  it('has the curves of its stored trajectory', () => {
    const text = textOf(detailView(context, tall(80)));
    expect(text).toContain('◆ found');
    expect(text).toMatch(/forgetLoss {2}6\.1[23] {2}from 2\.00/);
    expect(text).toMatch(/forget2Loss {2}NaN {2}from 3\.00/);
    expect(text).toContain('step 50');
    expect(text).toContain('by run another-run');
  });

  it('reads what it shows once, and nothing of other tasks', () => {
    const before = asked.length;
    for (let redraw = 0; redraw < 5; redraw++)
      detailView({...context, now: context.now + redraw}, {columns: 80, rows: 24});
    expect(asked.length).toBe(before);
    expect(new Set(asked)).toEqual(new Set([key]));
  });
});

const resultOf = (key: string): TaskResult => ({
  key,
  id: 'unlearn/ga/t42/u1',
  kind: 'unlearn',
  outputs: {},
  artefacts: {trajectory: {sha256: 'ab'.repeat(32), sizeBytes: 120}},
  metrics: {},
  provenance: {runId: 'another-run', commit: 'abcdef', device: 'cpu'},
  seconds: 3,
  finishedAt: '2026-01-02T12:00:00.000Z',
});
