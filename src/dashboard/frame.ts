import type {ConnectionState} from './connection.ts';
import type {KeyContext} from './keymap.ts';
import {cut, type Line, span} from './parts/line.ts';
import {footerView} from './views/footer.ts';
import {headerView} from './views/header.ts';
import {helpView} from './views/help.ts';
import {viewOf} from './views/index.ts';
import type {Size} from './views/view.ts';

const SMALLEST: Size = {columns: 40, rows: 12};
const HEADER_ROWS = 2;
const FOOTER_ROWS = 1;

export interface FrameFacts {
  readonly connection: ConnectionState | null;
  /** Seconds until the screen goes by itself; null while it stays. */
  readonly closesIn: number | null;
}

/** Room of a view on a screen of that size. */
export const bodyOf = ({columns, rows}: Size): Size => ({columns, rows: Math.max(1, rows - HEADER_ROWS - FOOTER_ROWS)});

/** The whole screen: a function of what the keys may look at, and the size. Exactly `rows` lines, none of them too long. */
export function frameOf(context: KeyContext, size: Size, {connection, closesIn}: FrameFacts): readonly Line[] {
  const {columns, rows} = size;
  if (columns < SMALLEST.columns || rows < SMALLEST.rows) {
    const text = `Enlarge to ${SMALLEST.columns}x${SMALLEST.rows} (now ${columns}x${rows})`;
    return fill([[span(text)]], size);
  }
  const body = bodyOf(size);
  const {screen} = context.view;
  const lines =
    screen.overlay === 'help' ? helpView(context.view, body) : viewOf(screen.view).render(context.view, body);
  return [
    ...fill(headerView(context.view, connection, columns), {columns, rows: HEADER_ROWS}),
    ...fill(lines, body),
    ...fill([footerView(context, columns, closesIn)], {columns, rows: FOOTER_ROWS}),
  ];
}

const fill = (lines: readonly Line[], {columns, rows}: Size): readonly Line[] =>
  Array.from({length: rows}, (_, row) => cut(lines[row] ?? [], columns));
