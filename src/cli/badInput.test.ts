import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, it} from 'vitest';
import {imu, lastLine} from './fixtures/startImu.ts';

const scratch = mkdtempSync(join(tmpdir(), 'imu-bad-'));
afterAll(() => rmSync(scratch, {recursive: true, force: true}));

const file = (name: string, text: string): string => {
  writeFileSync(join(scratch, name), text);
  return join(scratch, name);
};
const small = readFileSync(join(import.meta.dirname, 'fixtures/small.ts'), 'utf8');
const changed = (name: string, from: string, to: string): string => file(name, small.replace(from, to));
const out = join(scratch, 'runs');

const cases: [string, string[], RegExp][] = [
  ['an experiment that is misspelt', ['reproduce', 'tabel3'], /"tabel3".*Did you mean table3\?/s],
  ['a verb that is misspelt', ['tabel'], /"tabel" is not a verb.*Did you mean table\?/s],
  ['an option that is misspelt', ['reproduce', 'quick', '--sedes', '1'], /--sedes.*Did you mean --seeds\?/s],
  ['no file', ['run'], /is missing/],
  ['a file that is not there', ['run', join(scratch, 'nope.ts')], /nope\.ts" does not exist/],
  ['a file of another kind', ['run', file('a.txt', '')], /is not a TypeScript or JavaScript file/],
  ['a file that does not parse', ['run', file('syntax.ts', 'export default (')], /cannot be read as a module/],
  ['a file that throws', ['run', file('throws.ts', "throw new Error('boom')")], /boom/],
  ['a file without a suite', ['run', file('none.ts', 'export const a = 1;')], /exports no suite/],
  [
    'an unknown method',
    ['run', changed('m.ts', "method: 'npo'", "method: 'npoo'")],
    /rows\[4\]\.method: "npoo".*Did you mean npo\?/s,
  ],
  [
    'an unknown parameter',
    ['run', changed('p.ts', 'numSteps', 'numstep')],
    /rows\[3\].*"numstep".*Did you mean numSteps\?/s,
  ],
  ['a seed given twice', ['reproduce', 'quick', '--seeds', '1,1'], /--seeds: 1 is given twice/],
  ['a seed beyond 32 bits', ['reproduce', 'quick', '--seeds', '4294967296'], /--seeds.*4294967296/],
  ['a device of no kind', ['reproduce', 'quick', '--device', 'gpu'], /--device: "gpu".*cuda/s],
  ['no lane', ['reproduce', 'quick', '--lanes', '0'], /--lanes: "0".*1 to 64/s],
  [
    'an unknown model',
    ['reproduce', 'quick', '--model', 'gtp2'],
    /imu reproduce: --model: "gtp2".*Did you mean gpt2\?/s,
  ],
  ['too many cells', ['reproduce', 'quick', '--max-cells', '3'], /12.*cells are too many.*--max-cells/s],
  ['an output folder that is a file', ['reproduce', 'quick', '--out', file('b.txt', '')], /--out: .*b\.txt is a file/],
  ['a run that is not there', ['table', 'nope', '--out', scratch], /--out: .*names no run/],
];

describe('bad input is refused before anything is done', () => {
  it.each(cases)('%s', async (_name, words, message) => {
    const before = readdirSync(scratch);
    const {code, stdout, stderr} = await imu(
      ...words,
      ...(words.includes('--out') || words.length < 2 ? [] : ['--out', out]),
    );
    expect(stderr.replace(/\s+/g, ' ')).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect({code, stdout}).toEqual({code: 2, stdout: ''});
    expect(readdirSync(scratch)).toEqual(before);
  });

  it('is data with --json: one line on stderr with field, value, what is allowed and the nearest match', async () => {
    const {code, stdout, stderr} = await imu('reproduce', 'quick', '--json', '--model', 'gtp2');
    expect({code, stdout}).toEqual({code: 2, stdout: ''});
    expect(lastLine(stderr)).toMatchObject({
      error: {field: '--model', value: 'gtp2', allowed: ['markov-decoder', 'gpt2'], nearest: 'gpt2', exitCode: 2},
    });
  });

  it('leaves a folder that is no store as it was when a table is asked of it', async () => {
    const {code} = await imu('table', join(scratch, 'some', 'run'));
    expect(code).toBe(2);
    expect(existsSync(join(scratch, 'some'))).toBe(false);
  });

  it('ends on a path where the system lets nobody make a folder', async () => {
    const {code, stderr} = await imu('reproduce', 'quick', '--transport', 'fake', '--out', '/proc/imu');
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/\/proc/);
  });
});
