import {spawnSync} from 'node:child_process';
import process from 'node:process';

/** Ends a frame that was being drawn, lets lines wrap, turns styles and bracketed paste off, shows the cursor and leaves the alternate screen. */
const RESTORE = '\u001b[?2026l\u001b[?7h\u001b[0m\u001b[?2004l\u001b[?25h\u001b[?1049l';

/**
 * Gives the screen back that a full-screen program left behind because it was killed; false where there is none, and then nothing is written. The modes
 * of the terminal come back when this process exits in its own time: Node then sets them as it found them.
 */
export function restoreTerminal() {
  if (!process.stdout.isTTY || !isRaw()) return false;
  process.stdout.write(RESTORE);
  return true;
}

/** Only a full-screen view reads keys one by one. */
function isRaw() {
  const {stdout} = spawnSync('stty', ['-a'], {stdio: ['inherit', 'pipe', 'ignore'], encoding: 'utf8'});
  return /(^|\s)-icanon\b/.test(stdout ?? '');
}
