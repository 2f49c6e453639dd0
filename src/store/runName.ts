import {ImuError} from '../protocol/index.ts';

/** Folders of the store itself. */
export const STORE_FOLDERS = ['objects', 'results', 'latest', 'tmp', 'leases', 'damaged'] as const;

const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const WINDOWS_RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

export const isRunId = (name: string): boolean =>
  RUN_ID.test(name) &&
  !name.endsWith('.') &&
  !WINDOWS_RESERVED.test(name) &&
  !(STORE_FOLDERS as readonly string[]).includes(name.toLowerCase());

/** A run's name becomes a folder's: an id and nothing else. Throws INVALID_REQUEST. */
export function checkRunId(name: string): void {
  if (isRunId(name)) return;
  throw new ImuError('INVALID_REQUEST', `run name ${JSON.stringify(name)} cannot be used`, {
    hint: `Use 1 to 128 letters, digits, ".", "_" and "-", beginning with a letter or digit; not ${STORE_FOLDERS.join(', ')} or a device name.`,
  });
}
