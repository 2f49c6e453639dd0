import type {ViewId} from '../screenState.ts';
import {compareEnd, compareView} from './compare.ts';
import {detailEnd, detailView} from './detail.ts';
import {devicesEnd, devicesView} from './devices.ts';
import {influenceEnd, influenceView} from './influence.ts';
import {logView} from './log.ts';
import {runsView} from './runs.ts';
import {sourceEnd, sourceView} from './source.ts';
import {suiteView} from './suite.ts';
import {verdictEnd, verdictGrid, verdictView} from './verdict.ts';
import type {RenderView, Size, ViewContext} from './view.ts';

/** One screen of the dashboard. */
export interface View {
  readonly id: ViewId;
  /** The digit that opens it; null for one that is reached by drilling down. */
  readonly key: string | null;
  readonly title: string;
  readonly render: RenderView;
  /** The last line that its scroll may begin with; absent where it does not scroll. */
  readonly lastScroll?: (context: ViewContext, size: Size) => number;
  /** Rows and columns that its cursor moves over; absent: it has no cursor, and the keys scroll. */
  readonly numRows?: (context: ViewContext) => number;
  readonly numColumns?: (context: ViewContext) => number;
}

/** In the order of their keys. */
export const VIEWS: readonly View[] = [
  {id: 'suite', key: '1', title: 'Suite', render: suiteView},
  {id: 'runs', key: '2', title: 'Runs', render: runsView},
  {id: 'influence', key: '3', title: 'Influence', render: influenceView, lastScroll: influenceEnd},
  {
    id: 'verdict',
    key: '4',
    title: 'Verdict',
    render: verdictView,
    lastScroll: verdictEnd,
    numRows: (context) => verdictGrid(context).rows.length,
    numColumns: (context) => verdictGrid(context).columns.length,
  },
  {id: 'devices', key: '5', title: 'Devices', render: devicesView, lastScroll: devicesEnd},
  {id: 'log', key: '6', title: 'Log', render: logView},
  {id: 'compare', key: '7', title: 'Compare', render: compareView, lastScroll: compareEnd},
  {id: 'detail', key: null, title: 'Task', render: detailView, lastScroll: detailEnd},
  {id: 'source', key: null, title: 'Source', render: sourceView, lastScroll: sourceEnd},
];

export const viewOf = (id: ViewId): View => VIEWS.find((view) => view.id === id) as View;
