import {execFile} from 'node:child_process';
import {promisify} from 'node:util';

export interface Installed {
  readonly pythonVersion: string;
  /** Normalised name → version. */
  readonly packages: Readonly<Record<string, string>>;
  /** Folders that packages are looked for in; their times change when one is added or removed. */
  readonly folders: readonly string[];
}

/** Asks an interpreter what it has, without importing any of it. Rejects with what the process said when it does not run. */
export async function installedPackages(interpreter: string): Promise<Installed> {
  const {stdout} = await promisify(execFile)(interpreter, ['-c', ASK], {timeout: 60_000, maxBuffer: 2 ** 24});
  return JSON.parse(stdout.slice(stdout.lastIndexOf('{"pythonVersion"')));
}

/** The first of two packages of one name is the one that gets imported. */
const ASK = `
import importlib.metadata, json, os, re, sys
packages = {}
for found in importlib.metadata.distributions():
    name = found.metadata["Name"]
    if name:
        packages.setdefault(re.sub(r"[-_.]+", "-", name).lower(), found.version)
folders = sorted({os.path.realpath(folder) for folder in sys.path if folder and os.path.isdir(folder)})
print(json.dumps({"pythonVersion": "%d.%d.%d" % sys.version_info[:3], "packages": dict(sorted(packages.items())), "folders": folders}))
`;
