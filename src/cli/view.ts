import {toText} from '../report/index.ts';
import type {JournalEntry, Manifest} from '../store/index.ts';
import type {Projection} from '../store/projection.ts';
import {type ProjectionStore, projectionStore} from '../store/projectionStore.ts';
import type {Interruption} from './interruption.ts';
import type {Tables} from './tables.ts';

/** How a run is looked at: full screen, lines or JSON, as the terminal and the options have it. */
export interface View {
  show(entry: JournalEntry): void;
  /** What was shown so far. */
  projection(): Projection;
  /** The run is over: resolves when the screen is as it was before. */
  close(): Promise<void>;
  /** What stays on the screen afterwards. */
  summary(runPath: string, tables: Tables): string;
}

type Dashboard = typeof import('../dashboard/index.ts');

export async function openView(
  manifest: Manifest,
  options: {readonly json: boolean; readonly tui: boolean},
  interruption: Interruption,
): Promise<View> {
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
  const summary: View['summary'] = (runPath, tables) => summarise(dashboard, projections, manifest, runPath, tables);
  if (mode === 'screen') return {...openScreen(dashboard, projections, manifest, interruption), projection: projections.get, summary};

  const write = (text: string): void => void stdout.write(text);
  const report = mode === 'json' ? dashboard.jsonLines(write) : dashboard.lineReporter({write, colour});
  return {
    show(entry) {
      const record = toRecord(entry);
      projections.push(record);
      report(record);
    },
    projection: projections.get,
    close: async () => projections.close(),
    summary,
  };
}

function openScreen(
  dashboard: Dashboard,
  projections: ProjectionStore,
  manifest: Manifest,
  interruption: Interruption,
): Omit<View, 'summary' | 'projection'> {
  const controls = {...dashboard.READ_ONLY, cancelAll: interruption.interrupt, forceExit: interruption.insist};
  const screen = dashboard.renderDashboard({store: projections, manifest, controls});
  return {
    show: (entry) => projections.push(toRecord(entry)),
    close: async () => {
      projections.close();
      // A run that never ended, because something threw, has nothing left to look at.
      const {run} = projections.get();
      if (run === null || run.state === 'running') screen.unmount();
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
