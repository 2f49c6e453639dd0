import {createHash} from 'node:crypto';
import {stringify} from '../../protocol/index.ts';

/** Numbers in [0, 1) that depend on `inputs` alone: the fake's stand-in for computing. */
export function drawFrom(...inputs: readonly unknown[]): () => number {
  const seed = createHash('sha256').update(stringify(inputs)).digest();
  let state = seed.readUInt32LE(0);
  // mulberry32: 32 bits of state are plenty for numbers that only have to look alive.
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
