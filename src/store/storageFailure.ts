import type {Failure} from '../protocol/index.ts';
import {ImuError} from '../protocol/index.ts';

const TYPE = 'StorageFailure';

const DISK_ERRORS = {
  ENOSPC: 'Free some space there and run the same command again: it goes on where it stopped.',
  EDQUOT: 'Your quota is used up. Free some space there and run the same command again: it goes on where it stopped.',
  EROFS:
    'The file system has become read-only. Choose another folder with --out, or mend it, and run the same command again.',
  EIO: 'The disk reports an error. Choose another folder with --out, and look after the disk.',
};

const HINTS: Record<string, string> = {
  ...DISK_ERRORS,
  EACCES: 'Check who owns the folder, or choose another with --out.',
};

/** A file system's error as a failure of the whole run: nothing more can be acknowledged, and no task is to blame. */
export function storageFailure(what: string, thrown: unknown): ImuError {
  if (thrown instanceof ImuError) return thrown;
  const error = thrown as NodeJS.ErrnoException;
  return new ImuError('INTERNAL', `cannot ${what}: ${error.message}`, {
    type: TYPE,
    hint: HINTS[error.code ?? ''] ?? 'Check the folder, then run the same command again: it goes on where it stopped.',
    cause: error.code ?? null,
  });
}

/** A full, broken or read-only disk, met by code that knows nothing of the store. */
export const isStorageError = (thrown: unknown): boolean =>
  thrown instanceof Error && ((thrown as NodeJS.ErrnoException).code ?? '') in DISK_ERRORS;

export const isStorageFailure = (failure: Failure): boolean => failure.type === TYPE;
