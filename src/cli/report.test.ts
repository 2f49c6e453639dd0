import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {imu, lastLine} from './fixtures/startImu.ts';

const scratch = mkdtempSync(join(tmpdir(), 'imu-cli-report-'));
afterAll(() => rmSync(scratch, {recursive: true, force: true}));

const report = (...words: string[]) => imu('report', run, ...words);
let run = '';

beforeAll(async () => {
  const small = join(import.meta.dirname, 'fixtures/small.ts');
  const {stdout} = await imu('run', small, '--transport', 'fake', '--json', '--out', join(scratch, 'runs'));
  run = (lastLine(stdout) as {directory: string}).directory;
});

describe('imu report', () => {
  it('writes one page, says where, and leaves nothing else', async () => {
    const folder = join(scratch, 'page');
    mkdirSync(folder);
    const {code, stdout} = await report('--to', join(folder, 'mine.html'));
    expect(code).toBe(0);
    expect(stdout).toBe(`${join(folder, 'mine.html')}\n`);
    expect(readdirSync(folder)).toEqual(['mine.html']);
    const page = readFileSync(join(folder, 'mine.html'), 'utf8');
    expect(page.startsWith('<!doctype html>')).toBe(true);
    expect(page.endsWith('</html>\n')).toBe(true);
    expect(page.length).toBeLessThan(3_000_000);
  });

  it('leaves a file that exists as it is, a link to nowhere too, and names one that is free', async () => {
    const taken = join(scratch, 'taken.html');
    writeFileSync(taken, 'mine');
    symlinkSync(join(scratch, 'nowhere'), join(scratch, 'taken-2.html'));
    const {code, stderr} = await report('--to', taken);
    expect(code).toBe(2);
    expect(stderr).toContain('exists, and is left as it is');
    expect(stderr).toContain('taken-3.html?');
    expect(readFileSync(taken, 'utf8')).toBe('mine');
    expect((await report('--to', join(scratch, 'taken-2.html'))).code).toBe(2);
  });

  it('refuses a folder, a place without one, and one that may not be written to, and leaves nothing half done', async () => {
    const shut = join(scratch, 'shut');
    mkdirSync(shut);
    chmodSync(shut, 0o555);
    const cases: [string, RegExp][] = [
      [scratch, /is a folder/],
      [join(scratch, 'none', 'r.html'), /is no folder/],
      // Who may do anything is not stopped by the mode of a folder.
      ...(process.getuid?.() === 0 ? [] : [[join(shut, 'r.html'), /may not be written to/] as [string, RegExp]]),
      [join(scratch, `${'x'.repeat(300)}.html`), /the name is too long/],
    ];
    for (const [to, words] of cases) {
      const {code, stderr} = await report('--to', to);
      expect([to, code]).toEqual([to, 2]);
      expect(stderr).toMatch(words);
      expect(stderr).not.toContain('    at ');
    }
    expect(readdirSync(scratch).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('prints Markdown, a page for print, or the model as JSON', async () => {
    expect((await report('--format', 'md', '--to', '-')).stdout).toMatch(
      /^# .*\n[\s\S]*## Verdict[\s\S]*## Make it again/,
    );
    expect((await report('--format', 'pdf-ready', '--to', '-')).stdout).not.toContain('<script');
    const model = JSON.parse((await report('--json')).stdout) as {runId: string; completeness: {warnings: string[]}};
    expect(run.endsWith(model.runId)).toBe(true);
    expect(model.completeness.warnings).toEqual([]);
  });

  it('knows no run that is not there', async () => {
    const {code, stderr} = await imu('report', 'small-12345678', '--out', join(scratch, 'runs'));
    expect(code).toBe(2);
    expect(stderr).toContain('is not a run here');
  });
});
