export type {Connection, ConnectionState} from './connection.ts';
export {type Controls, READ_ONLY} from './controls.ts';
export {jsonLines} from './jsonLines.ts';
export {type LineOptions, lineReporter} from './lines.ts';
export {type Output, type OutputFacts, type OutputMode, outputOf} from './mode.ts';
export {type Dashboard, type DashboardOptions, renderDashboard} from './renderDashboard.ts';
export {type SummaryOptions, summary} from './summary.ts';
export {type Theme, themeOf} from './theme.ts';
