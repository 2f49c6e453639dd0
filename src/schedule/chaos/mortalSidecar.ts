import type {Failure} from '../../protocol/index.ts';
import {ImuError} from '../../protocol/index.ts';
import type {Sidecar} from '../../sidecar/sidecar.ts';

export interface MortalSidecar extends Sidecar {
  /** Ends as a process does that is killed. */
  die(): void;
}

const EXITED: Failure = new ImuError('SIDECAR_EXITED', 'the sidecar was killed', {hint: 'It is started again.'})
  .failure;

/** A sidecar that does nothing but live and die, for executes that compute by themselves. */
export function openMortalSidecar(): MortalSidecar {
  const {promise: ended, resolve: end} = Promise.withResolvers<Failure | null>();
  return {
    transport: 'fake',
    info: {
      protocolVersion: 1,
      schemaHash: '',
      pid: process.pid,
      pythonVersion: '',
      packages: {},
      device: 'cpu',
      deviceName: 'none',
      devices: [],
      numThreads: 1,
      deterministic: true,
    },
    call: () => Promise.reject(new ImuError('INVALID_REQUEST', 'this sidecar computes nothing')),
    ended,
    close: async () => end(null),
    die: () => end(EXITED),
  };
}
