import type {Evidence} from '../report/evidence.ts';
import type {Manifest} from '../store/manifest.ts';
import type {LogEntry, Projection} from '../store/projection.ts';
import type {ProjectionStore} from '../store/projectionStore.ts';
import type {StoredObject} from '../store/result.ts';
import type {Connection} from './connection.ts';
import type {Controls} from './controls.ts';
import {exportFrame} from './exportFrame.ts';
import {bodyOf, frameOf} from './frame.ts';
import {dispatch, type KeyContext} from './keymap.ts';
import {liveTable} from './liveTable.ts';
import {painter} from './painter.ts';
import type {Line} from './parts/line.ts';
import {redrawBudget} from './redrawBudget.ts';
import {initialScreen, type ScreenState} from './screenState.ts';
import type {Theme} from './theme.ts';
import {helpEnd} from './views/help.ts';
import type {Size, ViewContext} from './views/view.ts';

export interface SessionOptions {
  readonly store: ProjectionStore;
  readonly manifest: Manifest;
  /** Asked for at every use: those of a run may come later than its first frame. */
  readonly controls: () => Controls;
  readonly theme: Theme;
  readonly closeAfterMs: number | null;
  readonly clock: () => number;
  readonly evidence: Evidence;
  readonly connection: Connection | null;
  readonly notices: readonly string[];
  readonly exportFolder: string;
  readonly runDirectory: string | null;
  readonly objectPath: ((object: StoredObject) => string) | null;
}

/** Somebody in front of a screen: what they chose to see, and when it is drawn. */
export interface Session {
  /** Draws at every change from now on, and no longer where it drew before; `leave` is called when the screen is to go. */
  start(write: (text: string) => void, leave: () => void): void;
  /** Draws at once. The first frame waits for it. */
  resize(size: Size): void;
  /** Keys that came together. */
  press(names: readonly string[]): void;
  stop(): void;
  /** What is on the screen, for tests and files. */
  frame(size: Size): readonly Line[];
  state(): ScreenState;
}

/** Before the terminal has told its own. */
const UNKNOWN_SIZE: Size = {columns: 80, rows: 24};
/** Clocks go on when nothing else happens. */
const IDLE_REDRAW_MS = 1_000;

export function openSession(options: SessionOptions): Session {
  const {store, manifest, theme, clock, evidence, connection} = options;
  const live = liveTable(manifest);
  const budget = redrawBudget();
  let screen = initialScreen;
  let size: Size | null = null;
  let write: ((text: string) => void) | null = null;
  let leave: () => void = () => {};
  let brush = painter(() => {});
  let timer: NodeJS.Timeout | null = null;
  let dueAt = Number.POSITIVE_INFINITY;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let closesAt: number | null = null;
  let unsubscribe: readonly (() => void)[] = [];

  const withNotices = noticed(options.notices);

  const viewContext = (now: number): ViewContext => {
    const projection = withNotices(store.get());
    return {
      manifest,
      projection,
      // Most views need neither, and a table of many rows is not made for nothing.
      get table() {
        return live.table(projection);
      },
      get verdict() {
        return live.verdict(projection);
      },
      evidence,
      screen,
      now,
      theme,
    };
  };

  const keyContext = (at: Size): KeyContext => {
    const view = viewContext(clock());
    const body = bodyOf(at);
    return {
      view,
      body,
      get helpEnd() {
        return helpEnd(view, body);
      },
      controls: options.controls(),
      runDirectory: options.runDirectory,
      objectPath: options.objectPath,
      change: (part) => {
        screen = {...screen, ...part};
      },
      leave: () => leave(),
      copy: (text) => write?.(`\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`),
      exportAs: (format) =>
        exportFrame(frame(at).slice(0, -1), {
          folder: options.exportFolder,
          name: `${manifest.runId}-${screen.view}`,
          format,
          columns: at.columns,
          theme,
          title: manifest.plan.title,
        }),
      repaint: () => brush.forget(),
    };
  };

  const frame = (at: Size): readonly Line[] =>
    frameOf(keyContext(at), at, {
      connection: connection?.get() ?? null,
      closesIn: closesAt === null ? null : Math.max(0, Math.ceil((closesAt - Date.now()) / 1_000)),
    });

  const stop = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    dueAt = Number.POSITIVE_INFINITY;
    write = null;
    for (const end of unsubscribe) end();
    unsubscribe = [];
  };

  const draw = (): void => {
    const shown = size;
    if (write === null || shown === null) return;
    drawnAt = performance.now();
    budget.spend(() => brush.paint(frame(shown), shown, theme));
    dueAt = Number.POSITIVE_INFINITY;
    drawBy(drawnAt + IDLE_REDRAW_MS);
  };

  const drawBy = (due: number): void => {
    if (due >= dueAt) return;
    if (timer !== null) clearTimeout(timer);
    dueAt = due;
    timer = setTimeout(drawOrLeave, Math.max(0, due - performance.now()));
  };

  const drawOrLeave = (): void => {
    noteEnd();
    if (closesAt !== null && Date.now() >= closesAt) leave();
    else draw();
  };

  /** A run that ends takes the screen away from nobody who reads; who stopped it wants out. */
  const noteEnd = (): void => {
    const isOver = store.get().run?.seconds != null;
    const wantsOut = screen.numCancels > 0;
    const afterMs = wantsOut ? 0 : screen.touched ? null : options.closeAfterMs;
    if (!isOver || afterMs === null) closesAt = null;
    else closesAt ??= Date.now() + afterMs;
  };

  const changed = (): void => {
    noteEnd();
    drawBy(Math.max(performance.now(), drawnAt + budget.intervalMs()));
  };

  return {
    start(output, onLeave) {
      stop();
      write = output;
      leave = onLeave;
      brush = painter(output);
      unsubscribe = [store.subscribe(changed), ...(connection === null ? [] : [connection.subscribe(changed)])];
    },
    resize(next) {
      size = next;
      brush.forget();
      noteEnd();
      draw();
    },
    press(names) {
      for (const name of names) {
        const {question} = screen;
        dispatch(name, keyContext(size ?? UNKNOWN_SIZE));
        // What was pasted, or pressed before the question could be read, is no answer to it.
        if (question === null && screen.question !== null) break;
      }
      noteEnd();
      draw();
    },
    stop,
    frame,
    state: () => screen,
  };
}

/** The projection with lines of our own at the head of its log; the same one as long as nothing changed. */
function noticed(notices: readonly string[]): (projection: Projection) => Projection {
  let entries: readonly LogEntry[] = [];
  let last: {readonly from: Projection; readonly made: Projection} | null = null;
  return (from) => {
    if (notices.length === 0) return from;
    // Made once: the cursor of the log stands on an entry, not on its text.
    if (entries.length === 0) entries = notices.map((message) => noticeAt(from, message));
    if (last?.from !== from) last = {from, made: {...from, log: [...entries, ...from.log]}};
    return last.made;
  };
}

const noticeAt = ({run, at}: Projection, message: string): LogEntry => ({
  at: run?.startedAt ?? at,
  source: 'journal',
  key: null,
  level: 'warning',
  message,
});
