/**
 * How rows are told apart: by colour and by dashes, so that neither colour blindness nor a black and white printer hides a row. The colours are those
 * of Okabe and Ito (2008), lightened or darkened where the background asks for it; a page sets them as CSS variables, so that a figure follows its
 * scheme without being drawn anew.
 */
export interface RowStyle {
  readonly colour: string;
  readonly dash: readonly number[];
}

export const ROW_COLOURS: readonly {readonly name: string; readonly light: string; readonly dark: string}[] = [
  {name: '--row-1', light: '#0072b2', dark: '#4aa8e8'},
  {name: '--row-2', light: '#d55e00', dark: '#ff8a3d'},
  {name: '--row-3', light: '#009e73', dark: '#2cc79a'},
  {name: '--row-4', light: '#b2548f', dark: '#e79bc8'},
  {name: '--row-5', light: '#c98a00', dark: '#f0b429'},
  {name: '--row-6', light: '#3a9bd1', dark: '#8fd0f5'},
  {name: '--row-7', light: '#8a7d00', dark: '#f0e442'},
  {name: '--row-8', light: '#666666', dark: '#b5b5b5'},
];

const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [9, 3, 2, 3]];

/** Of the row at a place among the unlearned rows. Thirty-two differ. */
export function rowStyle(index: number): RowStyle {
  const {name, light} = ROW_COLOURS[index % ROW_COLOURS.length] as (typeof ROW_COLOURS)[number];
  const turn = Math.floor(index / ROW_COLOURS.length);
  return {colour: `var(${name}, ${light})`, dash: DASHES[(index + turn) % DASHES.length] ?? []};
}

/** Models that stand still: Original, Retrain. */
export const RULE_STYLES: readonly RowStyle[] = [
  {colour: 'var(--ink, #1b1f24)', dash: [3, 3]},
  {colour: 'var(--ink, #1b1f24)', dash: []},
];

export const INK = 'var(--ink, #1b1f24)';
export const QUIET = 'var(--quiet, #59636e)';
export const HAIR = 'var(--hair, #d8dee4)';
export const STRONG = 'var(--row-1, #0072b2)';
export const WARM = 'var(--row-2, #d55e00)';
export const FAINT = 'var(--faint, #c4ccd4)';
