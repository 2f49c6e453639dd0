import {afterAll, describe, expect, it} from 'vitest';
import {MAXIMUM_POINTS} from './figures/trajectoryChart.ts';
import {handMadeReport, NUM_STEPS} from './reportFixture.ts';
import {toReportMarkdown} from './reportMarkdown.ts';
import {type ReportSource, reportModelOf} from './reportModel.ts';

const {source, dispose} = handMadeReport();
afterAll(dispose);
const model = reportModelOf(source);

describe('the model of a report', () => {
  it('says first that a run is not complete, and what is missing', () => {
    expect(model.completeness.state).toBe('partlyFailed');
    expect(model.completeness.counts).toMatchObject({failed: 1, blocked: 1, waiting: 0});
    const {length} = source.manifest.plan.tasks;
    expect(model.completeness.warnings).toEqual([
      `This run is not complete: ${length - 2} of ${length} tasks are done (1 failed, 1 blocked by a failure). Numbers are means over what is there.`,
    ]);
  });

  it('counts a finished task whose result is gone as not done, and says so', () => {
    const gone = 'key-evaluate/imu/t1/u1';
    const result = (key: string) => (key === gone ? null : source.evidence.result(key));
    const {completeness, tasks} = reportModelOf({...source, evidence: {...source.evidence, result}});
    expect(tasks.find(({key}) => key === gone)?.state).toBe('waiting');
    expect(completeness.warnings[1]).toContain('1 task was finished, but what was stored is gone');
  });

  it('tells a run without a journal from its stored results', () => {
    const silent = reportModelOf({...source, journal: {entries: [], numDamaged: 2, numTornBytes: 0}});
    expect(silent.completeness.state).toBeNull();
    expect(silent.completeness.warnings.join(' ')).toContain('2 damaged lines of its journal passed over');
    expect(silent.tables[0]?.model).toEqual(source.tables.table);
    expect(silent.tasks.find(({id}) => id === 'evaluate/imu/t1/u1')?.state).toBe('found');
    expect(silent.charts).toHaveLength(2);
  });

  it('says of a run that never ended that the same command goes on', () => {
    const entries = source.journal.entries.filter(({event}) => event.type !== 'runFinished');
    const open = reportModelOf({...source, journal: {...source.journal, entries}});
    expect(open.completeness.warnings.join(' ')).toContain('The same command goes on with it');
    expect(open.sessions.map(({outcome}) => outcome)).toEqual([null, null]);
  });

  it('has a report of a run without any result', () => {
    const none = reportModelOf(withoutResults());
    expect([none.charts, none.influences, none.failures]).toEqual([[], [], []]);
    expect(none.tables[0]?.origins.imu).toEqual({retainLoss: null, forgetKl: null});
    expect(toReportMarkdown(none)).toContain('This run is not complete');
  });

  it('traces every number that is there to values whose mean it is, and to tasks of the report', () => {
    const keys = new Set(model.tasks.map(({key}) => key));
    let numOrigins = 0;
    for (const {model: table, origins} of model.tables) {
      for (const row of table.rows) {
        for (const {id} of table.columns) {
          const origin = origins[row.id]?.[id];
          const cell = row.cells[id];
          expect(origin === null || origin === undefined).toBe(cell?.n === 0);
          if (origin === null || origin === undefined) continue;
          numOrigins += 1;
          const values = origin.values.map(({value}) => value);
          expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(
            cell?.mean ?? Number.NaN,
            12,
          );
          for (const {taskKeys} of origin.values) expect(taskKeys.every((key) => keys.has(key))).toBe(true);
        }
      }
    }
    expect(numOrigins).toBeGreaterThan(10);
  });

  it('keeps both sessions, and tells a mended failure from one that stayed', () => {
    expect(model.sessions.map(({outcome}) => outcome)).toEqual(['interrupted', 'partlyFailed']);
    expect(model.failures.map(({failure, isMended}) => [failure.code, isMended])).toEqual([
      ['OUT_OF_MEMORY', true],
      ['NON_FINITE', false],
    ]);
    expect(model.blocked).toEqual([{id: 'evaluate/ga/t2/u2', by: 'unlearn/ga/t2/u2'}]);
  });

  it('draws at most 200 points of a line, both ends and the mean of the seeds among them', () => {
    const [chart] = model.charts;
    const imu = chart?.rows.find(({row}) => row === 'imu');
    expect(imu?.lines).toHaveLength(4);
    for (const {points} of imu?.lines ?? []) {
      expect(points.length).toBeLessThanOrEqual(MAXIMUM_POINTS);
      expect([points[0]?.[0], points.at(-1)?.[0]]).toEqual([0, NUM_STEPS - 1]);
    }
    // Trajectories 0, 2, 4 and 6 are IMU's, in the order of the plan: at step s retain loss is 2 + index·s/1000.
    expect(imu?.mean.at(-1)?.[1]).toBeCloseTo(2 + (3 * (NUM_STEPS - 1)) / 1_000, 10);
    expect(chart?.rules.map(({label}) => label)).toEqual(['Original', 'Retrain']);
  });

  it('says where truncation lies on the axis of the scores', () => {
    const [influence] = model.influences;
    // √|I| = 0.5 at I = −0.25.
    expect(influence?.truncationScore).toBe(-0.25);
    expect(influence?.groups[0]).toEqual({group: 'forget1', weightShare: 0.75, sampleShare: null, selectedShare: 1});
  });
});

describe('the report as Markdown', () => {
  const markdown = toReportMarkdown(model);

  it('has the parts of the story in order', () => {
    const headings = markdown.match(/^##? .*$/gm);
    expect(headings).toEqual([
      '# By hand',
      '## Verdict',
      '## Tables',
      '## Failures',
      '## Provenance',
      '## Make it again',
    ]);
    expect(markdown).toContain(source.manifest.command);
  });

  it('lets no markup out of data', () => {
    const hostile = handMadeReport('<img src=x>|`*');
    const text = toReportMarkdown(reportModelOf(hostile.source));
    hostile.dispose();
    expect(text).not.toContain('<img');
    expect(text).toContain('&lt;img src=x\\>\\|\\`\\*');
  });
});

function withoutResults(): ReportSource {
  const {table} = source.tables;
  const rows = table.rows.map((row) => ({
    ...row,
    cells: Object.fromEntries(
      Object.entries(row.cells).map(([id, cell]) => [
        id,
        {...cell, values: [], n: 0, mean: null, std: null, gap: null},
      ]),
    ),
  }));
  const evidence = {result: () => null, trajectory: () => null, weightings: () => []};
  return {
    ...source,
    evidence,
    tables: {table: {...table, rows}, nearest: null, weights: null},
    journal: {entries: source.journal.entries.slice(0, 2), numDamaged: 0, numTornBytes: 0},
  };
}
