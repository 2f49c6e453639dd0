// One voice for what happens before the app runs: stderr only, so that stdout stays the app's.
import process from 'node:process';

/** What a person can mend: its message is all there is to say. Leads to exit code 2 unless told otherwise. */
export class Unready extends Error {
  constructor(message, exitCode = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}

export function say(line) {
  process.stderr.write(`imu: ${line}\n`);
}

/** @returns {never} */
export function sayAndExit(error) {
  // A full disk or a folder that is not ours comes as a system error, whose message names the path.
  const isExpected = error instanceof Unready || typeof error?.syscall === 'string';
  say(isExpected && process.env.IMU_DEBUG !== '1' ? error.message : String(error?.stack ?? error));
  process.exit(error instanceof Unready ? error.exitCode : 1);
}
