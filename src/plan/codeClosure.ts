import {createHash} from 'node:crypto';
import {existsSync, readFileSync, statSync} from 'node:fs';
import {dirname, join, relative, resolve, sep} from 'node:path';
import {fileURLToPath} from 'node:url';
import {importedByPython} from './pythonImports.ts';
import {importedByTypeScript} from './typescriptImports.ts';

/**
 * sha256 of every source file that `roots` reach by imports, roots included: path from the project's root → hash. Both languages; a file's
 * hash is of its bytes, so that a comment counts too: a task run once too often is cheap, a wrong hit is not. Read once per process:
 * what is edited while a run is going on belongs to the next run.
 *
 * @param roots Paths from the project's root, e.g. `src/methods/imu.ts`, `py/imu_sidecar/objectives/npo.py`. Throws where one does not exist.
 */
export function codeClosure(roots: readonly string[], projectRoot: string = findProjectRoot()): Record<string, string> {
  const hashes = new Map<string, string>();
  const queue = roots.map((root) => resolve(projectRoot, root));
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const name = relative(projectRoot, path).split(sep).join('/');
    if (hashes.has(name)) continue;
    const source = readSource(path, projectRoot);
    hashes.set(name, source.sha256);
    queue.push(...source.imports);
  }
  return Object.fromEntries([...hashes].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The folder that holds `package.json`, `src/` and `py/`; the same from `src/plan/` and from `dist/src/plan/`. */
export function findProjectRoot(from: string = fileURLToPath(import.meta.url)): string {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'src'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no folder above ${from} holds package.json and src/`);
  }
}

interface Source {
  readonly sha256: string;
  /** Absolute paths. */
  readonly imports: readonly string[];
}

const sources = new Map<string, Source>();

function readSource(path: string, projectRoot: string): Source {
  const known = sources.get(path);
  if (known !== undefined) return known;
  const bytes = readFileSync(path);
  const text = bytes.toString('utf8');
  const candidates = path.endsWith('.py')
    ? importedByPython(text, path, join(projectRoot, 'py'))
    : importedByTypeScript(text, path, join(projectRoot, 'src', 'index.ts'));
  const source = {sha256: createHash('sha256').update(bytes).digest('hex'), imports: candidates.filter(isFile)};
  sources.set(path, source);
  return source;
}

const isFile = (path: string): boolean => statSync(path, {throwIfNoEntry: false})?.isFile() ?? false;
