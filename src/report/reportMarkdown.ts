import {escapeMarkdown, toMarkdown} from './formats/markdown.ts';
import {formatNumber, headerOf, signed} from './formats/numbers.ts';
import type {ReportFailure, ReportModel} from './reportModel.ts';
import type {GapToRetrain} from './verdict.ts';

/** The report's story in GitHub's Markdown: verdict, tables, failures, provenance, commands. Without figures, and without what HTML folds. */
export function toReportMarkdown(model: ReportModel): string {
  const blocks = [
    `# ${escapeMarkdown(model.title)}`,
    `Run \`${code(model.runId)}\`, reported ${model.madeAt}.`,
    ...model.completeness.warnings.map((warning) => `> **${escapeMarkdown(warning)}**`),
    '## Verdict',
    listOf(model.verdict.sentences),
    distanceTable(model),
    ...headed('### In numbers', listOf(model.verdict.findings)),
    ...headed('### What limits this verdict', listOf(model.verdict.caveats)),
    '## Tables',
    ...model.tables.map(({model: table}) => toMarkdown(table).trimEnd()),
    ...headed('### What the columns measure', definitions(model)),
    ...headed('## Failures', failures(model)),
    '## Provenance',
    provenance(model),
    '## Make it again',
    fenced(model.provenance.command),
    ...headed('One row alone:', fenced(rowCommands(model))),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

const headed = (heading: string, content: string): readonly string[] => (content === '' ? [] : [heading, content]);

const listOf = (texts: readonly string[]): string => texts.map((text) => `- ${escapeMarkdown(text)}`).join('\n');

function distanceTable({verdict, tables}: ReportModel): string {
  const columns = tables[0]?.model.columns ?? [];
  if (verdict.reference === null || verdict.rows.length === 0) return '';
  const header = ['', 'mean \\|gap\\|', ...columns.map((column) => escapeMarkdown(headerOf(column)))];
  const rows = verdict.rows.map(({label, isTrivial, averageGap, gaps}) => [
    `${escapeMarkdown(label)}${isTrivial ? ' (trivial)' : ''}`,
    averageGap === null ? '·' : formatNumber(averageGap),
    ...columns.map(({id}) => gapText(gaps[id])),
  ]);
  return [
    `**Distance from ${escapeMarkdown(verdict.reference)}**, nearest first; ± half of the 95 % interval; bold: beyond the noise of the seeds`,
    '',
    line(header),
    line(header.map((_, index) => (index === 0 ? '---' : '---:'))),
    ...rows.map(line),
  ].join('\n');
}

function gapText(gap: GapToRetrain | undefined): string {
  if (gap === undefined || gap.mean === null) return '·';
  const text = `${signed(gap.mean)}${gap.halfWidth === null ? '' : ` ± ${formatNumber(gap.halfWidth)}`}`;
  return gap.isBeyondSeedNoise === true ? `**${text}**` : text;
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function definitions({definitions: all}: ReportModel): string {
  return all
    .map(({header, label, unit, sets, ideal, formula}) => {
      const words = `${header}: ${label} on ${sets.join(', ')}, ${unit}. Best: ${ideal}.`;
      return `- ${escapeMarkdown(words)} \`${code(formula)}\``;
    })
    .join('\n');
}

function failures({failures: all, blocked}: ReportModel): string {
  const failed = all.map(({who, attempt, failure: {code: name, message, hint}, isMended}: ReportFailure) => {
    const about = [attempt === null ? '' : `attempt ${attempt}`, isMended ? 'mended later' : ''].filter(
      (text) => text !== '',
    );
    const brackets = about.length === 0 ? '' : ` (${about.join(', ')})`;
    return `- **${name}** ${escapeMarkdown(`${who}${brackets}: ${message} ${hint}`.trim())}`;
  });
  return [...failed, ...blocked.map(({id, by}) => `- ${escapeMarkdown(`${id} is blocked by ${by}`)}`)].join('\n');
}

/** The tables say most of it under themselves. */
function provenance({provenance: from, environments, sessions, store}: ReportModel): string {
  const took = sessions.map(
    ({startedAt, outcome, seconds}) =>
      `Session of ${startedAt}: ${outcome ?? 'never said that it ended'}${seconds === null ? '' : `, ${seconds.toFixed(1)} s`}.`,
  );
  const computed = environments.map(({text, numTasks}) => `${numTasks} tasks: ${text}.`);
  return listOf([`Run ${from.runId} of ${from.createdAt}, results in ${store}.`, ...took, ...computed]);
}

function rowCommands({tables}: ReportModel): string {
  const origins = Object.values(tables[0]?.origins ?? {}).map((byColumn) =>
    Object.values(byColumn).find((origin) => origin !== null),
  );
  return origins.flatMap((origin) => (origin === undefined || origin === null ? [] : [origin.command])).join('\n');
}

const fenced = (text: string): string => (text === '' ? '' : `\`\`\`sh\n${text.replaceAll('```', "'''")}\n\`\`\``);

const code = (text: string): string => text.replaceAll('`', "'");
