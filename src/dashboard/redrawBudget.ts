/** How soon a frame may follow the last one, so that drawing leaves the machine to the run. */
export interface RedrawBudget {
  /** Milliseconds between frames that nobody pressed a key for. */
  intervalMs(): number;
  /** Draws, and takes down what it cost. */
  spend(draw: () => void): void;
}

/** Share of a core that drawing may take. */
const SHARE = 0.07;
const LEAST_INTERVAL_MS = 100;
/** A failed task shows within a second, whatever a frame costs. */
const MOST_INTERVAL_MS = 1_000;
/** How far one frame moves the estimate: a single collection of garbage says little. */
const WEIGHT = 0.2;

/** `cpuMs`: CPU time of this process so far, in milliseconds. */
export function redrawBudget(cpuMs: () => number = cpuOfProcess): RedrawBudget {
  let costMs = 0;
  return {
    intervalMs: () => Math.min(MOST_INTERVAL_MS, Math.max(LEAST_INTERVAL_MS, costMs / SHARE)),
    spend(draw) {
      const before = cpuMs();
      draw();
      costMs += WEIGHT * (cpuMs() - before - costMs);
    },
  };
}

function cpuOfProcess(): number {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1_000;
}
