/**
 * Chaos: kills orchestrators with SIGKILL at random points of a suite of 61 tasks, and their sidecars with it, then compares with runs that
 * nobody killed: no finished task repeated, every result committed once, final tables byte for byte the same, nothing to unlock or to sweep.
 *
 * Command: node experiments/bench/chaos.ts --kills 500
 * Cost: about 0.7 s a kill on two cores; 501 kills, 55 suites, 0 violations on 2026-11-20. No GPU, no Python.
 */
import {parseArgs} from 'node:util';
import {wreakHavoc} from '../../src/schedule/chaos/harness.ts';

const {values} = parseArgs({
  options: {
    kills: {type: 'string', default: '500'},
    /** Chance that a sidecar dies at each of a task's four writes. */
    deaths: {type: 'string', default: '0.01'},
  },
});

const started = performance.now();
const report = await wreakHavoc({
  numKills: Number(values.kills),
  deaths: Number(values.deaths),
  pauseMs: 12,
  onRound: ({numKills, numRounds, violations}) =>
    process.stderr.write(`${numKills} kills, ${numRounds} suites finished, ${violations.length} violations\n`),
});
const seconds = (performance.now() - started) / 1000;

for (const violation of report.violations) console.log(`violation: ${violation}`);
console.log(`kills                      ${report.numKills}`);
console.log(`suites brought to the end  ${report.numRounds}`);
console.log(`tasks finished             ${report.numTasks}`);
console.log(`begun again, unfinished    ${report.numInterrupted}`);
console.log(`violations                 ${report.violations.length}`);
console.log(JSON.stringify({bench: 'chaos', ...report, seconds}));
process.exitCode = report.violations.length === 0 ? 0 : 1;
