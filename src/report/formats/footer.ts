import type {TableModel} from '../aggregate.ts';
import {PAPER_SOURCE} from '../paper.ts';

/** What stands under every table: how to read it, and where its numbers come from. */
export function footerLines({rows, notes, provenance: from}: TableModel): readonly string[] {
  const hasPaper = rows.some((row) => Object.values(row.cells).some((cell) => cell.paper !== null));
  const incomplete = rows.some((row) => Object.values(row.cells).some(({n}) => n > 0 && n < row.numExpected));
  return [
    `mean ± std (ddof 1) over n runs, one per pair of seeds${incomplete ? '; n/N: n of N are there, the rest is missing, not averaged over' : ''}. · no value.`,
    ...notes,
    `Seeds: train ${from.seeds.train.join(', ')}; unlearn ${from.seeds.unlearn.join(', ')}. Profiles: ${profiles(from.profiles)}.`,
    `Scale: ${from.scale}.`,
    `imu ${from.version}, commit ${from.commit ?? 'unknown'}; ${versions(from)}; ${from.createdAt}; run ${from.runId}.`,
    ...(hasPaper ? [`Paper: ${PAPER_SOURCE}.`] : []),
    `Made by: ${from.command}`,
  ];
}

/** `official imu-official; sound ga, npo`, or one word where all rows agree. */
function profiles(byRow: Readonly<Record<string, string>>): string {
  const groups = Object.groupBy(Object.entries(byRow), ([, profile]) => profile);
  const names = Object.keys(groups);
  if (names.length === 1) return `${names[0]} (all rows)`;
  return names.map((name) => `${name} ${(groups[name] ?? []).map(([row]) => row).join(', ')}`).join('; ');
}

function versions({python, packages, device, numThreads}: TableModel['provenance']): string {
  const shown = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  const threads = numThreads === null ? '' : `, ${numThreads} thread${numThreads === 1 ? '' : 's'}`;
  return [`Python ${python}`, ...shown, `device ${device}${threads}`].join(', ');
}
