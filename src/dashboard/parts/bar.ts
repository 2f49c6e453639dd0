import type {Theme} from '../theme.ts';

/** A bar of `width` characters; share from 0 to 1. */
export function bar(share: number, width: number, {ascii}: Theme): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  const [on, off] = ascii ? ['#', '-'] : ['▓', '░'];
  return on.repeat(filled) + off.repeat(width - filled);
}
