import type {Point} from '../../store/series.ts';
import type {Colour, Theme} from '../theme.ts';
import {chart} from './chart.ts';
import {joined} from './layout.ts';
import {type Line, type Span, span} from './line.ts';

/** One curve of several in a chart: told by its letter, and by its colour where there are colours. */
export interface OverlayCurve {
  readonly points: readonly Point[];
  readonly letter: string;
  readonly colour: Colour;
}

export interface OverlayOptions {
  readonly width: number;
  readonly height: number;
  readonly low: number;
  readonly high: number;
  readonly theme: Theme;
}

const COLOURS: readonly Colour[] = ['cyan', 'yellow', 'magenta', 'green', 'blue', 'red'];

export const letterOf = (index: number): string => String.fromCharCode(65 + (index % 26));
export const colourOf = (index: number): Colour => COLOURS[index % COLOURS.length] ?? 'cyan';

/**
 * Several curves over the same steps. In colour each is a fine line with its letter once on it; without, it is drawn in its letter. Where curves lie
 * on each other they take turns, so that none hides another.
 */
export function overlayLines(curves: readonly OverlayCurve[], options: OverlayOptions): readonly Line[] {
  const {width, height, low, high, theme} = options;
  const inLetters = theme.ascii || !theme.colour;
  const steps = curves.flatMap(({points}) => [points[0]?.step ?? [], points.at(-1)?.step ?? []].flat());
  const [first, last] = [Math.min(...steps), Math.max(...steps)];
  const drawn = curves.map(({points}) =>
    chart(stretched(points, first, last), {width, height, low, high, ascii: inLetters}).map((row) => [...row]),
  );
  const letters = drawn.map((rows, index) => (inLetters ? null : letterPlace(rows, index, drawn.length)));
  return Array.from({length: height}, (_, row) =>
    joined(Array.from({length: width}, (_, x) => cell(curves, drawn, {row, x, inLetters, letters}))),
  );
}

/** Empty points at both ends give every curve the same scale of steps. */
function stretched(points: readonly Point[], first: number, last: number): readonly Point[] {
  if (points.length === 0 || (points[0]?.step === first && points.at(-1)?.step === last)) return points;
  return [{step: first, value: Number.NaN}, ...points, {step: last, value: Number.NaN}];
}

interface Place {
  readonly row: number;
  readonly x: number;
  readonly inLetters: boolean;
  /** Where each curve bears its letter. */
  readonly letters: readonly ({readonly row: number; readonly x: number} | null)[];
}

function cell(curves: readonly OverlayCurve[], drawn: readonly string[][][], place: Place): Span {
  const {row, x, inLetters, letters} = place;
  const here = curves.flatMap((curve, index) => {
    const character = drawn[index]?.[row]?.[x] ?? ' ';
    const isLetter = letters[index]?.row === row && letters[index]?.x === x;
    return character === ' ' ? [] : [{curve, character, isLetter}];
  });
  const chosen = here.find(({isLetter}) => isLetter) ?? here[x % Math.max(1, here.length)];
  if (chosen === undefined) return span(' ');
  const {letter, colour} = chosen.curve;
  if (inLetters || chosen.isLetter) return span(letter, {colour, bold: true});
  return span(together(here.map(({character}) => character)), {colour});
}

/** Dots of several braille characters in one. */
const together = (characters: readonly string[]): string =>
  String.fromCodePoint(characters.reduce((bits, character) => bits | (character.codePointAt(0) ?? 0), 0));

/** The columns are spread over the chart, so that letters of curves that lie together do not meet. */
function letterPlace(rows: readonly string[][], index: number, numCurves: number): Place['letters'][number] {
  const width = rows[0]?.length ?? 0;
  const wanted = Math.floor(((index + 1) * width) / (numCurves + 1));
  const rowAt = (x: number): number => rows.findIndex((row) => (row[x] ?? ' ') !== ' ');
  for (let away = 0; away < width; away++) {
    for (const x of [wanted + away, wanted - away]) if (rowAt(x) >= 0) return {row: rowAt(x), x};
  }
  return null;
}
