/**
 * What watching costs: CPU time of the orchestrator with its dashboard, against that of its sidecars, in one run on a terminal.
 *
 *   node experiments/bench/cpuShare.ts [experiment]      (default: table3, about three minutes on two cores)
 *
 * Expected: under 5 %. Linux only: reads /proc, and has util-linux' `script` give the run a terminal of 120 × 40.
 * Prints a table, then one JSON line.
 */
import {spawn} from 'node:child_process';
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';

/** USER_HZ: fixed at 100 for what Linux shows to programs. */
const TICKS_PER_SECOND = 100;
const POLL_MS = 1000;

const experiment = process.argv[2] ?? 'table3';
const program = resolve(import.meta.dirname, '../../bin/imu.js');
const out = mkdtempSync(join(tmpdir(), 'imu-cpu-'));
const seconds = {orchestrator: new Map<number, number>(), sidecars: new Map<number, number>()};

const {CI: _, ...env} = process.env;
const run = spawn(
  'script',
  [
    '-qec',
    `stty cols 120 rows 40; "${process.execPath}" "${program}" reproduce ${experiment} --out "${out}"`,
    '/dev/null',
  ],
  {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: {...env, TERM: 'xterm-256color'},
  },
);
const timer = setInterval(() => poll(run.pid ?? 0), POLL_MS);
const code = await new Promise<number | null>((done) => run.on('exit', done));
clearInterval(timer);
rmSync(out, {recursive: true, force: true});

const total = (times: Map<number, number>): number => [...times.values()].reduce((sum, time) => sum + time, 0);
const [orchestrator, sidecars] = [total(seconds.orchestrator), total(seconds.sidecars)];
console.log(`orchestrator and dashboard  ${orchestrator.toFixed(1).padStart(7)} CPU-s`);
console.log(`sidecars (${seconds.sidecars.size})                ${sidecars.toFixed(1).padStart(7)} CPU-s`);
console.log(`share                       ${((100 * orchestrator) / sidecars).toFixed(1).padStart(7)} %`);
console.log(
  JSON.stringify({
    bench: 'cpuShare',
    experiment,
    exitCode: code,
    orchestratorCpuSeconds: orchestrator,
    sidecarCpuSeconds: sidecars,
    share: orchestrator / sidecars,
  }),
);

/** Notes what every process below `root` has used so far: the last note stands. */
function poll(root: number): void {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readProcess);
  const below = new Set([root]);
  for (let size = 0; size !== below.size; ) {
    size = below.size;
    for (const {pid, parent} of processes) if (below.has(parent)) below.add(pid);
  }
  for (const {pid, command, cpuSeconds} of processes) {
    if (!below.has(pid)) continue;
    if (command.includes('interface.py')) seconds.sidecars.set(pid, cpuSeconds);
    else if (/main\.js|bin\/imu\.js/.test(command)) seconds.orchestrator.set(pid, cpuSeconds);
  }
}

function readProcess(name: string): {pid: number; parent: number; command: string; cpuSeconds: number}[] {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return [
      {
        pid: Number(name),
        parent: fields[1] ?? 0,
        command,
        cpuSeconds: ((fields[11] ?? 0) + (fields[12] ?? 0)) / TICKS_PER_SECOND,
      },
    ];
  } catch {
    return []; // It ended while it was read.
  }
}
