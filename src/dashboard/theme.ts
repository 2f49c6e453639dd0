import type {RunState, TaskState} from '../store/projection.ts';

/** What a terminal can show. Colour never stands alone: every state has a glyph and a word. */
export interface Theme {
  readonly ascii: boolean;
  readonly colour: boolean;
}

/** Names of the sixteen colours that every terminal themes for itself. */
export type Colour = 'cyan' | 'green' | 'yellow' | 'magenta' | 'red' | 'blue' | 'gray';

export interface Look {
  readonly glyph: string;
  readonly ascii: string;
  readonly word: string;
  readonly colour: Colour | null;
}

export const TASK_LOOKS: Readonly<Record<TaskState, Look>> = {
  waiting: {glyph: '·', ascii: '.', word: 'wait', colour: 'gray'},
  running: {glyph: '●', ascii: '*', word: 'run', colour: 'cyan'},
  found: {glyph: '◆', ascii: '=', word: 'found', colour: 'blue'},
  finished: {glyph: '✓', ascii: '+', word: 'done', colour: 'blue'},
  failed: {glyph: '✗', ascii: 'x', word: 'FAIL', colour: 'yellow'},
  blocked: {glyph: '⊘', ascii: '#', word: 'block', colour: 'yellow'},
  cancelled: {glyph: '◌', ascii: 'o', word: 'stop', colour: 'magenta'},
};

export const RUN_LOOKS: Readonly<Record<RunState | 'starting', Look>> = {
  starting: {glyph: '·', ascii: '.', word: 'starting', colour: 'gray'},
  running: {glyph: '●', ascii: '*', word: 'live', colour: 'cyan'},
  done: {glyph: '✓', ascii: '+', word: 'done', colour: 'blue'},
  failed: {glyph: '✗', ascii: 'x', word: 'FAILED', colour: 'yellow'},
  partlyFailed: {glyph: '✗', ascii: 'x', word: 'partly failed', colour: 'yellow'},
  interrupted: {glyph: '◌', ascii: 'o', word: 'interrupted', colour: 'magenta'},
};

/** A run that nobody has ended, and nobody is known to work on. */
export const CUT_OFF: Look = {glyph: '◌', ascii: 'o', word: 'cut off', colour: 'yellow'};

export const glyphOf = (look: Look, theme: Theme): string => (theme.ascii ? look.ascii : look.glyph);

/** NO_COLOR (any value but the empty one) takes colour away; a dumb terminal or a locale without UTF-8 takes the glyphs. */
export function themeOf(env: Readonly<Record<string, string | undefined>>, ascii = false): Theme {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || 'UTF-8';
  const dumb = env.TERM === 'dumb';
  const plainLocale = locale === 'C' || locale === 'POSIX';
  return {ascii: ascii || dumb || plainLocale, colour: !dumb && !env.NO_COLOR};
}
