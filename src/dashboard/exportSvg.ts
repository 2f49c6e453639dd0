import {type CellDrawing, drawingOf} from './parts/cellDrawings.ts';
import {cellsOf} from './parts/cells.ts';
import {forTerminal, type Line, type Span} from './parts/line.ts';
import type {Colour, Theme} from './theme.ts';

export interface SvgOptions {
  /** Width of the screen; a longer line is cut. */
  readonly columns: number;
  readonly theme: Theme;
  /** Stands in the title bar of the window and is the picture's name for those who cannot see it. */
  readonly title: string;
}

/**
 * A screen as one SVG that needs nothing else: a dark window with a title bar, readable on light and on dark pages. Every character stays in its column
 * whatever font the reader has: text is stretched to its columns, and curves, bars and rules are drawn rather than written.
 */
export function linesToSvg(lines: readonly Line[], {columns, theme, title}: SvgOptions): string {
  const width = round(columns * CELL.width + 2 * PADDING);
  const height = TITLE_HEIGHT + lines.length * CELL.height + 2 * PADDING;
  const name = escapeXml(lineOf(title, theme));
  const rows = lines.map((line, row) => rowOf(forTerminal(line, theme), row, columns));
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="name">`,
    `<title id="name">${name}</title>`,
    `<style>${STYLE}</style>`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="${WINDOW}" stroke="${EDGE}"/>`,
    `<path d="M1 ${TITLE_HEIGHT}V8a7 7 0 0 1 7-7H${width - 8}a7 7 0 0 1 7 7V${TITLE_HEIGHT}z" fill="${TITLE_BAR}"/>`,
    ...['#ff5f57', '#febc2e', '#28c840'].map(
      (fill, index) => `<circle cx="${18 + 20 * index}" cy="${TITLE_HEIGHT / 2}" r="6" fill="${fill}"/>`,
    ),
    `<text x="${width / 2}" y="${TITLE_HEIGHT / 2 + 5}" text-anchor="middle" class="dim">${name}</text>`,
    `<g transform="translate(${PADDING} ${TITLE_HEIGHT + PADDING})">`,
    ...rows.filter((row) => row !== ''),
    '</g>',
    '</svg>',
  ].join('\n')}\n`;
}

/** Pixels of one character at FONT_SIZE; monospaced fonts are close to 0.6 em wide. */
const CELL = {width: 8.4, height: 18} as const;
const FONT_SIZE = 14;
const BASELINE = 13.5;
const PADDING = 12;
const TITLE_HEIGHT = 32;

const WINDOW = '#0d1117';
const TITLE_BAR = '#1c2128';
/** Sets the window off from a page as dark as itself. */
const EDGE = '#444c56';

/** The theme's names, each with a contrast of at least 5 : 1 on the window. */
const COLOURS: Readonly<Record<Colour | 'plain' | 'dim', string>> = {
  plain: '#e6edf3',
  dim: '#8b949e',
  gray: '#8b949e',
  cyan: '#56d4dd',
  green: '#7ee787',
  yellow: '#e3b341',
  magenta: '#d2a8ff',
  red: '#ff7b72',
  blue: '#79c0ff',
};

const STYLE = [
  `text{font:${FONT_SIZE}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;white-space:pre;fill:${COLOURS.plain}}`,
  'path.dots{fill:none;stroke-width:2.4;stroke-linecap:round}',
  'path.rules{fill:none;stroke-width:1.2}',
  `text.inverse,path.inverse{fill:${WINDOW}}path.dots.inverse,path.rules.inverse{stroke:${WINDOW};fill:none}`,
  '.light{opacity:.25}.medium{opacity:.5}.dark{opacity:.75}',
  '.b{font-weight:700}.d{opacity:.65}',
  ...Object.entries(COLOURS).map(([name, value]) => `text.${name},path.${name}{fill:${value}}`),
  ...Object.entries(COLOURS).map(([name, value]) => `path.dots.${name},path.rules.${name}{stroke:${value};fill:none}`),
].join('');

function rowOf(line: Line, row: number, columns: number): string {
  let column = 0;
  const out: string[] = [];
  for (const span of line) {
    if (span.inverse) out.push(ground(span, column, row, columns));
    for (const piece of piecesOf(span.text)) {
      if (column + piece.numCells > columns) return out.join('');
      out.push(pieceOf(piece, span, column, row));
      column += piece.numCells;
    }
  }
  return out.join('');
}

/** What an inverse span stands on. */
function ground(span: Span, column: number, row: number, columns: number): string {
  const numCells = cellsOf(span.text).reduce((sum, cell) => sum + cell.numCells, 0);
  const width = round(Math.min(numCells, columns - column) * CELL.width);
  const colour = span.colour ?? (span.dim ? 'dim' : 'plain');
  return `<rect x="${round(column * CELL.width)}" y="${row * CELL.height}" width="${Math.max(0, width)}" height="${CELL.height}" fill="${COLOURS[colour]}"/>`;
}

/** Neighbouring characters that are set alike: ASCII words as one text, drawn characters as one path, any other character by itself. */
interface Piece {
  readonly kind: 'words' | 'gap' | 'glyph' | CellDrawing['kind'];
  readonly text: string;
  readonly numCells: number;
}

function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const {character, numCells} of cellsOf(text)) {
    const kind = kindOf(character);
    const last = pieces.at(-1);
    if (last?.kind === kind && kind !== 'glyph') {
      pieces[pieces.length - 1] = {kind, text: last.text + character, numCells: last.numCells + numCells};
    } else pieces.push({kind, text: character, numCells});
  }
  return pieces;
}

function kindOf(character: string): Piece['kind'] {
  if (character === ' ' || character === '\u2800') return 'gap';
  if (/^[!-~]$/.test(character)) return 'words';
  return drawingOf(character, CELL)?.kind ?? 'glyph';
}

function pieceOf({kind, text, numCells}: Piece, span: Span, column: number, row: number): string {
  if (kind === 'gap') return '';
  const x = round(column * CELL.width);
  const width = round(numCells * CELL.width);
  if (kind === 'words' || kind === 'glyph') {
    const y = round(row * CELL.height + BASELINE);
    // A character from another font has a width of its own: it stands in the middle of its cells.
    const place =
      kind === 'words'
        ? `x="${x}" textLength="${width}" lengthAdjust="spacingAndGlyphs"`
        : `x="${round(x + width / 2)}" text-anchor="middle"`;
    return `<text ${place} y="${y}"${classOf(span, [])}>${escapeXml(text)}</text>`;
  }
  const paths = [...text].map((character, index) =>
    drawingOf(character, CELL)?.path(round(x + index * CELL.width), row * CELL.height),
  );
  return `<path${classOf(span, [kind])} d="${paths.join('')}"/>`;
}

function classOf({colour, dim = false, bold = false, inverse = false}: Span, more: readonly string[]): string {
  if (inverse) return ` class="${[...more, 'inverse', ...(bold ? ['b'] : [])].join(' ')}"`;
  const isColoured = colour != null;
  const names = [
    ...more,
    ...(isColoured ? [colour] : []),
    ...(dim ? [isColoured ? 'd' : 'dim'] : []),
    ...(bold ? ['b'] : []),
    ...(more.length > 0 && !isColoured && !dim ? ['plain'] : []),
  ];
  return names.length === 0 ? '' : ` class="${names.join(' ')}"`;
}

const lineOf = (text: string, theme: Theme): string =>
  forTerminal([{text}], theme)
    .map((span) => span.text)
    .join('');

/** Text as XML may hold it: no markup, no lone surrogate, neither of the two noncharacters that XML forbids. */
const escapeXml = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[<>&"']/g, (character) => `&#${character.codePointAt(0)};`);

const round = (value: number): number => Math.round(value * 100) / 100;
