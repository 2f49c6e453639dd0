import {execFileSync} from 'node:child_process';
import {findProjectRoot} from '../plan/codeClosure.ts';

/** Commit of this toolkit's checkout, with `+changes` where files differ from it; null outside a checkout. */
export function readCommit(): string | null {
  try {
    const commit = git('rev-parse', 'HEAD');
    return git('status', '--porcelain', '--untracked-files=no') === '' ? commit : `${commit}+changes`;
  } catch {
    return null;
  }
}

const git = (...words: string[]): string =>
  execFileSync('git', ['-C', findProjectRoot(), ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
