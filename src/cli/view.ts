import {join} from 'node:path';
import type {Controls} from '../dashboard/index.ts';
import {evidenceOf, toText} from '../report/index.ts';
import type {Controls as ScheduleControls} from '../schedule/index.ts';
import type {JournalEntry, Manifest, Store} from '../store/index.ts';
import type {Projection} from '../store/projection.ts';
import {type ProjectionStore, projectionStore} from '../store/projectionStore.ts';
import type {Interruption} from './interruption.ts';
import type {Tables} from './tables.ts';

/** How a run is looked at: full screen, lines or JSON, as the terminal and the options have it. */
export interface View {
  show(entry: JournalEntry): void;
  /** What was shown so far. */
  projection(): Projection;
  /** What the scheduler lets a person do, from when it can do it. */
  attach(controls: ScheduleControls): void;
  /** The run is over: resolves with true when somebody wants what failed to be run again, else when the view may be closed. */
  wantsRerun(): Promise<boolean>;
  /** Resolves when the screen is as it was before. */
  close(): Promise<void>;
  /** What stays on the screen afterwards. */
  summary(runPath: string, tables: Tables): string;
}

type Dashboard = typeof import('../dashboard/index.ts');

export interface ViewOptions {
  readonly manifest: Manifest;
  readonly store: Store;
  readonly json: boolean;
  readonly tui: boolean;
  readonly interruption: Interruption;
}

export async function openView(options: ViewOptions): Promise<View> {
  const dashboard = await import('../dashboard/index.ts');
  const {stdout, stdin, env} = process;
  const facts = {
    stdoutTty: stdout.isTTY ?? false,
    stdinTty: stdin.isTTY ?? false,
    json: options.json,
    noTui: !options.tui,
    env,
  };
  const {mode, colour} = dashboard.outputOf(facts);
  const projections = projectionStore();
  const summary: View['summary'] = (runPath, tables) =>
    summarise(dashboard, projections, options.manifest, runPath, tables);
  if (mode === 'screen') return {...openScreen(dashboard, projections, options), projection: projections.get, summary};

  const write = (text: string): void => void stdout.write(text);
  const report = mode === 'json' ? dashboard.jsonLines(write) : dashboard.lineReporter({write, colour});
  return {
    show(entry) {
      const record = toRecord(entry);
      projections.push(record);
      report(record);
    },
    attach: () => {},
    wantsRerun: async () => false,
    projection: projections.get,
    close: async () => projections.close(),
    summary,
  };
}

function openScreen(
  dashboard: Dashboard,
  projections: ProjectionStore,
  {manifest, store, interruption}: ViewOptions,
): Omit<View, 'summary' | 'projection'> {
  let scheduler: ScheduleControls | null = null;
  let rerun = Promise.withResolvers<true>();
  const isOver = (): boolean => projections.get().run?.seconds != null;
  const controls: Controls = {
    isReadOnly: false,
    pause: () => scheduler?.pause(),
    resume: () => scheduler?.resume(),
    cancelTask: (key) => scheduler?.cancelTask(key) ?? false,
    // A run that has ended is taken up again as a new session of it.
    rerun: (keys) => (isOver() ? rerun.resolve(true) : void scheduler?.rerun(keys)),
    // Not by way of the signal, which stays aborted: a run that was stopped can be taken up again.
    cancelAll: () => (scheduler === null ? interruption.interrupt() : scheduler.cancelAll()),
    forceExit: interruption.insist,
  };
  const screen = dashboard.renderDashboard({
    store: projections,
    manifest,
    controls,
    evidence: evidenceOf(store),
    runDirectory: join(store.root, manifest.runId),
  });
  return {
    show: (entry) => projections.push(toRecord(entry)),
    attach: (next) => {
      scheduler = next;
    },
    wantsRerun: async () => {
      // Whoever sent a signal is not in front of the screen.
      if (interruption.stop.aborted) screen.unmount();
      const wanted = await Promise.race([rerun.promise, screen.finished.then(() => false)]);
      rerun = Promise.withResolvers<true>();
      scheduler = null;
      return wanted;
    },
    close: async () => {
      projections.close();
      // A run that never ended, because something threw, has nothing left to look at.
      if (!isOver()) screen.unmount();
      await screen.finished;
    },
  };
}

function summarise(
  {summary}: Dashboard,
  projections: ProjectionStore,
  manifest: Manifest,
  runPath: string,
  {nearest, weights}: Tables,
): string {
  const width = process.stdout.isTTY ? process.stdout.columns : 100;
  const further = [weights, nearest].flatMap((table) =>
    table === null ? [] : [`\n${toText(table, {width, footer: false})}`],
  );
  return `${further.join('')}${summary(projections.get(), manifest, {runPath, width})}`;
}

const toRecord = ({seq, at, event}: JournalEntry) => ({seq, at: Date.parse(at), event});
