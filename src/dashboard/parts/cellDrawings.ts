/** How a character that has to join its neighbours is drawn rather than written: fonts leave gaps between lines, and many have no braille. */
export interface CellDrawing {
  /** `dots` and `rules` are stroked, the others are filled: wholly, or as thinly as their name says. */
  readonly kind: 'dots' | 'rules' | 'blocks' | 'light' | 'medium' | 'dark';
  /** SVG path data for a cell whose upper left corner is (x, y). */
  readonly path: (x: number, y: number) => string;
}

interface CellSize {
  readonly width: number;
  readonly height: number;
}

/** null for what is written as text. */
export function drawingOf(character: string, size: CellSize): CellDrawing | null {
  const code = character.codePointAt(0) ?? 0;
  if (code > 0x2800 && code <= 0x28ff) return {kind: 'dots', path: (x, y) => dots(code - 0x2800, x, y, size)};
  if (character in ARMS) return {kind: 'rules', path: (x, y) => rules(ARMS[character] ?? '', x, y, size)};
  const shade = SHADES[character];
  if (shade !== undefined) return {kind: shade, path: (x, y) => block(SHADED, x, y, size)};
  const part = partOf(code);
  return part === null ? null : {kind: 'blocks', path: (x, y) => block(part, x, y, size)};
}

/** Column and row of each bit of a braille character: Unicode numbers the lowest row last. */
const BRAILLE_PLACES = [
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 0],
  [1, 1],
  [1, 2],
  [0, 3],
  [1, 3],
] as const;

/** A line of no length with round ends is a dot. */
function dots(bits: number, x: number, y: number, {width, height}: CellSize): string {
  return BRAILLE_PLACES.filter((_, bit) => (bits >> bit) & 1)
    .map(([column, row]) => `M${round(x + ((column + 0.5) * width) / 2)} ${round(y + ((row + 0.5) * height) / 4)}h0`)
    .join('');
}

/** Sides that a rule reaches: left, right, up, down. */
const ARMS: Readonly<Record<string, string>> = {
  '─': 'lr',
  '━': 'lr',
  '│': 'ud',
  '┌': 'rd',
  '╭': 'rd',
  '┐': 'ld',
  '╮': 'ld',
  '└': 'ru',
  '╰': 'ru',
  '┘': 'lu',
  '╯': 'lu',
  '├': 'rud',
  '┤': 'lud',
  '┬': 'lrd',
  '┴': 'lru',
  '┼': 'lrud',
};

function rules(arms: string, x: number, y: number, {width, height}: CellSize): string {
  const middle = `M${round(x + width / 2)} ${round(y + height / 2)}`;
  const ends: Readonly<Record<string, string>> = {
    l: `H${x}`,
    r: `H${round(x + width)}`,
    u: `V${y}`,
    d: `V${y + height}`,
  };
  if (arms === 'lr') return `M${x} ${round(y + height / 2)}h${width}`;
  if (arms === 'ud') return `M${round(x + width / 2)} ${y}v${height}`;
  return [...arms].map((arm) => `${middle}${ends[arm]}`).join('');
}

/** What a block character fills, in shares of its cell from the upper left corner. */
interface Part {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const WHOLE: Part = {left: 0, top: 0, right: 1, bottom: 1};
/** Bars of neighbouring lines stay apart. */
const SHADED: Part = {...WHOLE, top: 0.15, bottom: 0.9};
const SHADES: Readonly<Record<string, 'light' | 'medium' | 'dark'>> = {'░': 'light', '▒': 'medium', '▓': 'dark'};

/** ▁…█ grow from below by eighths, ▉…▏ shrink to the left, ▀ and ▐ are halves. */
function partOf(code: number): Part | null {
  if (code === 0x2580) return {...WHOLE, bottom: 0.5};
  if (code >= 0x2581 && code <= 0x2588) return {...WHOLE, top: 1 - (code - 0x2580) / 8};
  if (code >= 0x2589 && code <= 0x258f) return {...WHOLE, right: 1 - (code - 0x2588) / 8};
  return code === 0x2590 ? {...WHOLE, left: 0.5} : null;
}

function block({left, top, right, bottom}: Part, x: number, y: number, {width, height}: CellSize): string {
  const across = round((right - left) * width);
  return `M${round(x + left * width)} ${round(y + top * height)}h${across}v${round((bottom - top) * height)}h${-across}z`;
}

const round = (value: number): number => Math.round(value * 100) / 100;
