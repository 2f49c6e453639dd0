/**
 * One curve of bounded size. Up to CAPACITY points every point is kept; beyond, runs of `stride` points are told by their minimum,
 * maximum and one non-finite value, so that no peak, dip or divergence is lost.
 *
 * Versions of a series share one append-only buffer and each reads its first `length` points: appending costs O(1) and old versions stay valid.
 */
export interface Series {
  readonly label: string;
  readonly buffer: PointBuffer;
  readonly length: number;
  /** Points as measured that a stored group stands for; 1 while nothing was dropped. */
  readonly stride: number;
  readonly pending: Group | null;
  readonly first: Point;
  readonly last: Point;
  readonly numMeasured: number;
}

export interface Point {
  readonly step: number;
  readonly value: number;
}

interface PointBuffer {
  points: Point[];
}

interface Group {
  readonly count: number;
  readonly lowest: Point | null;
  readonly highest: Point | null;
  readonly nonFinite: Point | null;
}

export const CAPACITY = 2_000;

export function startSeries(label: string, point: Point): Series {
  return {
    label,
    buffer: {points: [point]},
    length: 1,
    stride: 1,
    pending: null,
    first: point,
    last: point,
    numMeasured: 1,
  };
}

export function appendPoint(series: Series, point: Point): Series {
  const next = {...series, last: point, numMeasured: series.numMeasured + 1};
  if (series.stride === 1) return store(next, [point]);
  const pending = widen(series.pending, point);
  if (pending.count < series.stride) return {...next, pending};
  return store({...next, pending: null}, pointsOf(pending));
}

/** What to draw, in order of step; holds the group that is still filling. */
export function seriesPoints(series: Series): readonly Point[] {
  const stored = series.buffer.points.slice(0, series.length);
  return series.pending === null ? stored : [...stored, ...pointsOf(series.pending)];
}

function store(series: Series, points: readonly Point[]): Series {
  const compacted = series.length + points.length > CAPACITY ? compact(series) : series;
  // A series that was appended to twice has two futures: the second one takes a copy.
  const shared = compacted.buffer.points.length === compacted.length;
  const buffer = shared ? compacted.buffer : {points: compacted.buffer.points.slice(0, compacted.length)};
  buffer.points.push(...points);
  return {...compacted, buffer, length: buffer.points.length};
}

/** Halves the stored points: of four, the lowest and the highest stay. */
function compact(series: Series): Series {
  const kept: Point[] = [];
  for (let start = 0; start < series.length; start += 4) {
    let group: Group | null = null;
    for (let i = start; i < Math.min(start + 4, series.length); i++)
      group = widen(group, series.buffer.points[i] as Point);
    if (group !== null) kept.push(...pointsOf(group));
  }
  return {...series, buffer: {points: kept}, length: kept.length, stride: series.stride === 1 ? 4 : series.stride * 2};
}

function widen(group: Group | null, point: Point): Group {
  const {count, lowest, highest, nonFinite} = group ?? {count: 0, lowest: null, highest: null, nonFinite: null};
  if (!Number.isFinite(point.value)) return {count: count + 1, lowest, highest, nonFinite: nonFinite ?? point};
  return {
    count: count + 1,
    lowest: lowest === null || point.value < lowest.value ? point : lowest,
    highest: highest === null || point.value >= highest.value ? point : highest,
    nonFinite,
  };
}

function pointsOf({lowest, highest, nonFinite}: Group): Point[] {
  const distinct = new Set([lowest, highest, nonFinite].filter((point) => point !== null));
  return [...distinct].sort((a, b) => a.step - b.step);
}
