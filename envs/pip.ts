import {appendFileSync, existsSync, readdirSync} from 'node:fs';
import path from 'node:path';
import {$} from 'zx';
import {ImuError} from '../src/protocol/failures.ts';

export interface PipRequest {
  /** Interpreter of the virtual environment. */
  readonly interpreter: string;
  readonly requirements: readonly string[];
  /** All that pip says goes here. */
  readonly logPath: string;
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal | undefined;
}

/** Installs what the requirement files ask for. Progress lines read `fetching torch 2.13.0, 804.1 MB (3)` and `installing torch (3 of 18)`. */
export async function pipInstall({interpreter, requirements, logPath, onProgress, signal}: PipRequest): Promise<void> {
  const progress = new PipProgress(path.dirname(path.dirname(interpreter)), onProgress);
  // Wheels only: an install then runs no code of the packages.
  const options = ['--only-binary=:all:', '--progress-bar=off', '--no-input', ...extraArguments()];
  const files = requirements.flatMap((file) => ['-r', file]);
  const poll = setInterval(() => progress.reportInstalled(), 300);
  try {
    await runPython(interpreter, ['-m', 'pip', 'install', ...options, ...files], {
      signal,
      onLine: (line) => {
        appendFileSync(logPath, `${line}\n`);
        progress.read(line);
      },
    });
  } finally {
    clearInterval(poll);
  }
}

/** IMU_PIP_ARGS, parted at white space. */
const extraArguments = (): string[] => (process.env.IMU_PIP_ARGS ?? '').split(/\s+/).filter((word) => word !== '');

class PipProgress {
  readonly #venv: string;
  readonly #onProgress: (line: string) => void;
  readonly #fetched = new Set<string>();
  #toInstall: readonly string[] = [];
  #numInstalled = 0;

  constructor(venv: string, onProgress: (line: string) => void) {
    this.#venv = venv;
    this.#onProgress = onProgress;
  }

  read(line: string): void {
    const [, name, version, size] =
      /^\s*(?:Downloading|Using cached|Processing) (?:\S*\/)?([\w.]+)-([\w.+!]+)-\S+\.whl(?:\s+\((\d[\d.]* \w+)\))?/.exec(
        line,
      ) ?? [];
    if (name !== undefined && !line.includes('.whl.metadata') && !this.#fetched.has(name)) {
      this.#fetched.add(name);
      const shownSize = size === undefined ? '' : `, ${size}`;
      this.#onProgress(`fetching ${name} ${version}${shownSize} (${this.#fetched.size})`);
    }
    const [, list] = /^Installing collected packages: (.+)$/.exec(line) ?? [];
    if (list !== undefined) this.#toInstall = list.split(', ');
  }

  /** pip says nothing while it installs; the record of each finished package is there to be counted. */
  reportInstalled(): void {
    if (this.#toInstall.length === 0) return;
    const installed = new Set(
      sitePackages(this.#venv).map((name) => normalised(name.replace(/-[^-]+\.dist-info$/, ''))),
    );
    const left = this.#toInstall.filter((name) => !installed.has(normalised(name)));
    const numInstalled = this.#toInstall.length - left.length;
    if (left[0] === undefined || numInstalled + 1 === this.#numInstalled) return;
    this.#numInstalled = numInstalled + 1;
    this.#onProgress(`installing ${left[0]} (${this.#numInstalled} of ${this.#toInstall.length})`);
  }
}

const normalised = (name: string): string => name.replaceAll(/[-_.]+/g, '-').toLowerCase();

function sitePackages(venv: string): string[] {
  const library = path.join(venv, 'lib');
  if (!existsSync(library)) return [];
  const folders = readdirSync(library).map((name) => path.join(library, name, 'site-packages'));
  return folders.filter((folder) => existsSync(folder)).flatMap((folder) => readdirSync(folder));
}

/** Runs Python to its end, all it says line by line. It ends when we end: an orphan would go on writing. Throws CANCELLED or ASSET_MISSING. */
export async function runPython(
  interpreter: string,
  args: readonly string[],
  {onLine, signal}: {onLine: (line: string) => void; signal: AbortSignal | undefined},
): Promise<void> {
  // A bash whose stdin is a socket, as Node's pipes are, takes itself for a remote shell and reads ~/.bashrc: it gets none.
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  const options = {
    env: pythonEnvironment(),
    stdio,
    quiet: true,
    nothrow: true,
    ...(signal === undefined ? {} : {signal}),
  };
  const command = ['-c', WITH_PARENT, String(process.pid), ...args];
  // `exec`, so that Python is our child and not a shell's.
  const child = $(options)`exec ${interpreter} ${command} 2>&1`;
  const tail: string[] = [];
  try {
    for await (const line of child) {
      onLine(line);
      tail.push(line);
      if (tail.length > 200) tail.shift();
    }
  } catch (thrown) {
    // Node's word for the output of a process that was ended by a signal.
    if ((thrown as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw thrown;
  }
  const {exitCode, signal: endedBy} = await child;
  if (signal?.aborted || endedBy === 'SIGINT')
    throw new ImuError('CANCELLED', 'interrupted while making the environment');
  if (exitCode !== 0) throw explain(tail, endedBy);
}

/** Ours, without what would make Python or the shell read anything else first. */
function pythonEnvironment(): NodeJS.ProcessEnv {
  const {BASH_ENV: _, PYTHONPATH: __, PYTHONHOME: ___, ...env} = process.env;
  return {...env, PYTHONUNBUFFERED: '1', PYTHONNOUSERSITE: '1', PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_USER: '0'};
}

/** Runs the module that follows \`-m\` and watches for our end. Modules run by Python's own \`-m\` rules. */
const WITH_PARENT = `
import os, runpy, sys, threading, time
parent = int(sys.argv[1])
def watch():
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)
threading.Thread(target=watch, daemon=True).start()
module = sys.argv[3]
sys.argv = sys.argv[3:]
runpy.run_module(module, run_name="__main__", alter_sys=True)
`;

function explain(output: readonly string[], endedBy: NodeJS.Signals | null): ImuError {
  const text = output.join('\n');
  const [, wanted] = /No matching distribution found for (\S+)/.exec(text) ?? [];
  if (/No space left on device|Errno 28|Disk quota exceeded/.test(text)) {
    return missing(
      'the disk is full',
      'Free some space, or set IMU_CACHE to a folder on another disk; then run this again.',
    );
  }
  if (OFFLINE.test(text)) {
    return missing(
      'pip cannot reach its package index',
      'Is there a network, or a proxy to set (HTTPS_PROXY)? IMU_PIP_ARGS can name another index, or --find-links FOLDER.',
    );
  }
  if (wanted !== undefined) {
    return missing(
      `pip finds no ${wanted} for this Python on this platform`,
      'IMU_PIP_ARGS can name another index; `imu doctor` tells which Python is used.',
    );
  }
  if (text.includes('ResolutionImpossible')) {
    return missing(
      'pip finds no versions that the lock allows',
      `IMU_PIP_ARGS can name another index. ${constraintOf(text)}`,
    );
  }
  const said = output.filter((line) => /error/i.test(line)).at(-1) ?? output.at(-1) ?? '';
  return missing(
    endedBy === null ? `pip failed: ${said.trim()}` : `pip was ended by ${endedBy}`,
    'Running this again starts afresh.',
  );
}

/** The first version that pip could not have, as it says it. */
const constraintOf = (text: string): string =>
  /requested \(constraint\) (\S+)/.exec(text)?.[1]?.replace(/^/, 'Missing: ') ?? '';

const OFFLINE =
  /name resolution|NewConnectionError|Network is unreachable|Connection refused|Max retries exceeded|ProxyError|ConnectTimeout|nodename nor servname/;

const missing = (message: string, hint: string): ImuError => new ImuError('ASSET_MISSING', message, {hint});
