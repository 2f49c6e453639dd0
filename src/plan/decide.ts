import {describeChange} from './describeChange.ts';
import type {KeyParts, Plan, Task, TaskKind} from './task.ts';

/** What is to become of a task: taken as it lies in the store, run, or not possible here. `reason` is for people. */
export interface Decision {
  readonly key: string;
  readonly id: string;
  readonly action: 'hit' | 'run' | 'blocked';
  readonly reason: string;
  /** Seconds that a run should take; 0 for a hit. */
  readonly expectedSeconds: number;
}

/** What `decide` asks of a store. */
export interface PastResults {
  /** `damaged`: there was a result, or an artefact of it, that cannot be believed; it is set aside by asking. */
  lookUp(key: string): 'present' | 'absent' | 'damaged';
  /** Compares the artefacts' bytes with their hashes; false sets the result aside. */
  verifyArtefacts(key: string): Promise<boolean>;
  /** The last result of a task of this id, whatever its key was; null when there is none. */
  latest(id: string): {readonly keyParts: KeyParts | null; readonly seconds: number} | null;
}

/** Seconds by kind while nothing of the kind has been run here. */
const EXPECTED_SECONDS: Record<TaskKind, number> = {data: 2, train: 60, unlearn: 20, evaluate: 2};

/**
 * One decision per task, in the plan's order. A task whose key has a result is a hit, even where its inputs have to be run again for others.
 * Results that tasks to be run will read are compared with their hashes here, so that what runs is what was planned.
 *
 * @param unavailable Why a task cannot run here (no such device, data not there), or null; its descendants are blocked with it.
 */
export async function decide(
  plan: Plan,
  past: PastResults,
  unavailable: (task: Task) => string | null = () => null,
): Promise<Decision[]> {
  const found = new Map(plan.tasks.map((task) => [task.key, past.lookUp(task.key)]));
  await verifyNeeded(plan, past, found);
  const latest = new Map(
    plan.tasks.filter((task) => found.get(task.key) !== 'present').map((task) => [task.key, past.latest(task.id)]),
  );
  const secondsOf = expectSeconds(plan, latest);
  const decisions = new Map<string, Decision>();
  for (const task of plan.tasks) {
    const verdict = judge(task, found.get(task.key) ?? 'absent', latest.get(task.key) ?? null, decisions, unavailable);
    const expectedSeconds = verdict.action === 'run' ? secondsOf(task) : 0;
    decisions.set(task.key, {key: task.key, id: task.id, ...verdict, expectedSeconds});
  }
  return plan.tasks.map((task) => decisions.get(task.key) as Decision);
}

type Found = ReturnType<PastResults['lookUp']>;
type Latest = ReturnType<PastResults['latest']>;

/** A damaged artefact turns a hit into a run, which may need further inputs: repeated until nothing changes. */
async function verifyNeeded(plan: Plan, past: PastResults, found: Map<string, Found>): Promise<void> {
  const verified = new Set<string>();
  for (let changed = true; changed; ) {
    changed = false;
    const running = plan.tasks.filter((task) => found.get(task.key) !== 'present');
    for (const key of new Set(running.flatMap((task) => Object.values(task.inputs)))) {
      if (verified.has(key) || found.get(key) !== 'present') continue;
      verified.add(key);
      if (await past.verifyArtefacts(key)) continue;
      found.set(key, 'damaged');
      changed = true;
    }
  }
}

function judge(
  task: Task,
  found: Found,
  latest: Latest,
  decisions: ReadonlyMap<string, Decision>,
  unavailable: (task: Task) => string | null,
): Pick<Decision, 'action' | 'reason'> {
  if (found === 'present') return {action: 'hit', reason: 'found'};
  const inputs = Object.entries(task.inputs).map(([role, key]) => ({role, input: inputOf(task, role, key, decisions)}));
  const blocker = inputs.find(({input}) => input.action === 'blocked');
  if (blocker !== undefined) return {action: 'blocked', reason: `input ${blocker.input.id} is blocked`};
  const obstacle = unavailable(task);
  if (obstacle !== null) return {action: 'blocked', reason: obstacle};
  if (found === 'damaged') return {action: 'run', reason: 'result damaged'};
  if (latest?.keyParts == null) return {action: 'run', reason: 'never run'};
  const change = describeChange(latest.keyParts, task.keyParts, (role) => {
    const input = inputs.find((candidate) => candidate.role === role)?.input;
    if (input === undefined) return `input ${role} removed`;
    return `input ${input.id} ${input.action === 'run' ? 'will run' : 'changed'}`;
  });
  return {action: 'run', reason: change === '' ? 'result missing' : change};
}

function inputOf(task: Task, role: string, key: string, decisions: ReadonlyMap<string, Decision>): Decision {
  const input = decisions.get(key);
  if (input === undefined)
    throw new Error(`task ${task.id} takes ${role} from ${key}, which does not stand before it in the plan`);
  return input;
}

/** Past seconds of the same id, else the mean of its kind over the plan, else a constant. */
function expectSeconds(plan: Plan, latest: ReadonlyMap<string, Latest>): (task: Task) => number {
  const known = new Map<TaskKind, number[]>();
  for (const task of plan.tasks) {
    const seconds = latest.get(task.key)?.seconds;
    if (seconds === undefined) continue;
    const ofKind = known.get(task.spec.kind);
    if (ofKind === undefined) known.set(task.spec.kind, [seconds]);
    else ofKind.push(seconds);
  }
  const means = new Map([...known].map(([kind, all]) => [kind, all.reduce((sum, each) => sum + each, 0) / all.length]));
  return (task) => latest.get(task.key)?.seconds ?? means.get(task.spec.kind) ?? EXPECTED_SECONDS[task.spec.kind];
}
