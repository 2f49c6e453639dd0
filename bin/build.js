import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {findNode} from './findNode.js';
import {Unready} from './say.js';

const PREFIX = '.dist-';
const KEPT_BUILDS = 8;

/**
 * The folder that holds the app as JavaScript, built anew where a source file changed. A build stands under the hash of its sources and
 * `dist` points to the newest: a run that goes on for hours keeps the build it began with. A published package has no sources: its `dist` is used.
 */
export async function buildApp(root) {
  if (!fs.existsSync(path.join(root, 'src'))) return path.join(root, 'dist');
  const folder = path.join(root, `${PREFIX}${sourceHash(root)}`);
  if (!fs.existsSync(folder)) {
    compile(root, folder);
    removeOldBuilds(root, folder);
  }
  pointDistTo(root, folder);
  return folder;
}

/** Names, sizes and times of all that goes into a build: some milliseconds, where reading the files would take many. */
function sourceHash(root) {
  const hash = createHash('sha256');
  for (const name of ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'])
    addFile(hash, root, name);
  for (const name of ['envs', 'src']) addFolder(hash, root, name);
  return hash.digest('hex').slice(0, 16);
}

function addFolder(hash, root, name) {
  const entries = fs.readdirSync(path.join(root, name), {withFileTypes: true});
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const child = `${name}/${entry.name}`;
    if (entry.isDirectory()) addFolder(hash, root, child);
    else if (/(?<!\.test)\.tsx?$/.test(entry.name)) addFile(hash, root, child);
  }
}

function addFile(hash, root, name) {
  const {size, mtimeMs} = fs.statSync(path.join(root, name));
  hash.update(`${name}\0${size}\0${mtimeMs}\n`);
}

/** Types are the type check's business: a build only fails on what cannot be read as TypeScript. */
function compile(root, folder) {
  const staging = `${folder}-${process.pid}`;
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = [tsc, '-p', path.join(root, 'tsconfig.build.json'), '--noCheck', '--outDir', staging];
  const {status, stdout, error} = spawnSync(findNode(root), args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 2]});
  if (status !== 0) {
    fs.rmSync(staging, {recursive: true, force: true});
    throw new Unready(`the sources do not compile:\n${stdout || (error?.message ?? '')}`, 1);
  }
  try {
    fs.renameSync(staging, folder);
  } catch (error) {
    if (!fs.existsSync(folder)) throw error;
    fs.rmSync(staging, {recursive: true, force: true});
  }
}

function removeOldBuilds(root, current) {
  const builds = fs
    .readdirSync(root)
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => path.join(root, name))
    .map((folder) => ({folder, time: fs.statSync(folder, {throwIfNoEntry: false})?.mtimeMs ?? 0}))
    .sort((a, b) => b.time - a.time);
  for (const {folder} of builds.slice(KEPT_BUILDS)) {
    if (folder !== current) fs.rmSync(folder, {recursive: true, force: true});
  }
}

/** For `import 'imu'` in an experiment: package.json sends it to `dist`. */
function pointDistTo(root, folder) {
  const link = path.join(root, 'dist');
  const target = path.basename(folder);
  const current = fs.lstatSync(link, {throwIfNoEntry: false});
  if (current?.isSymbolicLink() && fs.readlinkSync(link) === target) return;
  if (current?.isDirectory()) fs.rmSync(link, {recursive: true, force: true});
  const staging = `${folder}-link-${process.pid}`;
  fs.symlinkSync(target, staging, 'dir');
  fs.renameSync(staging, link);
}
