import {render} from 'ink';
import type {Manifest} from '../store/manifest.ts';
import type {ProjectionStore} from '../store/projectionStore.ts';
import {App} from './app.tsx';
import type {Controls} from './controls.ts';
import {type Theme, themeOf} from './theme.ts';

export interface DashboardOptions {
  readonly store: ProjectionStore;
  readonly manifest: Manifest;
  readonly controls: Controls;
  readonly stdout?: NodeJS.WriteStream;
  readonly stdin?: NodeJS.ReadStream;
  readonly stderr?: NodeJS.WriteStream;
  readonly theme?: Theme;
  /** Milliseconds that the screen stays after the run, unless a key was pressed; 3,000 by default, null: until it is left. */
  readonly closeAfterMs?: number | null;
  /** Milliseconds since 1970 as the run has it; Date.now by default. A replay has a clock of its own. */
  readonly clock?: () => number;
}

export interface Dashboard {
  /** Resolves when the screen is gone and the terminal is as it was: the user left, or the run ended. */
  readonly finished: Promise<void>;
  unmount(): void;
}

/** Redraws more often than this cannot be read and cost a core. */
const MAX_FPS = 10;

/** Full screen, on the terminal's alternate buffer. Ctrl-C comes as a key, not as a signal; it goes to `controls`. */
export function renderDashboard({
  store,
  manifest,
  controls,
  stdout = process.stdout,
  stdin = process.stdin,
  stderr = process.stderr,
  theme = themeOf(process.env),
  closeAfterMs = 3_000,
  clock = Date.now,
}: DashboardOptions): Dashboard {
  const instance = render(
    <App
      store={store}
      manifest={manifest}
      controls={controls}
      theme={theme}
      closeAfterMs={closeAfterMs}
      clock={clock}
    />,
    {
      stdout,
      stdin,
      stderr,
      alternateScreen: true,
      incrementalRendering: true,
      maxFps: MAX_FPS,
      exitOnCtrlC: false,
      patchConsole: true,
    },
  );
  return {finished: instance.waitUntilExit().then(() => undefined), unmount: () => instance.unmount()};
}
