import {type Instance, render} from 'ink';
import {App} from './app.tsx';
import type {Session} from './session.ts';

export interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
  readonly stderr: NodeJS.WriteStream;
}

/** Puts a session on the terminal's alternate screen. Ctrl-C comes as a key, not as a signal. */
export const mount = (session: Session, streams: Streams): Instance =>
  render(<App session={session} />, {...streams, alternateScreen: true, exitOnCtrlC: false, patchConsole: true});
