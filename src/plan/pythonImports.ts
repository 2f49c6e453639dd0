import {dirname, join} from 'node:path';

/** `from X import names`, X relative or in our package; names may stand in brackets over several lines. */
const FROM_IMPORT = /\bfrom\s+(\.+[ \t]*[\w.]*|imu_sidecar[\w.]*)\s+import\s*(\([^)]*\)|[^\n]*)/g;
/** Any dotted name in our package, in an import or in a string for importlib. */
const DOTTED_NAME = /\bimu_sidecar(?:\.\w+)*/g;

/**
 * Files that a Python source may load from our package: of each imported module the module, its packages' `__init__.py`, and every imported name
 * that could be a submodule. Deliberately too many, functions and docstrings included. Candidates: the caller keeps those that exist.
 *
 * @param packageRoot Folder that holds `imu_sidecar`.
 */
export function importedByPython(text: string, path: string, packageRoot: string): string[] {
  const joined = text.replaceAll(/\\\r?\n/g, ' ');
  // A bracket inside a comment would end the list of names early; a `#` inside a string would cut a line. Both readings count.
  const readings = [joined, joined.replaceAll(/#[^\n]*/g, '')];
  const candidates = new Set<string>(packagesAbove(dirname(path), packageRoot));
  for (const reading of readings) {
    for (const [, module = '', names = ''] of reading.matchAll(FROM_IMPORT)) {
      const base = moduleBase(module.replaceAll(/\s/g, ''), path, packageRoot);
      addModule(candidates, base, packageRoot);
      for (const name of names.match(/\w+/g) ?? []) addModule(candidates, join(base, name), packageRoot);
    }
    for (const [name] of reading.matchAll(DOTTED_NAME)) {
      addModule(candidates, join(packageRoot, ...name.split('.')), packageRoot);
      addModule(candidates, join(packageRoot, ...name.split('.').slice(0, -1)), packageRoot);
    }
  }
  return [...candidates];
}

/** `.x` → file's folder/x, `..x` → one above, `imu_sidecar.x` → packageRoot/imu_sidecar/x; without extension. */
function moduleBase(module: string, path: string, packageRoot: string): string {
  const dots = /^\.*/.exec(module)?.[0].length ?? 0;
  const names = module.slice(dots).split('.').filter(Boolean);
  if (dots === 0) return join(packageRoot, ...names);
  return join(dirname(path), ...Array.from({length: dots - 1}, () => '..'), ...names);
}

function addModule(candidates: Set<string>, base: string, packageRoot: string): void {
  candidates.add(`${base}.py`);
  for (const init of packagesAbove(base, packageRoot)) candidates.add(init);
}

/** `__init__.py` of a folder and of all folders above it, up to the package's root: Python runs them on import. */
function packagesAbove(folder: string, packageRoot: string): string[] {
  const inits: string[] = [];
  for (let at = folder; at.startsWith(packageRoot) && at !== packageRoot; at = dirname(at))
    inits.push(join(at, '__init__.py'));
  return inits;
}
