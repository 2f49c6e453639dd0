import {tableOfProjection} from '../report/aggregate.ts';
import {toText} from '../report/formats/text.ts';
import {ascii, plain} from '../report/plain.ts';
import type {Manifest} from '../store/manifest.ts';
import type {Projection} from '../store/projection.ts';
import {clock} from './parts/durations.ts';
import {CUT_OFF, RUN_LOOKS} from './theme.ts';

export interface SummaryOptions {
  /** Where the run lies, as the user would type it. */
  readonly runPath: string;
  readonly width?: number;
  readonly ascii?: boolean;
  /** Nobody works on it, and nobody has ended it. */
  readonly isCutOff?: boolean;
}

const MAX_FAILURES = 3;

/** What stays on the main screen when the dashboard is gone: the table, and in a few lines how the run ended and what to do next. */
export function summary(projection: Projection, manifest: Manifest, options: SummaryOptions): string {
  const {runPath, width = 100, ascii: onlyAscii = false, isCutOff = false} = options;
  const table = toText(tableOfProjection(manifest, projection), {width, ascii: onlyAscii, footer: false});
  const clean = onlyAscii ? ascii : plain;
  const closing = closingLines(projection, manifest, runPath, isCutOff).map(clean);
  return `\n${table}\n${closing.join('\n')}\n`;
}

function closingLines(
  {run, counts, tasks}: Projection,
  {command}: Manifest,
  runPath: string,
  isCutOff: boolean,
): string[] {
  const failed = tasks.filter(({state}) => state === 'failed');
  const parts = [
    `${counts.finished + counts.found} of ${tasks.length} tasks done`,
    ...(counts.found > 0 ? [`${counts.found} of them found`] : []),
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
    ...(counts.blocked > 0 ? [`${counts.blocked} blocked`] : []),
    ...(counts.cancelled > 0 ? [`${counts.cancelled} cancelled`] : []),
  ];
  const unfinished = counts.finished + counts.found < tasks.length;
  return [
    `${isCutOff ? CUT_OFF.word : RUN_LOOKS[run?.state ?? 'starting'].word}: ${parts.join(', ')}${run?.seconds == null ? '' : `, in ${clock(run.seconds)}`}.`,
    ...failed
      .slice(0, MAX_FAILURES)
      .map(({plan, failure}) =>
        `  ${plan.id}: ${failure?.code ?? 'unknown'}: ${failure?.message ?? ''} ${failure?.hint ?? ''}`.trimEnd(),
      ),
    ...(failed.length > MAX_FAILURES ? [`  and ${failed.length - MAX_FAILURES} more`] : []),
    `Run:    ${runPath}`,
    `Table:  imu table ${runPath}   (also --format markdown, latex, csv, json)`,
    `Report: imu report ${runPath}`,
    ...(unfinished ? [`Go on:  ${command}   (finished tasks are not repeated)`] : []),
  ];
}
