import {type RunEvent, stringify} from '../protocol/index.ts';

/** `--json`: every event is one line, and nothing else is written. Non-finite numbers are encoded as in the journal. */
export function jsonLines(write: (text: string) => void): (record: {readonly event: RunEvent}) => void {
  return ({event}) => write(`${stringify(event)}\n`);
}
