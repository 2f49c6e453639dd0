import {existsSync, readdirSync} from 'node:fs';
import {registerHooks} from 'node:module';
import {basename, join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {findProjectRoot} from '../plan/codeClosure.ts';
import {BadInput} from '../protocol/index.ts';

/** The suite that a file, found by `findSuiteFile`, exports by default; not yet checked. Throws BadInput where there is none to be had. */
export async function loadSuiteFile(file: string, who: string): Promise<unknown> {
  const path = resolve(file);
  if (!/\.[mc]?[tj]s$/.test(path))
    throw new BadInput({
      who,
      field: 'FILE',
      value: file,
      problem: 'is not a TypeScript or JavaScript file',
      allowed: 'a file that ends in .ts, .mts, .js or .mjs',
    });
  letFilesImportImu();
  const module = await importFile(path, file, who);
  if (module.default === undefined)
    throw new BadInput({
      who,
      field: 'FILE',
      value: file,
      problem: 'exports no suite',
      allowed: 'export default defineSuite({…})',
    });
  return module.default;
}

/** The experiments that come with the toolkit: name → file. */
export function experiments(): Readonly<Record<string, string>> {
  const folder = join(findProjectRoot(), 'experiments');
  const files = readdirSync(folder).filter((file) => /^[a-z0-9-]+\.ts$/.test(file));
  return Object.fromEntries(files.sort().map((file) => [basename(file, '.ts'), join(folder, file)]));
}

/** A path as it is; a bare name that is no file here but an experiment, that experiment's file. Throws BadInput that knows both. */
export function findSuiteFile(file: string, who: string): string {
  if (existsSync(file)) return file;
  const known = experiments();
  const experiment = known[file];
  if (experiment !== undefined) return experiment;
  if (/[/.]/.test(file))
    throw new BadInput({
      who,
      field: 'FILE',
      value: file,
      problem: 'does not exist',
      allowed: 'a TypeScript or JavaScript file that exports a suite',
    });
  throw new BadInput({
    who,
    field: 'FILE',
    value: file,
    problem: 'is neither a file here nor an experiment',
    allowed: Object.keys(known),
  });
}

async function importFile(path: string, file: string, who: string): Promise<{default?: unknown}> {
  try {
    return (await import(pathToFileURL(path).href)) as {default?: unknown};
  } catch (error) {
    if (error instanceof BadInput) throw error;
    const {message} = error as Error;
    const problem = `cannot be read as a module: ${message.split('\n')[0]}`;
    throw new BadInput({
      who,
      field: 'FILE',
      value: file,
      problem,
      allowed: 'a file that Node can import',
      nearest: null,
    });
  }
}

let areHooksRegistered = false;

/** A suite may lie anywhere and still say `import {defineSuite} from 'imu'`: the name means this very program. */
function letFilesImportImu(): void {
  if (areHooksRegistered) return;
  areHooksRegistered = true;
  const url = new URL('../index.js', import.meta.url).href;
  registerHooks({
    resolve: (specifier, context, nextResolve) =>
      specifier === 'imu' ? {url, shortCircuit: true} : nextResolve(specifier, context),
  });
}
