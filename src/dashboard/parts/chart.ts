import type {Point} from '../../store/series.ts';

export interface ChartSize {
  /** Characters. */
  readonly width: number;
  readonly height: number;
  readonly ascii: boolean;
  /** Values at the lower and the upper edge. */
  readonly low: number;
  readonly high: number;
}

/** Edges around the finite values, no closer than a tenth of their size: the noise of a curve that stands still must not look like mountains. */
export function edgesOf(points: readonly Point[]): {low: number; high: number} {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const {value} of points) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return {low: 0, high: 1};
  const missing = 0.1 * Math.max(Math.abs(low), Math.abs(high)) - (high - low);
  return missing > 0 ? {low: low - missing / 2, high: high + missing / 2} : {low, high};
}

/** A line chart in characters: 2 × 4 dots in each (braille), or one `*` where only ASCII is to be had. A value that is not finite leaves a gap. */
export function chart(points: readonly Point[], {width, height, ascii, low, high}: ChartSize): string[] {
  const [dotsX, dotsY] = ascii ? [1, 1] : [2, 4];
  const cells = Array.from({length: height}, () => new Uint8Array(width));
  const x = scale(points[0]?.step ?? 0, points.at(-1)?.step ?? 0, width * dotsX - 1);
  const y = scale(-high, -low, height * dotsY - 1);
  let from: readonly [number, number] | null = null;
  for (const {step, value} of points) {
    const to = Number.isFinite(value) ? ([x(step), y(-value)] as const) : null;
    if (to !== null) trace(from ?? to, to, (dotX, dotY) => set(cells, dotX, dotY, dotsX, dotsY));
    from = to;
  }
  return cells.map((row) => [...row].map((bits) => character(bits, ascii)).join(''));
}

/** Value → dot; a constant stands in the middle. */
function scale(first: number, last: number, lastDot: number): (value: number) => number {
  return (value) => Math.round(first === last ? lastDot / 2 : ((value - first) / (last - first)) * lastDot);
}

/** Every dot on the straight way (Bresenham). */
function trace(
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
  dot: (x: number, y: number) => void,
): void {
  const numDots = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0));
  for (let i = 0; i <= numDots; i++) {
    const share = numDots === 0 ? 0 : i / numDots;
    dot(Math.round(x0 + (x1 - x0) * share), Math.round(y0 + (y1 - y0) * share));
  }
}

/** Bits of U+2800 by row and column of the dot. */
const BRAILLE = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];

function set(cells: readonly Uint8Array[], dotX: number, dotY: number, dotsX: number, dotsY: number): void {
  const row = cells[Math.floor(dotY / dotsY)];
  const column = Math.floor(dotX / dotsX);
  if (row !== undefined) row[column] = (row[column] ?? 0) | (BRAILLE[dotY % dotsY]?.[dotX % dotsX] ?? 1);
}

const character = (bits: number, ascii: boolean): string =>
  bits === 0 ? ' ' : ascii ? '*' : String.fromCodePoint(0x2800 + bits);
