import {existsSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {Unready} from './say.js';

/** From 22.18 on Node reads a suite's TypeScript by itself. */
const NEEDED = [22, 18];

/** A Node that can run the app: this one, else the one that came with the packages. Throws Unready. */
export function findNode(root) {
  if (isGoodEnough(process.versions.node)) return process.execPath;
  const bundled = path.join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(bundled)) return bundled;
  throw new Unready(
    `Node ${NEEDED.join('.')} or newer is needed; this is ${process.versions.node} on ${process.platform} ${process.arch}.\n` +
      '  Get it from nodejs.org, or with a version manager: nvm install 24, fnm install 24, brew install node.\n' +
      '  On Linux x64 and arm64 `npm ci` brings one along.',
  );
}

export function isGoodEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}
