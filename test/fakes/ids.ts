import { createHash } from 'node:crypto';
import type { Ids } from '../../src/ports/clock.ts';

/** Ids with the shape of real ones, the same series for the same seed. */
export function seededIds(seed: number | string): Ids {
  let count = 0;
  return {
    next: () => {
      count += 1;
      const digest = createHash('sha256').update(`${seed}:${count}`).digest('hex');
      return BigInt(`0x${digest}`).toString(36).padStart(26, '0').slice(-26);
    },
  };
}
