import type {ViewId} from '../screenState.ts';
import {compareView} from './compare.ts';
import {detailView} from './detail.ts';
import {devicesView} from './devices.ts';
import {influenceView} from './influence.ts';
import {logView} from './log.ts';
import {runsView} from './runs.ts';
import {sourceView} from './source.ts';
import {suiteView} from './suite.ts';
import {verdictView} from './verdict.ts';
import type {RenderView, ViewContext} from './view.ts';

/** One screen of the dashboard. */
export interface View {
  readonly id: ViewId;
  /** The digit that opens it; null for one that is reached by drilling down. */
  readonly key: string | null;
  readonly title: string;
  readonly render: RenderView;
  /** Rows and columns that its cursor moves over; absent: it has no cursor, and the keys scroll. */
  readonly numRows?: (context: ViewContext) => number;
  readonly numColumns?: (context: ViewContext) => number;
}

/** In the order of their keys. */
export const VIEWS: readonly View[] = [
  {id: 'suite', key: '1', title: 'Suite', render: suiteView},
  {id: 'runs', key: '2', title: 'Runs', render: runsView},
  {id: 'influence', key: '3', title: 'Influence', render: influenceView},
  {
    id: 'verdict',
    key: '4',
    title: 'Verdict',
    render: verdictView,
    numRows: ({verdict}) => verdict.rows.length,
    numColumns: ({table}) => table.columns.length,
  },
  {id: 'devices', key: '5', title: 'Devices', render: devicesView},
  {id: 'log', key: '6', title: 'Log', render: logView},
  {id: 'compare', key: '7', title: 'Compare', render: compareView},
  {id: 'detail', key: null, title: 'Task', render: detailView},
  {id: 'source', key: null, title: 'Source', render: sourceView},
];

export const viewOf = (id: ViewId): View => VIEWS.find((view) => view.id === id) as View;
