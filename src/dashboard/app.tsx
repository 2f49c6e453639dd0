import {Box, useApp, useInput, useStdin, useStdout, useWindowSize} from 'ink';
import {type ReactNode, useLayoutEffect} from 'react';
import {keyNames} from './keyNames.ts';
import type {Session} from './session.ts';

/** Ink holds the terminal: alternate screen, raw mode, keys, size and the way out. What is on the screen is painted by the session. */
export function App({session}: {readonly session: Session}): ReactNode {
  const {stdout} = useStdout();
  const {exit} = useApp();
  const {isRawModeSupported} = useStdin();
  const {columns, rows} = useWindowSize();

  useLayoutEffect(() => {
    session.start((text) => void stdout.write(text), exit);
    return () => session.stop();
  }, [session, stdout, exit]);
  useLayoutEffect(() => session.resize({columns, rows}), [session, columns, rows]);

  useInput((input, key) => session.press(keyNames(input, key)), {isActive: isRawModeSupported});
  return <Box />;
}
