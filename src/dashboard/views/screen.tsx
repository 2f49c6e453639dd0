import {Box} from 'ink';
import type {ReactNode} from 'react';
import type {TableModel} from '../../report/aggregate.ts';
import type {Manifest} from '../../store/manifest.ts';
import type {TaskView} from '../../store/projection.ts';
import type {KeyContext} from '../keymap.ts';
import {lossColumns} from '../lossColumns.ts';
import {cut, dim, type Line, span} from '../parts/line.ts';
import {Lines, Panel} from '../parts/lines.tsx';
import type {Pane} from '../screenState.ts';
import {selectedTask, taskWithCurves} from '../selection.ts';
import type {Theme} from '../theme.ts';
import {curvesView} from './curves.ts';
import {failureView} from './failure.ts';
import {footerView} from './footer.ts';
import {headerView} from './header.ts';
import {helpView} from './help.ts';
import {liveTableView} from './liveTable.ts';
import {listTitle, taskListView} from './taskList.ts';
import type {Size} from './view.ts';
import {weightsView} from './weights.ts';

export interface ScreenProps {
  readonly context: KeyContext;
  readonly manifest: Manifest;
  readonly table: TableModel;
  readonly now: number;
  readonly size: Size;
  readonly theme: Theme;
  /** Seconds until the screen goes by itself; null while it stays. */
  readonly closesIn: number | null;
}

const SMALLEST: Size = {columns: 40, rows: 12};
const HEADER_ROWS = 2;
const FOOTER_ROWS = 1;
/** Columns from which three zones, and two, stand beside or above each other. */
const THREE_ZONES = 120;
const TWO_ZONES = 80;

/** The whole screen: a function of the projection, what the user chose, the size and the time. */
export function Screen(props: ScreenProps): ReactNode {
  const {context, size, theme, now} = props;
  const {columns, rows} = size;
  if (columns < SMALLEST.columns || rows < SMALLEST.rows) {
    return (
      <Lines
        lines={[[span(`Enlarge to ${SMALLEST.columns}x${SMALLEST.rows}; this is ${columns}x${rows}.`)]]}
        theme={theme}
      />
    );
  }
  const {projection, screen} = context;
  const selected = selectedTask(projection, screen);
  const failure = failureView(projection, selected, theme);
  const height = rows - HEADER_ROWS - FOOTER_ROWS - failure.length;
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Lines lines={headerView(projection, now, columns, theme)} theme={theme} />
      <Body {...props} selected={selected} height={height} />
      <Lines lines={[...failure, footerLine(props)].map((line) => cut(line, columns))} theme={theme} />
    </Box>
  );
}

interface BodyProps extends ScreenProps {
  readonly selected: TaskView | null;
  readonly height: number;
}

function Body(props: BodyProps): ReactNode {
  const {context, size, theme, height} = props;
  const width = size.columns;
  if (context.screen.overlay === 'help') {
    return <Panel title="keys" lines={helpView(theme)} width={width} height={height} theme={theme} />;
  }
  if (width >= THREE_ZONES) return <ThreeZones {...props} />;
  const pane = context.screen.pane;
  if (width < TWO_ZONES) return <Zone {...props} pane={pane} width={width} />;
  const lower = Math.min(height - 5, Math.max(Math.floor(height / 2), lengthOfPane(props, pane)));
  return (
    <Box flexDirection="column" height={height}>
      <Zone {...props} pane="tasks" width={width} height={height - lower} />
      <Zone {...props} pane={pane === 'tasks' ? 'curves' : pane} width={width} height={lower} />
    </Box>
  );
}

/** Tasks to the left; curves, table and weights to the right, the table as long as it is. */
function ThreeZones(props: BodyProps): ReactNode {
  const {size, height} = props;
  const left = Math.max(38, Math.floor(size.columns * 0.3));
  const right = size.columns - left - 1;
  const weights = hasWeights(props) ? Math.min(lengthOfPane(props, 'weights'), Math.floor(height / 4)) : 0;
  const table = Math.min(lengthOfPane(props, 'table'), Math.max(4, height - weights - 6));
  return (
    <Box height={height} columnGap={1}>
      <Zone {...props} pane="tasks" width={left} />
      <Box flexDirection="column" width={right}>
        <Zone {...props} pane="curves" width={right} height={height - table - weights} />
        {weights > 0 && <Zone {...props} pane="weights" width={right} height={weights} />}
        <Zone {...props} pane="table" width={right} height={table} />
      </Box>
    </Box>
  );
}

interface ZoneProps extends BodyProps {
  readonly pane: Pane;
  readonly width: number;
}

function Zone(props: ZoneProps): ReactNode {
  const {pane, width, height, theme} = props;
  return (
    <Panel
      title={titleOf(props)}
      lines={linesOf({...props, height: height - 1}, pane)}
      width={width}
      height={height}
      theme={theme}
    />
  );
}

function linesOf(
  {context, manifest, table, now, theme, selected, width, height}: ZoneProps,
  pane: Pane,
): readonly Line[] {
  const {projection} = context;
  const source = taskWithCurves(projection, selected);
  switch (pane) {
    case 'tasks':
      return taskListView(projection, selected, {now, width, height, theme, columns: lossColumns(manifest.suite)});
    case 'curves':
      return curvesView(source, manifest.suite, width, height, theme);
    case 'table':
      return liveTableView(table, width, height);
    case 'weights':
      return weightsView(source, width, theme);
  }
}

function titleOf({pane, context, selected, table}: ZoneProps): string {
  const source = taskWithCurves(context.projection, selected);
  switch (pane) {
    case 'tasks':
      return listTitle(context.projection);
    case 'curves':
      return source?.plan.id ?? 'curves';
    case 'table':
      return table.title;
    case 'weights':
      return 'sample weights';
  }
}

const hasWeights = ({context, selected}: BodyProps): boolean =>
  taskWithCurves(context.projection, selected)?.weights != null;

/** Rows a zone would fill, its title included. */
function lengthOfPane({context, selected, table, size, theme}: BodyProps, pane: Pane): number {
  if (pane === 'table') return table.rows.length + 2;
  if (pane === 'weights')
    return weightsView(taskWithCurves(context.projection, selected), size.columns, theme).length + 1;
  return 0;
}

function footerLine({context, size, closesIn}: ScreenProps): Line {
  if (closesIn === null) return footerView(context, size.columns);
  return [dim(` closes in ${closesIn} s; any key keeps it open`)];
}
