import type {Instance} from 'ink';
import {type Evidence, NO_EVIDENCE} from '../report/evidence.ts';
import type {Manifest} from '../store/manifest.ts';
import type {ProjectionStore} from '../store/projectionStore.ts';
import type {StoredObject} from '../store/result.ts';
import type {Connection} from './connection.ts';
import type {Controls} from './controls.ts';
import {holdBack} from './holdBack.ts';
import {takeScreen} from './ownScreen.ts';
import {openSession} from './session.ts';
import {type Theme, themeOf} from './theme.ts';

export interface DashboardOptions {
  readonly store: ProjectionStore;
  readonly manifest: Manifest;
  /** A function is asked at every key: the controls of a run may come later than its first frame. */
  readonly controls: Controls | (() => Controls);
  readonly stdout?: NodeJS.WriteStream;
  readonly stdin?: NodeJS.ReadStream;
  readonly stderr?: NodeJS.WriteStream;
  readonly theme?: Theme;
  /** Milliseconds that the screen stays after the run, unless a key was pressed; 3,000 by default, null: until it is left. */
  readonly closeAfterMs?: number | null;
  /** Milliseconds since 1970 as the run has it; Date.now by default. A replay has a clock of its own. */
  readonly clock?: () => number;
  /** Results on the disk; none by default. */
  readonly evidence?: Evidence;
  /** Of a viewer with its run; null, the default, where there is nothing between them. */
  readonly connection?: Connection | null;
  /** What is to be told at the head of the log, such as damage to the journal; nothing by default. */
  readonly notices?: readonly string[];
  /** Where `w` writes; the working directory by default. */
  readonly exportFolder?: string;
  /** What `o` copies the path of; null by default, and there is nothing to copy then. */
  readonly runDirectory?: string | null;
  /** Where an object of the store lies; null, the default, where there is no store. */
  readonly objectPath?: ((object: StoredObject) => string) | null;
}

export interface Dashboard {
  /** Resolves when the screen is gone and the terminal is as it was: the user left, or the run ended. */
  readonly finished: Promise<void>;
  unmount(): void;
}

/** Full screen, on the terminal's alternate buffer. The first frame is there when this returns, keys as soon as Ink is loaded; Ctrl-C is one of them. */
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
  evidence = NO_EVIDENCE,
  connection = null,
  notices = [],
  exportFolder = process.cwd(),
  runDirectory = null,
  objectPath = null,
}: DashboardOptions): Dashboard {
  const session = openSession({
    store,
    manifest,
    controls: typeof controls === 'function' ? controls : () => controls,
    theme,
    closeAfterMs,
    clock,
    evidence,
    connection,
    notices,
    exportFolder,
    runDirectory,
    objectPath,
  });
  const release = stderr.isTTY ? holdBack(stderr) : () => {};
  const own = takeScreen(stdout, stdin);
  let ink: Instance | null = null;
  let hasLeft = false;
  const leave = (): void => {
    if (ink !== null) ink.unmount();
    else if (!hasLeft) own.giveBack();
    hasLeft = true;
  };
  // Ink would leave the alternate screen after every other listener, and last words written before are gone with it.
  process.prependListener('exit', leave);
  session.start((text) => void stdout.write(text), leave);
  session.resize({columns: stdout.columns, rows: stdout.rows});

  const run = async (): Promise<void> => {
    try {
      const {mount} = await import('./mount.tsx');
      if (hasLeft) return;
      ink = mount(session, {stdout, stdin, stderr});
      await ink.waitUntilExit();
    } finally {
      leave();
      session.stop();
      process.off('exit', leave);
      release();
    }
  };
  return {finished: run(), unmount: leave};
}
