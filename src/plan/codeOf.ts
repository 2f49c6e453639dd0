import {codeClosure, findProjectRoot} from './codeClosure.ts';
import type {TaskSpec} from './task.ts';

/** The files whose content decides a task's result: what its kind starts from, and all that this imports, but for the transport. */
export function codeOf(spec: TaskSpec): Readonly<Record<string, string>> {
  const closure = codeClosure(rootsOf(spec), findProjectRoot());
  return Object.fromEntries(Object.entries(closure).filter(([path]) => !isTransport(path)));
}

function rootsOf(spec: TaskSpec): string[] {
  switch (spec.kind) {
    case 'data':
      return [task('data'), operations('datasets')];
    case 'train':
      return [task('train'), ...['datasets', 'models', 'training'].map(operations)];
    case 'unlearn':
      // runMethod.ts and the one method, not the list of all: a new method changes no key.
      return [
        task('runMethod'),
        `src/methods/${spec.method}.ts`,
        ...['datasets', 'models', 'scoring', 'descent'].map(operations),
      ];
    case 'evaluate':
      return [task('evaluate'), ...['datasets', 'models', 'evaluation'].map(operations)];
  }
}

const task = (name: string): string => `src/schedule/tasks/${name}.ts`;
const operations = (name: string): string => `py/imu_sidecar/operations/${name}.py`;

/** What carries messages moves no digit; what the messages mean is in the task's spec. */
const TRANSPORT = [
  'src/protocol/',
  'py/imu_sidecar/protocol_gen.py',
  'py/imu_sidecar/codec.py',
  'py/imu_sidecar/loop.py',
  'py/imu_sidecar/device_usage.py',
  'py/imu_sidecar/failures.py',
];

const isTransport = (path: string): boolean => TRANSPORT.some((prefix) => path.startsWith(prefix));
