/** Traffic from what is true of each second, for faults that a `Service` has no field for. The judge sees nothing of it but counts. */
import { binomial, poisson, type Random } from '../random.ts';
import type { ArmSecond, Second } from '../traces.ts';

/** One run: both arms, second by second. */
export type Make = (random: Random, seconds: number) => Second[];

export interface Now {
  readonly requests: number;
  /** The canary's part of them, 0 to 1. */
  readonly share: number;
  /** The chance to fail on each arm. */
  readonly candidate: number;
  readonly stable: number;
}
export const USUAL: Now = { requests: 100, share: 0.1, candidate: 0.001, stable: 0.001 };

export const arm = (requests: number, bad: number, latencyBuckets: readonly number[] = []): ArmSecond => ({ requests, failures: { status5xx: Math.min(requests, bad) }, latencyBuckets });

/** @param begin is called once for each run, so that it can hold what goes on from second to second */
export const fromNow = (begin: (random: Random) => (second: number) => Partial<Now>): Make => (random, seconds) => {
  const at = begin(random);
  return Array.from({ length: seconds }, (_, second) => {
    const now = { ...USUAL, ...at(second) };
    const requests = poisson(random, now.requests);
    const own = binomial(random, requests, now.share);
    return { candidate: arm(own, binomial(random, own, Math.min(1, now.candidate))), stable: arm(requests - own, binomial(random, requests - own, Math.min(1, now.stable))) };
  });
};

/** Where chance goes on from run to run only. */
export const at = (of: (second: number) => Partial<Now>): Make => fromNow(() => of);
export const both = (rate: number): Partial<Now> => ({ candidate: rate, stable: rate });
