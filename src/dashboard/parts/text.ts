import {formatNumber} from '../../report/formats/numbers.ts';
import {plain} from '../../report/plain.ts';
import type {Theme} from '../theme.ts';
import {type Line, type Span, span} from './line.ts';

/** Three significant digits of a value of any size, at most eight characters: `2.40`, `-0.0213`, `1.2e-7`. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return formatNumber(value);
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e5 || size < 1e-3) return value.toExponential(size < 1e-99 || size >= 1e100 ? 0 : 1).replace('e+', 'e');
  return size >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** `82 %`; what is neither nothing nor all is not rounded to it. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return '';
  const whole = Math.round(share * 100);
  if (whole === 0 && share > 0) return '<1 %';
  return whole === 100 && share < 1 ? '>99 %' : `${whole} %`;
}

/** `1.3 MB`, decimal units. */
export function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let value = size;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** As many characters of a hash as tell it apart. */
export const shortHash = (hash: string): string => hash.slice(0, 12);

/** A parameter's value as one reads it: `exact, damping 0.01`; what a selection or measurement is called; `none` for null. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  if (typeof value !== 'object') return String(value);
  const {kind, label, ...rest} = value as Readonly<Record<string, unknown>>;
  if (typeof label === 'string') return label;
  const parts = Object.entries(rest).map(([name, inner]) => `${name} ${valueText(inner)}`);
  return [...(kind === undefined ? [] : [String(kind)]), ...parts].join(', ');
}

/** Signs that ASCII has no letter for, spelled out: formulas must not become question marks. */
export function spelled(text: string, {ascii}: Theme): string {
  return ascii ? text.replace(SIGNS, (sign) => SPELLINGS[sign] ?? sign) : text;
}

const SPELLINGS: Readonly<Record<string, string>> = {
  Σ: 'sum',
  '√': 'sqrt ',
  '²': '^2',
  '≤': '<=',
  '≥': '>=',
  '≈': '~',
  '×': 'x',
  '–': '-',
  '—': '-',
  '‖': '||',
  '’': "'",
  '“': '"',
  '”': '"',
  β: 'beta',
  γ: 'gamma',
  δ: 'delta',
  λ: 'lambda',
  θ: 'theta',
  σ: 'sigma',
};
const SIGNS = new RegExp(`[${Object.keys(SPELLINGS).join('')}]`, 'gu');

/** Text in lines of at most `width`, broken between words, and within those that are longer. */
export function wrap(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((paragraph) => wrapParagraph(plain(paragraph).trimEnd(), Math.max(1, width)));
}

/** Wrapped text as lines in one style; those after the first are indented. */
export const wrapped = (text: string, width: number, style: Omit<Span, 'text'> = {}, indent = 0): readonly Line[] =>
  wrap(text, width - indent).map((line, index) => [span(index === 0 ? line : ' '.repeat(indent) + line, style)]);

function wrapParagraph(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if ([...joined].length <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    const characters = [...word];
    while (characters.length > width) lines.push(characters.splice(0, width).join(''));
    line = characters.join('');
  }
  return [...lines, line];
}
