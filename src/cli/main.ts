import {reportError} from './errors.ts';
import {EXIT} from './exitCodes.ts';
import {createProgram} from './program.ts';

/** The entry that `bin/imu.js` starts. */
process.stdout.on('error', leaveOnClosedPipe);
process.stderr.on('error', () => {});
process.on('uncaughtException', (error) => process.exit(reportError(error, wantsJson())));

const words = process.argv.slice(2);
try {
  await createProgram().parseAsync(words.length === 0 ? ['--help'] : words, {from: 'user'});
} catch (error) {
  process.exitCode = reportError(error, wantsJson());
}

function wantsJson(): boolean {
  const given = process.argv.slice(2);
  const end = given.indexOf('--');
  return given.slice(0, end === -1 ? undefined : end).includes('--json');
}

/** A reader such as `head` that has seen enough is no failure. */
function leaveOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? EXIT.done);
}
