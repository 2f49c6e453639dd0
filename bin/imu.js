#!/usr/bin/env node
// Starts `imu` from a clean clone or an installed package. Plain JavaScript for any Node from 18 on; what it says goes to stderr.
import {spawn} from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {buildApp} from './build.js';
import {findNode} from './findNode.js';
import {installPackages} from './installPackages.js';
import {restoreTerminal} from './restoreTerminal.js';
import {sayAndExit} from './say.js';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

try {
  await installPackages(root);
  const app = path.join(await buildApp(root), 'src', 'cli', 'main.js');
  runApp(findNode(root), app);
} catch (error) {
  sayAndExit(error);
}

/** A process of its own even where this Node would do: NODE_ENV must be set before Node starts, and the app's crash must not be ours. */
function runApp(node, app) {
  const child = spawn(node, [app, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: {...process.env, NODE_ENV: 'production', NODE_COMPILE_CACHE: compileCache()},
  });
  // The terminal sends Ctrl-C to the child as well, a supervisor only to us: passed on, and the child takes two at once for one.
  process.on('SIGQUIT', () => {});
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']) process.on(signal, () => child.kill(signal));
  child.on('error', sayAndExit);
  child.on('exit', (code, signal) => leaveAs(code, signal));
}

function compileCache() {
  return process.env.NODE_COMPILE_CACHE ?? path.join(root, 'node_modules', '.cache', 'compile');
}

/** Ends as the child ended: by the same signal or with the same code. Where it left the terminal in disorder, with the code that shells give the signal. */
function leaveAs(code, signal) {
  if (signal === null) process.exit(code ?? 1);
  if (restoreTerminal()) {
    process.stderr.write(`imu: ended by ${signal}. Finished work is kept: the same command goes on.\n`);
    process.exit(128 + os.constants.signals[signal]);
  }
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
