import {accessSync, constants, existsSync, statSync} from 'node:fs';
import {delimiter, dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {ImuError} from '../protocol/index.ts';
import {EXCHANGE_FOLDER} from './exchange.ts';
import type {SidecarOptions} from './sidecar.ts';

/** The folder that holds the Python package, from src/sidecar as from dist/src/sidecar. */
const PYTHON_FOLDER = join(projectRoot(), 'py');

/** Written by `npm run gen`; what the other side of the contract is read from. */
export const CONTRACT_FILE = join(PYTHON_FOLDER, 'imu_sidecar', 'protocol_gen.py');

/** What a sidecar is told by its environment, on top of the orchestrator's own. */
export function sidecarEnvironment(options: SidecarOptions): Record<string, string> {
  const threads = String(options.numThreads);
  const pythonPath = [PYTHON_FOLDER, options.environment?.PYTHONPATH ?? process.env.PYTHONPATH];
  return {
    OMP_NUM_THREADS: threads,
    MKL_NUM_THREADS: threads,
    OPENBLAS_NUM_THREADS: threads,
    // Without it cuBLAS may add in another order on every run.
    CUBLAS_WORKSPACE_CONFIG: ':4096:8',
    TOKENIZERS_PARALLELISM: 'false',
    PYTHONHASHSEED: '0',
    ...options.environment,
    PYTHONPATH: pythonPath.filter(Boolean).join(delimiter),
    IMU_DEVICE: options.device,
    IMU_NUM_THREADS: threads,
    IMU_SIDECAR_LOG: options.logPath,
    IMU_PARENT_PID: String(process.pid),
    IMU_EXCHANGE_FOLDER: EXCHANGE_FOLDER,
  };
}

/** Throws ASSET_MISSING where there is no such program: launching it would fail later, and say less. */
export function requireInterpreter(interpreter: string): void {
  const candidates = interpreter.includes('/')
    ? [interpreter]
    : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, interpreter));
  if (candidates.some(isExecutable)) return;
  throw new ImuError('ASSET_MISSING', `There is no Python interpreter at ${interpreter || "''"}.`, {
    hint: 'Run `imu env`, or set IMU_PYTHON to an interpreter that has PyTorch.',
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
