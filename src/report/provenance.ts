import type {Scenario} from '../scenarios/scenario.ts';
import type {Manifest} from '../store/manifest.ts';

/** Everything that decides the numbers of a table. */
export interface Provenance {
  readonly runId: string;
  readonly createdAt: string;
  readonly version: string;
  readonly commit: string | null;
  readonly command: string;
  /** Row id → profile. */
  readonly profiles: Readonly<Record<string, string>>;
  readonly seeds: {readonly train: readonly number[]; readonly unlearn: readonly number[]};
  readonly scenario: string;
  readonly scale: string;
  readonly python: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly device: string;
  readonly numThreads: number | null;
  readonly deterministic: boolean | null;
}

export function provenanceOf({runId, createdAt, version, commit, command, suite, plan}: Manifest): Provenance {
  const environment = plan.tasks.find((task) => task.keyParts.kind !== 'data')?.keyParts.environment;
  return {
    runId,
    createdAt,
    version,
    commit,
    command,
    profiles: Object.fromEntries(suite.rows.map((row) => [row.id, row.profile])),
    seeds: suite.seeds,
    scenario: suite.scenario.id,
    scale: scaleOf(suite.scenario),
    python: environment?.python ?? 'unknown',
    packages: environment?.packages ?? {},
    device: environment?.deviceClass ?? 'unknown',
    numThreads: environment?.numThreads ?? null,
    deterministic: environment?.deterministic ?? null,
  };
}

/** Model and data in one line: `markovDecoder vocabularySize 10, width 128, …; markovChains numRetain 10000, …`. */
function scaleOf({architecture, dataset, trace}: Scenario): string {
  const measured = trace.limit === null ? '' : `; trajectory on the first ${trace.limit} samples of each set`;
  return `${describe(architecture)}; ${describe(dataset)}${measured}`;
}

function describe({kind, ...sizes}: {readonly kind: string}): string {
  return `${kind} ${Object.entries(sizes)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')}`;
}
