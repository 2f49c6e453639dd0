import {describe, expect, it} from 'vitest';
import {parse} from '../../protocol/floats.ts';
import {tableOfResults} from '../aggregate.ts';
import {handMadeRun} from '../fixture.ts';
import {plain} from '../plain.ts';
import {FORMATS} from './index.ts';
import {toText} from './text.ts';

const {manifest, results} = handMadeRun();
const model = tableOfResults(manifest, results);
const hostile = (label: string) => {
  const run = handMadeRun();
  const table = tableOfResults(run.manifest, run.results);
  return {...table, rows: table.rows.map((row) => (row.id === 'imu' ? {...row, label} : row))};
};

describe('every format', () => {
  it.each(Object.keys(FORMATS) as (keyof typeof FORMATS)[])('%s prints what it printed before', (format) => {
    expect(FORMATS[format](model)).toMatchSnapshot();
  });

  it.each(['text', 'markdown', 'latex', 'csv'] as const)(
    '%s says seeds, profile, scale, version, commit and command',
    (format) => {
      const printed = FORMATS[format](model).replace(/\s+/g, ' ');
      for (const fact of [
        'train 1, 2',
        'official',
        'markovDecoder',
        'imu 0.1.0',
        '0123abc',
        'imu run by-hand.ts',
        'cpu, 2 threads',
      ])
        expect(printed).toContain(fact);
    },
  );

  it('json holds the whole model', () => {
    expect(parse(FORMATS.json(model))).toEqual(model);
  });
});

describe('text', () => {
  it('of this table fits 100 columns, and in ASCII is ASCII', () => {
    for (const line of toText(model).split('\n')) expect([...line].length).toBeLessThanOrEqual(100);
    expect(toText(model, {ascii: true})).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('leaves out columns about the row before it leaves out numbers', () => {
    const narrow = toText(model, {width: 50, footer: false});
    expect(narrow).not.toContain('profile');
    expect(narrow).toContain('3.00 ±2.16');
  });
});

describe('text of data', () => {
  const attack = '\u001b]0;owned\u0007\u001b[31m=HYPERLINK("x")\u009b2J\\input{/etc/passwd} | <b>';

  it('reaches no terminal as a control sequence', () => {
    for (const format of ['text', 'markdown', 'latex', 'csv'] as const)
      expect(FORMATS[format](hostile(attack)).replace(/[\r\n]/g, '')).not.toMatch(/\p{Cc}/u);
    expect(plain('a\u001bPq#0\u001b\\b\u202ec\u001b(Bd')).toBe('abcd');
  });

  it('is no formula of a spreadsheet, no command of LaTeX and no markup', () => {
    expect(FORMATS.csv(hostile(attack))).toContain(`"'=HYPERLINK(""x"")`);
    expect(FORMATS.latex(hostile(attack))).toContain('\\textbackslash{}input\\{/etc/passwd\\}');
    expect(FORMATS.markdown(hostile(attack))).toContain('\\| &lt;b\\>');
  });
});
