import {join, resolve} from 'node:path';
import {codeOf} from '../plan/codeOf.ts';
import {buildPlan} from '../plan/plan.ts';
import type {Suite} from '../plan/suite.ts';
import type {Environment, Plan} from '../plan/task.ts';
import type {OpenLane} from '../schedule/index.ts';
import {runIdOf} from '../schedule/index.ts';
import {openStore, type Store} from '../store/index.ts';
import {showProgress} from './progress.ts';
import {deviceClass, type SuiteOptions} from './suiteOptions.ts';

/** A suite ready to be run or explained: what there is to do, where results lie, and how lanes are opened. */
export interface Prepared {
  readonly suite: Suite;
  readonly plan: Plan;
  readonly store: Store;
  readonly openLane: OpenLane;
}

export interface Interpreter {
  readonly interpreter: string;
  readonly pythonVersion: string;
  readonly packages: Readonly<Record<string, string>>;
}

/** Starts no sidecar and changes nothing but that the store's folder is there afterwards. */
export function prepare(suite: Suite, options: SuiteOptions, python: Interpreter): Prepared {
  const plan = buildPlan(suite, {environment: environmentOf(options, python), codeOf});
  const store = openStore(resolve(options.out));
  const openLane: OpenLane = async (lane) => {
    const {openSidecar} = await import('../sidecar/index.ts');
    return openSidecar({
      transport: options.transport,
      interpreter: python.interpreter,
      device: options.device,
      numThreads: options.threads,
      logPath: join(store.root, runIdOf(plan), `lane-${lane}.log`),
    });
  };
  return {suite, plan, store, openLane};
}

/** What the fake sidecar makes up must never be found as a result. */
function environmentOf(
  {transport, device, threads}: SuiteOptions,
  {pythonVersion, packages}: Interpreter,
): Environment {
  if (transport === 'fake')
    return {python: 'fake', packages: {}, deviceClass: 'fake', numThreads: 1, deterministic: true};
  return {
    python: minorOf(pythonVersion),
    packages,
    deviceClass: deviceClass(device),
    numThreads: threads,
    deterministic: true,
  };
}

const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.');

/** Python that computes for these options; makes the environment where it is missing. The fake needs none. */
export async function findInterpreter({transport, device}: SuiteOptions, signal: AbortSignal): Promise<Interpreter> {
  if (transport === 'fake') return {interpreter: '', pythonVersion: '', packages: {}};
  const {ensureEnvironment} = await import('../../envs/index.ts');
  const progress = showProgress();
  const name = deviceClass(device) === 'cuda' ? 'cuda' : 'cpu';
  return ensureEnvironment(name, {signal, onProgress: progress.tell}).finally(progress.done);
}
