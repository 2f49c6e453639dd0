import type {Failure, RunEvent} from '../protocol/index.ts';
import {isRetryable, toFailure} from '../protocol/index.ts';
import type {Sidecar} from '../sidecar/sidecar.ts';
import type {TaskResult} from '../store/index.ts';
import {isLease, isStorageError, isStorageFailure, storageFailure} from '../store/index.ts';
import {attempt} from './attempt.ts';
import {closeWhenDeaf} from './closeWhenDeaf.ts';
import type {Controls} from './controls.ts';
import type {Lane} from './lane.ts';
import {makeLane} from './lane.ts';
import {makeReadyQueue} from './readyQueue.ts';
import {findRerun} from './rerun.ts';
import type {RetryPolicy} from './retry.ts';
import {needsFreshSidecar, pauseBefore, RETRY, shouldRetry} from './retry.ts';
import type {ScheduleOutcome, ScheduleRequest} from './scheduleRequest.ts';
import type {Claim, Node, TaskGraph} from './taskGraph.ts';
import {buildTaskGraph} from './taskGraph.ts';
import {isFinal} from './taskState.ts';

/** Milliseconds between looks at a task that another process is running. */
const RECHECK_MS = 1000;

/** Runs what was decided. Resolves when every task has come to an end and every sidecar is closed; rejects only on a mistake of ours. */
export async function schedule(request: ScheduleRequest): Promise<ScheduleOutcome> {
  const run = new Schedule(request);
  try {
    await run.drive();
  } finally {
    await run.close();
  }
  return run.outcome();
}

class Schedule {
  readonly #request: ScheduleRequest;
  readonly #graph: TaskGraph;
  readonly #queue = makeReadyQueue();
  #lanes: readonly Lane[] = [];
  readonly #retry: RetryPolicy;
  readonly #stop = new AbortController();
  readonly #force = new AbortController();
  /** Of tasks that wait for time. */
  readonly #timers = new Map<Node, NodeJS.Timeout>();
  /** Of tasks that have failed, in the order in which they did. */
  readonly #failures = new Map<Node, Failure>();
  #fatal: Failure | null = null;
  #wasInterrupted = false;
  #isPaused = false;
  #numLanesUp = 0;

  constructor(request: ScheduleRequest) {
    this.#request = request;
    this.#retry = request.retry ?? RETRY;
    this.#graph = buildTaskGraph(request.plan, request.decisions);
  }

  async drive(): Promise<void> {
    const {signal, forceSignal, onControls} = this.#request;
    const interrupt = (): void => this.#interrupt();
    const force = (): void => this.#force.abort();
    try {
      this.#settleKnown();
      this.#makeLanes();
      onControls?.(this.#controls());
      signal.addEventListener('abort', interrupt);
      forceSignal?.addEventListener('abort', force);
      if (signal.aborted) interrupt();
      if (forceSignal?.aborted) force();
      this.#wake();
      await Promise.all(this.#lanes.map((lane) => this.#driveLane(lane)));
    } finally {
      signal.removeEventListener('abort', interrupt);
      forceSignal?.removeEventListener('abort', force);
      for (const timer of this.#timers.values()) clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    const closing = Promise.all(this.#lanes.map((lane) => lane.close()));
    await Promise.race([closing, once(this.#force.signal)]);
  }

  outcome(): ScheduleOutcome {
    const {nodes, numIn} = this.#graph;
    const counts = {
      finished: numIn('finished'),
      found: numIn('found'),
      failed: numIn('failed'),
      blocked: numIn('blocked'),
      cancelled: numIn('cancelled'),
    };
    const hasYield = nodes.some((node) => node.dependents.length === 0 && isDone(node));
    const {fatal, wasInterrupted} = {fatal: this.#fatal, wasInterrupted: this.#wasInterrupted};
    const failures = Array.from(this.#failures, ([{task}, failure]) => ({id: task.id, failure}));
    return {counts, failures, fatal, wasInterrupted, hasYield};
  }

  /** Hits and blocked tasks take their final state, tasks without missing inputs become ready. */
  #settleKnown(): void {
    for (const node of this.#graph.nodes) {
      const result = node.decision.action === 'hit' ? this.#request.store.findResult(node.task.key) : null;
      if (result === null) continue;
      this.#noteFound(node, result);
      for (const next of node.dependents) next.numMissing -= 1;
    }
    for (const node of this.#graph.nodes) {
      if (node.decision.action === 'blocked' && !isFinal(node.state)) this.#block(node, node.decision.reason);
      else if (node.numMissing === 0 && node.state === 'pending') this.#makeReady(node);
    }
  }

  #makeLanes(): void {
    const {numLanes, openLane} = this.#request;
    this.#numLanesUp = Math.min(numLanes, this.#graph.nodes.filter(({state}) => !isFinal(state)).length);
    this.#lanes = Array.from({length: this.#numLanesUp}, (_, index) =>
      makeLane(index, openLane, this.#stop.signal, this.#retry, this.#emit),
    );
  }

  async #driveLane(lane: Lane): Promise<void> {
    for (;;) {
      const waiting = this.#isOver ? null : this.#queue.wait(lane);
      this.#wake();
      const claim = await waiting;
      if (claim === null) return;
      const sidecar = await this.#open(lane, claim);
      if (sidecar === null) return;
      if (claim.signal.aborted) continue;
      // Somebody paused the run while the sidecar was opening.
      if (this.#isPaused) this.#giveBack(claim.node);
      else await this.#runOnce(claim.node, lane, sidecar);
    }
  }

  /** A task that was claimed and not begun is anybody's again. */
  #giveBack(node: Node): void {
    this.#release(node);
    this.#queue.add(node);
  }

  /** Null when the lane is of no more use; the task goes back to the others. */
  async #open(lane: Lane, {node, signal}: Claim): Promise<Sidecar | null> {
    try {
      return await lane.open();
    } catch (thrown) {
      const failure = toFailure(thrown);
      this.#numLanesUp -= 1;
      const isLast = !isRetryable(failure) || this.#numLanesUp === 0;
      if (!signal.aborted) this.#giveBack(node);
      if (isLast && !this.#stop.signal.aborted) this.#giveUp(failure);
      this.#wake();
      return null;
    }
  }

  async #runOnce(node: Node, lane: Lane, sidecar: Sidecar): Promise<void> {
    const {key} = node.task;
    const {store, execute, provenance, append} = this.#request;
    this.#graph.move(node, 'running');
    node.attempt += 1;
    this.#emit({type: 'taskStarted', key, lane: lane.index, attempt: node.attempt});
    const stopGrace = closeWhenDeaf(node.abort.signal, lane);
    try {
      const force = this.#force.signal;
      const result = await attempt({node, sidecar, store, execute, provenance, emit: this.#emit, force});
      const {seconds, metrics, artefacts} = result;
      await append({type: 'taskFinished', key, seconds, metrics, artefacts});
      this.#graph.move(node, 'finished');
      lane.noteSuccess();
      this.#release(node);
      this.#advance(node);
    } catch (thrown) {
      stopGrace();
      const failure = toFailure(isStorageError(thrown) ? storageFailure(`go on with ${node.task.id}`, thrown) : thrown);
      if (needsFreshSidecar(failure)) await lane.close();
      this.#release(node);
      this.#afterFailure(node, failure);
    } finally {
      stopGrace();
    }
  }

  #afterFailure(node: Node, failure: Failure): void {
    const {key} = node.task;
    if (isStorageFailure(failure)) this.#giveUp(failure);
    else if (node.abort.signal.aborted) {
      this.#cancel(node);
      return;
    }
    const willRetry = this.#fatal === null && shouldRetry(failure, node.attempt, this.#retry);
    this.#emit({type: 'taskFailed', key, attempt: node.attempt, failure, willRetry});
    if (willRetry) {
      this.#graph.move(node, 'waiting');
      this.#makeReadyLater(node, pauseBefore(node.attempt - 1, this.#retry));
      return;
    }
    this.#failures.set(node, failure);
    this.#graph.move(node, 'failed');
    this.#blockDependents(node, key);
  }

  /** Gives ready tasks to lanes; where nothing is left to come, sends the lanes home. */
  #wake(): void {
    if (this.#isOver) this.#queue.dismiss();
    else if (!this.#isPaused) this.#queue.wake(() => this.#claim());
    if (this.#graph.isSettled) this.#queue.dismiss();
  }

  /** The best ready task that nobody else has and that has not been done elsewhere meanwhile; null when there is none. */
  #claim(): Claim | null {
    for (let node = this.#queue.take(); node !== undefined; node = this.#queue.take()) {
      try {
        if (this.#isMine(node)) return {node, signal: node.abort.signal};
      } catch (thrown) {
        this.#giveUp(storageFailure(`lease ${node.task.id}`, thrown).failure);
      }
    }
    return null;
  }

  #isMine(node: Node): boolean {
    const {key} = node.task;
    const held = this.#request.store.leaseTask(key);
    if (!isLease(held)) {
      this.#graph.move(node, 'waiting');
      this.#makeReadyLater(node, RECHECK_MS);
      return false;
    }
    node.lease = held;
    const result = this.#request.store.findResult(key);
    if (result === null) return true;
    this.#release(node);
    this.#noteFound(node, result);
    this.#advance(node);
    return false;
  }

  #noteFound(node: Node, {key, seconds, metrics, artefacts}: TaskResult): void {
    this.#graph.move(node, 'found');
    this.#emit({type: 'taskFound', key, seconds, metrics, artefacts});
  }

  #advance({dependents}: Node): void {
    for (const next of dependents) {
      next.numMissing -= 1;
      if (next.numMissing === 0 && next.state === 'pending' && next.decision.action !== 'blocked')
        this.#makeReady(next);
    }
  }

  #makeReady(node: Node): void {
    this.#graph.move(node, 'ready');
    this.#queue.add(node);
  }

  #makeReadyLater(node: Node, ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(node);
      this.#makeReady(node);
      this.#wake();
    }, ms);
    this.#timers.set(node, timer);
  }

  #block(node: Node, by: string): void {
    this.#graph.move(node, 'blocked');
    this.#blame(node, by);
  }

  #blame(node: Node, by: string): void {
    node.blockedBy = by;
    this.#emit({type: 'taskBlocked', key: node.task.key, by});
  }

  #blockDependents(node: Node, by: string): void {
    for (const next of node.dependents) {
      if (next.state !== 'pending') continue;
      this.#block(next, by);
      this.#blockDependents(next, by);
    }
  }

  /** Told to the journal only where somebody saw the task begin, or asked for this very task. */
  #cancel(node: Node, isAsked = false): void {
    if (isFinal(node.state)) return;
    if (node.attempt > 0 || isAsked) this.#emit({type: 'taskCancelled', key: node.task.key});
    this.#graph.move(node, 'cancelled');
    this.#queue.remove(node);
    clearTimeout(this.#timers.get(node));
    this.#timers.delete(node);
    this.#release(node);
    if (!this.#stop.signal.aborted) this.#blockDependents(node, node.task.key);
  }

  #interrupt(): void {
    this.#wasInterrupted = true;
    this.#stopAll();
  }

  #giveUp(failure: Failure): void {
    this.#fatal ??= failure;
    this.#stopAll();
  }

  #stopAll(): void {
    this.#stop.abort();
    for (const node of this.#graph.nodes) {
      node.abort.abort();
      if (node.state !== 'running') this.#cancel(node);
    }
    this.#wake();
  }

  #controls(): Controls {
    return {
      pause: () => this.#setPaused(true),
      resume: () => this.#setPaused(false),
      cancelTask: (key) => this.#cancelTask(key),
      rerun: (keys) => this.#rerun(keys),
      cancelAll: () => this.#interrupt(),
    };
  }

  /** Nothing is left that could be steered. */
  get #isOver(): boolean {
    return this.#graph.isSettled || this.#stop.signal.aborted;
  }

  #setPaused(isPaused: boolean): void {
    if (this.#isPaused === isPaused || this.#isOver) return;
    this.#isPaused = isPaused;
    this.#emit({type: isPaused ? 'runPaused' : 'runResumed'});
    this.#wake();
  }

  #cancelTask(key: string): boolean {
    const node = this.#graph.get(key);
    if (node === undefined || isFinal(node.state)) return false;
    node.abort.abort();
    if (node.state !== 'running') this.#cancel(node, true);
    this.#wake();
    return true;
  }

  #rerun(keys: readonly string[] | null): number {
    if (this.#isOver) return 0;
    const {requeued, stillBlocked} = findRerun(this.#graph.nodes, keys);
    for (const node of requeued) this.#requeue(node);
    for (const [node, by] of stillBlocked) this.#blame(node, by);
    for (const node of requeued) if (node.numMissing === 0) this.#makeReady(node);
    this.#wake();
    return requeued.size;
  }

  /** As if it had never been begun in this session. */
  #requeue(node: Node): void {
    this.#graph.move(node, 'pending');
    this.#failures.delete(node);
    node.attempt = 0;
    node.blockedBy = null;
    node.abort = new AbortController();
    this.#emit({type: 'taskRequeued', key: node.task.key});
  }

  #release(node: Node): void {
    node.lease?.release();
    node.lease = null;
  }

  readonly #emit = (event: RunEvent): void => {
    this.#request.append(event).catch((thrown) => this.#giveUp(toFailure(thrown)));
  };
}

const isDone = ({state}: Node): boolean => state === 'finished' || state === 'found';

const once = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), {once: true});
  });
