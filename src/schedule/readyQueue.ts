import type {Lane} from './lane.ts';
import type {Claim, Node} from './taskGraph.ts';

/** Ready tasks by rank on one side, lanes without work on the other. */
export interface ReadyQueue {
  add(node: Node): void;
  remove(node: Node): void;
  /** Best rank first. */
  take(): Node | undefined;
  /** Resolves when `wake` sees work for this lane, or with null when there will be none. */
  wait(lane: Lane): Promise<Claim | null>;
  /** Hands out what `claim` agrees to; open lanes get theirs before lanes that would have to open. */
  wake(claim: () => Claim | null): void;
  dismiss(): void;
}

export function makeReadyQueue(): ReadyQueue {
  const ready: Node[] = [];
  let idle: {readonly lane: Lane; readonly resolve: (claim: Claim | null) => void}[] = [];

  function nextIdle(): (typeof idle)[number] | undefined {
    const next = idle.find(({lane}) => lane.isOpen) ?? idle[0];
    idle = idle.filter((each) => each !== next);
    return next;
  }

  return {
    add: (node) => {
      ready.splice(placeFor(ready, node.rank), 0, node);
    },
    remove: (node) => {
      const at = ready.indexOf(node);
      if (at !== -1) ready.splice(at, 1);
    },
    take: () => ready.shift(),
    wait: (lane) => new Promise((resolve) => idle.push({lane, resolve})),
    wake: (claim) => {
      while (idle.length > 0) {
        const claimed = claim();
        if (claimed === null) return;
        nextIdle()?.resolve(claimed);
      }
    },
    dismiss: () => {
      for (const {resolve} of idle.splice(0)) resolve(null);
    },
  };
}

/** First place whose rank is larger: ready is sorted. */
function placeFor(ready: readonly Node[], rank: number): number {
  let low = 0;
  for (let high = ready.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((ready[middle] as Node).rank < rank) low = middle + 1;
    else high = middle;
  }
  return low;
}
