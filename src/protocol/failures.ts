import {z} from 'zod';

/** What can go wrong, and whether the same task may be tried again as it is. */
export const FAILURE_CODES = {
  INVALID_REQUEST: {retryable: false, meaning: 'the request itself is wrong; nothing was done'},
  PROTOCOL_MISMATCH: {retryable: false, meaning: 'orchestrator and sidecar do not speak the same contract'},
  ASSET_MISSING: {retryable: false, meaning: 'a file, data set or package that is needed is not there'},
  OUT_OF_MEMORY: {retryable: true, meaning: 'host or device memory ran out'},
  NON_FINITE: {retryable: false, meaning: 'a loss or score is NaN or infinite'},
  CANCELLED: {retryable: false, meaning: 'the user or the orchestrator asked to stop'},
  DEADLINE: {retryable: true, meaning: 'no progress, or no answer, within the time allowed'},
  SIDECAR_EXITED: {retryable: true, meaning: 'the process that computes ended by itself'},
  INTERNAL: {retryable: false, meaning: 'a mistake in this toolkit'},
} as const;

export type FailureCode = keyof typeof FAILURE_CODES;

export const FailureCodeSchema = z
  .enum(Object.keys(FAILURE_CODES) as [FailureCode, ...FailureCode[]])
  .meta({id: 'FailureCode'});

/** A failure as data. `message`: who failed, on what value; `hint`: what to try; `type`: the exception's class; `stack`: frames, outermost first. */
export const Failure = z
  .strictObject({
    code: FailureCodeSchema,
    message: z.string(),
    hint: z.string(),
    type: z.string(),
    stack: z.array(z.string()),
    cause: z.string().nullable(),
  })
  .meta({id: 'Failure'});
export type Failure = z.infer<typeof Failure>;

/** The one exception of the toolkit: everything thrown becomes one of these exactly once, where it enters our code. */
export class ImuError extends Error {
  override readonly name = 'ImuError';
  readonly failure: Failure;

  constructor(code: FailureCode, message: string, details: Partial<Omit<Failure, 'code' | 'message'>> = {}) {
    super(message);
    this.failure = {code, message, hint: '', type: 'ImuError', stack: [], cause: null, ...details};
  }

  static from(failure: Failure): ImuError {
    return new ImuError(failure.code, failure.message, failure);
  }
}

/** Any thrown value as a failure; what is not ours is INTERNAL and keeps its stack. */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof ImuError) return thrown.failure;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return {
    code: 'INTERNAL',
    message: error.message,
    hint: 'This is a mistake in imu.',
    type: error.name,
    stack: (error.stack ?? '')
      .split('\n')
      .slice(1)
      .map((line) => line.trim()),
    cause: error.cause === undefined ? null : String(error.cause),
  };
}

export const isRetryable = (failure: Failure): boolean => FAILURE_CODES[failure.code].retryable;
