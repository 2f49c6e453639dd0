import type {Failure, FailureCode} from '../protocol/index.ts';
import {isRetryable} from '../protocol/index.ts';

export interface RetryPolicy {
  /** Runs of one task after its first, when it fails in a retryable way. */
  readonly maxRetries: number;
  /** Milliseconds before the first retry, and before a lane that died twice without finishing anything opens again; doubled each time. */
  readonly pauseMs: number;
  /** Times in a row that a lane may fail to open before it is given up. */
  readonly maxOpenings: number;
}

export const RETRY: RetryPolicy = {maxRetries: 2, pauseMs: 250, maxOpenings: 3};

/** Longest pause, in milliseconds. */
const MAX_PAUSE_MS = 10_000;

export const pauseBefore = (count: number, {pauseMs}: RetryPolicy): number =>
  count < 1 ? 0 : Math.min(MAX_PAUSE_MS, pauseMs * 2 ** (count - 1));

export const shouldRetry = (failure: Failure, attempt: number, {maxRetries}: RetryPolicy): boolean =>
  isRetryable(failure) && attempt <= maxRetries;

/** After these nothing is known about the process, or too much of its memory is gone: the next task gets a new one. */
const NEEDS_FRESH_SIDECAR: ReadonlySet<FailureCode> = new Set(['SIDECAR_EXITED', 'DEADLINE', 'OUT_OF_MEMORY']);

export const needsFreshSidecar = (failure: Failure): boolean => NEEDS_FRESH_SIDECAR.has(failure.code);
