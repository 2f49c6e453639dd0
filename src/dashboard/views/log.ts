import type {LogEntry} from '../../store/projection.ts';
import {cursorOf, hasText, LOG_LEVELS, mergedLog, shownEntries} from '../logEntries.ts';
import {cut, dim, fitEnd, fitMiddle, type Line, type Span, span} from '../parts/line.ts';
import {wrap} from '../parts/text.ts';
import type {Colour} from '../theme.ts';
import type {RenderView, ViewContext} from './view.ts';

const LOOKS: Readonly<Record<LogEntry['level'], {readonly word: string; readonly colour: Colour | null}>> = {
  debug: {word: 'debug', colour: 'gray'},
  info: {word: 'info', colour: null},
  warning: {word: 'warn', colour: 'yellow'},
  error: {word: 'ERROR', colour: 'red'},
};
/** A level between spaces. */
const LEVEL_WIDTH = 7;
/** Narrower than this, the seconds go: a message says little without its source. */
const WITH_SECONDS = 70;

/** What everybody said, in one stream. The selected line is shown whole, all others on one line each. */
export const logView: RenderView = (context, {columns: width, rows}) => {
  const {projection, screen} = context;
  const entries = shownEntries(projection, screen);
  const at = cursorOf(entries, screen);
  const room = Math.max(1, rows - 1);
  if (entries.length === 0) return [titleLine(context, 0, width), [dim(' nothing said yet')]];
  const selected = screen.logEntry === null ? null : (entries[at] ?? null);
  const unfolded = selected === null ? [] : unfold(selected, width).slice(0, Math.max(1, room - 2));
  const numOthers = room - Math.max(0, unfolded.length - 1);
  const first =
    selected === null
      ? Math.max(0, entries.length - room)
      : Math.max(0, Math.min(at - Math.floor(numOthers / 3), entries.length - numOthers));
  const lines = entries
    .slice(first, first + room)
    .flatMap((entry) => (entry === selected ? unfolded : [entryLine(context, entry, width)]));
  return [titleLine(context, entries.length, width), ...lines.slice(0, room)];
};

function titleLine({projection, screen}: ViewContext, numShown: number, width: number): Line {
  const {logLevel, logSearch, logEntry} = screen;
  const {numUnknown} = projection;
  const found = logSearch === '' ? 0 : mergedLog(projection).filter((entry) => hasText(entry, logSearch)).length;
  const line: Line = [
    span(numShown === 1 ? '1 line' : `${numShown} lines`, {bold: true}),
    dim(logLevel === LOG_LEVELS[0] ? '' : `  ${logLevel} and worse`),
    dim(logEntry === null ? '  following' : '  f follows again'),
    ...(logSearch === '' ? [] : [span(`  /${logSearch}: ${found} found`, {colour: 'cyan'})]),
    ...(numUnknown === 0 ? [] : [span(`  ${numUnknown} events of a newer version passed over`, {colour: 'yellow'})]),
  ];
  return cut(line, width);
}

function headSpans({at, level, source}: LogEntry, width: number, isSelected: boolean): readonly Span[] {
  const {word, colour} = LOOKS[level];
  const time = new Date(at).toTimeString().slice(0, width < WITH_SECONDS ? 5 : 8);
  return [
    span(fitEnd(`${time} ${word}`, time.length + LEVEL_WIDTH), {
      colour,
      dim: colour === null,
      bold: isSelected,
      inverse: isSelected,
    }),
    dim(`${fitMiddle(source, sourceWidth(width))} `),
  ];
}

const sourceWidth = (width: number): number => Math.min(32, Math.floor(width * 0.3));

function entryLine({screen}: ViewContext, entry: LogEntry, width: number): Line {
  const isFound = hasText(entry, screen.logSearch);
  const text = entry.message.replace(/\s+/g, ' ').trim();
  return cut([...headSpans(entry, width, false), span(text, isFound ? {colour: 'cyan', bold: true} : {})], width);
}

/** All of a message, its own line breaks kept. */
function unfold(entry: LogEntry, width: number): readonly Line[] {
  const head = headSpans(entry, width, true);
  const indent = head.reduce((sum, {text}) => sum + [...text].length, 0);
  const texts = entry.message.split('\n').flatMap((part) => wrap(part, Math.max(10, width - indent)));
  return texts.map((text, index) => [...(index === 0 ? head : [span(' '.repeat(indent))]), span(text, {bold: true})]);
}
