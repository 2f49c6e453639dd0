import {ImuError, JOURNAL_FORMAT} from '../protocol/index.ts';
import {readLine} from './journalLine.ts';
import {MANIFEST_FORMAT} from './manifestFile.ts';

/** What a run says when a newer imu wrote it. Nothing of it may be guessed at, and nothing be written to it. */
export function newerManifest(runId: string, formatVersion: number): ImuError {
  return newerFormat(runId, 'manifest', formatVersion, MANIFEST_FORMAT);
}

/** Throws INVALID_REQUEST when a session of a newer imu wrote these bytes of a journal in a format of its own. */
export function refuseNewerJournal(runId: string, bytes: Buffer): void {
  const newest = newestFormat(bytes);
  if (newest > JOURNAL_FORMAT) throw newerFormat(runId, 'journal', newest, JOURNAL_FORMAT);
}

const newerFormat = (runId: string, what: string, theirs: number, ours: number): ImuError =>
  new ImuError(
    'INVALID_REQUEST',
    `run ${runId} was written by a newer imu: its ${what} has format ${theirs}, this imu reads up to ${ours}`,
    {
      type: 'NewerFormat',
      hint: 'Update imu, then run the same command again. Nothing in the run was changed.',
    },
  );

/** No text inside of an event can look like this: its quotes would be escaped. */
const SESSION = Buffer.from('"type":"runStarted"');
const NEWLINE = 0x0a;

/** The highest format that a session of a journal names; 0 where none does, as in version 0.1.0. */
function newestFormat(bytes: Buffer): number {
  let newest = 0;
  for (let at = bytes.indexOf(SESSION); at !== -1; at = bytes.indexOf(SESSION, at + SESSION.length)) {
    const end = bytes.indexOf(NEWLINE, at);
    const entry = readLine(bytes.subarray(bytes.lastIndexOf(NEWLINE, at) + 1, end === -1 ? bytes.length : end));
    if (entry?.event.type === 'runStarted') newest = Math.max(newest, entry.event.formatVersion ?? 0);
  }
  return newest;
}
