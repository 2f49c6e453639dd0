import {openStore} from '../../store/index.ts';
import {runSuite} from '../runSuite.ts';
import {fileExecute, fileSuite, tablePlan} from './fileSuite.ts';
import type {MortalSidecar} from './mortalSidecar.ts';
import {openMortalSidecar} from './mortalSidecar.ts';

/**
 * An orchestrator to be killed: `node child.ts STORE LOG SUITE ROWS PAUSE_MS DEATHS`. Works on a suite of 61 tasks over three lanes whose
 * sidecars die with probability DEATHS at each write, says `ready` when it begins and one line of JSON when it is done.
 */
const [storeRoot = '', logPath = '', suiteId = '', rows = '', pauseMs = '', deaths = ''] = process.argv.slice(2);

const sidecars: MortalSidecar[] = [];
process.stdout.write('ready\n');

const store = openStore(storeRoot);
const result = await runSuite({
  plan: tablePlan(suiteId, rows.split('')),
  suite: fileSuite(suiteId),
  store,
  numLanes: 3,
  device: 'cpu',
  openLane: async (lane) => {
    const sidecar = openMortalSidecar();
    sidecars[lane] = sidecar;
    return sidecar;
  },
  execute: fileExecute({
    logPath,
    storeRoot: store.root,
    pauseMs: Number(pauseMs),
    between: () => {
      if (Math.random() < Number(deaths)) sidecars[Math.floor(Math.random() * sidecars.length)]?.die();
    },
  }),
  version: '0',
  commit: null,
  command: 'chaos',
  signal: new AbortController().signal,
  retry: {maxRetries: 50, pauseMs: 1, maxOpenings: 3},
});
process.stdout.write(`${JSON.stringify({outcome: result.outcome, counts: result.counts})}\n`);
