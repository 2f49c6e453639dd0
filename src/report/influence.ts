import {rawThreshold, shapingOf} from '../influence/truncationMark.ts';
import type {Task} from '../plan/task.ts';
import type {WeightDiagnostics} from '../protocol/index.ts';
import type {Manifest} from '../store/manifest.ts';
import type {Evidence} from './evidence.ts';

/** How a row weighed its samples, at the first scoring of its first finished seed. */
export interface RowInfluence {
  readonly row: string;
  readonly label: string;
  readonly taskId: string;
  readonly numScorings: number;
  readonly diagnostics: WeightDiagnostics;
  /** Raw score at which truncation begins, on the negative side; for some transforms to within a bin of the histogram. null where nothing is truncated. */
  readonly truncationScore: number | null;
  /** Whether positive scores are weighed, and so truncated, too. */
  readonly isTwoSided: boolean;
  readonly groups: readonly GroupShare[];
  readonly scoring: {readonly seconds: number; readonly numIterations: number; readonly residual: number} | null;
}

export interface GroupShare {
  readonly group: string;
  readonly weightShare: number;
  /** Of the forgetSet; null where the sizes of the groups are not known. */
  readonly sampleShare: number | null;
  /** Of the group's samples, those with weight. */
  readonly selectedShare: number | null;
}

/** One for each row that weighs its samples. */
export function rowInfluences({suite, plan}: Manifest, evidence: Evidence): RowInfluence[] {
  return suite.rows.flatMap((row): RowInfluence[] => {
    const own = plan.tasks.filter((task) => task.spec.kind === 'unlearn' && task.row === row.id);
    const task = own.find(({key}) => evidence.weightings(key).length > 0);
    const weightings = task === undefined ? [] : evidence.weightings(task.key);
    const [first] = weightings;
    if (task === undefined || first === undefined) return [];
    const {diagnostics, scoring} = first;
    const params = task.spec.kind === 'unlearn' ? task.spec.params : {};
    return [
      {
        row: row.id,
        label: row.label,
        taskId: task.id,
        numScorings: weightings.length,
        // Results of version 0.1.0 name no samples.
        diagnostics: {
          ...diagnostics,
          mostInfluential: diagnostics.mostInfluential ?? [],
          leastInfluential: diagnostics.leastInfluential ?? [],
        },
        truncationScore: truncationScore(diagnostics, params),
        isTwoSided: params.selection === 'all',
        groups: groupShares(diagnostics, setSizes(plan.tasks, task, evidence)),
        scoring,
      },
    ];
  });
}

/** On the negative side, where influence is. */
function truncationScore(diagnostics: WeightDiagnostics, params: Readonly<Record<string, unknown>>): number | null {
  const threshold = rawThreshold(diagnostics, shapingOf(params));
  return threshold === null ? null : -threshold.size;
}

function groupShares(
  {numSamples, weightShareByGroup, shareSelectedByGroup}: WeightDiagnostics,
  sizes: ReadonlyMap<string, number>,
): GroupShare[] {
  const names = Object.keys(weightShareByGroup);
  const known = names.map((group) => sizes.get(`${group}Train`) ?? 0);
  // Sets that do not make up the forgetSet are not its groups.
  const areItsGroups = known.reduce((sum, size) => sum + size, 0) === numSamples;
  return names.map((group, index) => ({
    group,
    weightShare: weightShareByGroup[group] ?? 0,
    sampleShare: areItsGroups ? (known[index] ?? 0) / numSamples : null,
    selectedShare: shareSelectedByGroup[group] ?? null,
  }));
}

function setSizes(tasks: readonly Task[], task: Task, evidence: Evidence): ReadonlyMap<string, number> {
  const data = tasks.find(({key}) => key === task.inputs.dataset);
  const sets = data === undefined ? undefined : evidence.result(data.key)?.outputs.sets;
  if (!Array.isArray(sets)) return new Map();
  return new Map(sets.map(({name, numSamples}: {name: string; numSamples: number}) => [name, numSamples]));
}
