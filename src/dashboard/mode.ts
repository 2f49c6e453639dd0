/** How a run is shown. */
export type OutputMode = 'screen' | 'lines' | 'json';

export interface Output {
  readonly mode: OutputMode;
  /** Colours in lines; the screen has a theme of its own. */
  readonly colour: boolean;
}

export interface OutputFacts {
  readonly stdoutTty: boolean;
  readonly stdinTty: boolean;
  /** `--json`. */
  readonly json: boolean;
  /** `--no-tui`. */
  readonly noTui: boolean;
  /** CI, TERM, NO_COLOR, IMU_TUI, INK_SCREEN_READER are looked at. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Full screen only where somebody sits: stdout and stdin are terminals and CI is not set. `--json` goes before everything. A screen reader and
 * a dumb terminal get lines, which stay where they are once written.
 */
export function outputOf({stdoutTty, stdinTty, json, noTui, env}: OutputFacts): Output {
  const dumb = env.TERM === 'dumb';
  const colour = stdoutTty && !dumb && !env.NO_COLOR;
  if (json) return {mode: 'json', colour: false};
  const refused = noTui || env.IMU_TUI === '0' || isSet(env.CI) || dumb || env.INK_SCREEN_READER === 'true';
  return {mode: stdoutTty && stdinTty && !refused ? 'screen' : 'lines', colour};
}

const isSet = (value: string | undefined): boolean => value !== undefined && !['', '0', 'false'].includes(value);
