import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as sleep} from 'node:timers/promises';
import {say, Unready} from './say.js';

const STAMP = '.imu-lock-hash';
const STAGING = '.node_modules-';
const WAIT_LIMIT_MS = 15 * 60_000;

/**
 * Makes node_modules hold what package-lock.json says. The packages are installed in a staging folder and moved into place in one
 * rename, so that an interruption at any moment leaves either the old packages or the new ones. An installed package without a lock is left alone.
 */
export async function installPackages(root) {
  const lock = readOrNull(path.join(root, 'package-lock.json'));
  if (lock === null || !fs.existsSync(path.join(root, 'src'))) return;
  const hash = createHash('sha256').update(lock).digest('hex');
  if (isInstalled(root, hash, lock)) return;
  await waitForOthers(root);
  if (isInstalled(root, hash, lock)) return;
  const staging = path.join(root, `${STAGING}${process.pid}`);
  try {
    await installInto(staging, root, hash);
    moveIntoPlace(staging, root);
  } finally {
    fs.rmSync(staging, {recursive: true, force: true});
  }
}

function isInstalled(root, hash, lock) {
  const stamp = path.join(root, 'node_modules', STAMP);
  if (readOrNull(stamp) === hash) return true;
  if (!matchesOwnRecord(root, lock)) return false;
  fs.writeFileSync(stamp, hash);
  return true;
}

/** npm itself writes this record last: where it names all that the lock names, `npm ci` or `npm install` was run by hand. */
function matchesOwnRecord(root, lock) {
  const record = readOrNull(path.join(root, 'node_modules', '.package-lock.json'));
  if (record === null) return false;
  const installed = JSON.parse(record).packages;
  return Object.entries(JSON.parse(lock).packages).every(([name, wanted]) => {
    if (name === '' || installed[name] === undefined)
      return name === '' || wanted.optional === true || wanted.peer === true;
    return installed[name].version === wanted.version && installed[name].integrity === wanted.integrity;
  });
}

/** Another process of ours that installs now does it for us too. What a dead one left is removed. */
async function waitForOthers(root) {
  const deadline = Date.now() + WAIT_LIMIT_MS;
  let told = false;
  for (;;) {
    const others = stagingFolders(root).filter(({pid, folder}) => isAlive(pid) || removeFolder(folder));
    if (others.length === 0 || Date.now() > deadline) return;
    if (!told) say(`another imu (process ${others[0].pid}) installs the Node packages; waiting for it …`);
    told = true;
    await sleep(200);
  }
}

function stagingFolders(root) {
  return fs
    .readdirSync(root)
    .filter((name) => name.startsWith(STAGING))
    .map((name) => ({folder: path.join(root, name), pid: Number.parseInt(name.slice(STAGING.length), 10)}))
    .filter(({pid}) => pid !== process.pid);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** False, so that a filter drops it. */
function removeFolder(folder) {
  try {
    fs.rmSync(folder, {recursive: true, force: true});
  } catch {
    // An orphaned npm may still write there; the next start removes the rest.
  }
  return false;
}

async function installInto(staging, root, hash) {
  const start = Date.now();
  say('installing the Node packages (once; about 20 s) …');
  fs.rmSync(staging, {recursive: true, force: true});
  fs.mkdirSync(staging);
  for (const name of ['package.json', 'package-lock.json']) {
    fs.copyFileSync(path.join(root, name), path.join(staging, name));
  }
  await npm(
    ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
    staging,
  );
  fs.writeFileSync(path.join(staging, 'node_modules', STAMP), hash);
  say(`installed the Node packages in ${((Date.now() - start) / 1000).toFixed(0)} s`);
}

function npm(args, cwd) {
  return new Promise((resolve, reject) => {
    // Its stdout is sent to our stderr: stdout belongs to the app.
    const child = spawn('npm', args, {
      cwd,
      stdio: ['ignore', 2, 2],
      env: {...process.env, npm_config_engine_strict: 'false'},
    });
    const stop = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, stop);
    child.on('error', (error) =>
      reject(new Unready(`npm cannot be started (${error.message}). Install npm, then run this again.`, 1)),
    );
    child.on('exit', (code, signal) => {
      for (const name of signals) process.off(name, stop);
      if (code === 0) resolve();
      else if (signal !== null)
        reject(new Unready('interrupted; the next start installs the Node packages again.', 130));
      else
        reject(
          new Unready(
            `npm ci failed (exit code ${code}); its message is above. Is there a network, and space on the disk?`,
            1,
          ),
        );
    });
  });
}

function moveIntoPlace(staging, root) {
  const target = path.join(root, 'node_modules');
  const old = path.join(staging, 'old_node_modules');
  try {
    if (fs.existsSync(target)) fs.renameSync(target, old);
    fs.renameSync(path.join(staging, 'node_modules'), target);
  } catch (error) {
    throw new Unready(`${target} cannot be replaced (${error.code}). Run npm ci --ignore-scripts yourself.`, 1);
  }
}

function readOrNull(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}
