import type {Decision} from '../plan/decide.ts';
import type {Plan, Task, TaskKind} from '../plan/task.ts';
import type {Lease} from '../store/index.ts';
import type {TaskState} from './taskState.ts';
import {isFinal, MOVES} from './taskState.ts';

/** A task on its way through a run. */
export interface Node {
  readonly task: Task;
  readonly decision: Decision;
  state: TaskState;
  /** Runs begun in this session, since the task was last asked for. */
  attempt: number;
  /** Inputs that are neither finished nor found. */
  numMissing: number;
  readonly inputs: Node[];
  readonly dependents: Node[];
  /** Earlier in the queue is smaller. */
  rank: number;
  /** Aborts when this task is to stop; a task that is asked for again gets a new one. */
  abort: AbortController;
  lease: Lease | null;
  /** While it is blocked: the key of the task whose end blocks it, or the plan's reason. */
  blockedBy: string | null;
}

/** The right of one lane to run a task; void once the signal has aborted, even where the task waits again meanwhile. */
export interface Claim {
  readonly node: Node;
  readonly signal: AbortSignal;
}

export interface TaskGraph {
  readonly nodes: readonly Node[];
  get(key: string): Node | undefined;
  numIn(state: TaskState): number;
  readonly isSettled: boolean;
  /** The only way a state changes. Throws on a move that MOVES does not know. */
  move(node: Node, to: TaskState): void;
}

/** The plan as nodes, all pending; two tasks of one key are one node, known by the first. */
export function buildTaskGraph(plan: Plan, decisions: readonly Decision[]): TaskGraph {
  const byKey = new Map<string, Node>();
  plan.tasks.forEach((task, index) => {
    const decision = decisions[index];
    if (decision?.key !== task.key)
      throw new Error(`no decision for task ${task.id}: decide and schedule the same plan`);
    if (!byKey.has(task.key)) byKey.set(task.key, toNode(task, decision));
  });
  const nodes = [...byKey.values()];
  for (const node of nodes) {
    for (const input of new Set(Object.values(node.task.inputs))) {
      node.numMissing += 1;
      const producer = byKey.get(input);
      if (producer === undefined) continue;
      producer.dependents.push(node);
      node.inputs.push(producer);
    }
  }
  rankNodes(nodes);
  return withMoves(nodes, byKey);
}

function toNode(task: Task, decision: Decision): Node {
  return {
    task,
    decision,
    state: 'pending',
    attempt: 0,
    numMissing: 0,
    inputs: [],
    dependents: [],
    rank: 0,
    abort: new AbortController(),
    lease: null,
    blockedBy: null,
  };
}

function withMoves(nodes: readonly Node[], byKey: ReadonlyMap<string, Node>): TaskGraph {
  const counts = new Map<TaskState, number>([['pending', nodes.length]]);
  let numFinal = 0;
  return {
    nodes,
    get: (key) => byKey.get(key),
    numIn: (state) => counts.get(state) ?? 0,
    get isSettled() {
      return numFinal === nodes.length;
    },
    move: (node, to) => {
      if (!MOVES[node.state].includes(to))
        throw new Error(`task ${node.task.id} cannot go from ${node.state} to ${to}`);
      counts.set(node.state, (counts.get(node.state) ?? 0) - 1);
      counts.set(to, (counts.get(to) ?? 0) + 1);
      numFinal += Number(isFinal(to)) - Number(isFinal(node.state));
      node.state = to;
    },
  };
}

/** What others stand on goes first; then what can be measured at once, so that the table fills while it is watched. */
const KIND_ORDER: Record<TaskKind, number> = {data: 0, train: 1, evaluate: 2, unlearn: 3};

/** Rank: by kind, then the longest remaining path in expected seconds, then the plan's order. */
function rankNodes(nodes: readonly Node[]): void {
  const remaining = new Map<Node, number>();
  for (const node of nodes.toReversed()) {
    const after = node.dependents.reduce((longest, next) => Math.max(longest, remaining.get(next) ?? 0), 0);
    remaining.set(node, node.decision.expectedSeconds + after);
  }
  const kindOf = ({task}: Node): number => KIND_ORDER[task.spec.kind];
  nodes
    .toSorted((a, b) => kindOf(a) - kindOf(b) || (remaining.get(b) ?? 0) - (remaining.get(a) ?? 0))
    .forEach((node, rank) => {
      node.rank = rank;
    });
}
