import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {ImuError} from '../src/protocol/failures.ts';
import {differences} from './differences.ts';
import {directPackages, type EnvironmentName, requirementsPath} from './environments.ts';
import {installedPackages} from './installedPackages.ts';
import {findComplete, interpreterOf} from './record.ts';

/** Looks at what is really installed, not at the record: against the lock, for unmet needs, and whether it can be imported. Throws ASSET_MISSING. */
export async function checkEnvironment(name: EnvironmentName): Promise<{interpreter: string; problems: string[]}> {
  const found = findComplete(name);
  if (found === null) {
    throw new ImuError('ASSET_MISSING', `the Python environment ${name} is not made`, {hint: `imu env make ${name}`});
  }
  const interpreter = interpreterOf(found.folder, found.record);
  const unlike = differences(name, found.record.extras, await installedPackages(interpreter));
  const unmet = await complaint(interpreter, ['-m', 'pip', 'check']);
  const modules = directPackages(requirementsPath(name)).map((direct) => direct.replaceAll('-', '_'));
  const unimportable = await complaint(interpreter, ['-c', `import ${modules.join(', ')}`]);
  return {interpreter, problems: [...unlike, ...unmet, ...unimportable]};
}

/** What a command that fails says last; nothing when it succeeds. */
async function complaint(interpreter: string, args: readonly string[]): Promise<string[]> {
  try {
    await promisify(execFile)(interpreter, args, {timeout: 300_000});
    return [];
  } catch (thrown) {
    const {stdout = '', stderr = ''} = thrown as {stdout?: string; stderr?: string};
    return [`${stdout}${stderr}`.trim().split('\n').at(-1) ?? String(thrown)];
  }
}
