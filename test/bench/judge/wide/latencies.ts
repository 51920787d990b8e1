/** Traffic whose answers take their time, each by its own. */
import { binomial, normal, poisson, type Random } from '../random.ts';
import { BOUNDS_MS } from '../traces.ts';
import { arm, type Make } from './arms.ts';

/** A log-normal answer. */
export const around = (random: Random, medianMs: number, sigma = 0.5): number => medianMs * Math.exp(sigma * normal(random));

/** Where a latency is among the bounds. */
function bucketOf(ms: number): number {
  let [low, high] = [0, BOUNDS_MS.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ms <= BOUNDS_MS[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** @param begin is called once for each run; @returns how long an answer takes, in ms */
export const answering = (begin: (random: Random) => (second: number, isCandidate: boolean) => number, requests = 100, share = 0.1): Make => (random, seconds) => {
  const takes = begin(random);
  const counted = (count: number, second: number, isCandidate: boolean) => {
    const buckets = BOUNDS_MS.map(() => 0).concat(0);
    for (let request = 0; request < count; request += 1) buckets[bucketOf(takes(second, isCandidate))]! += 1;
    return arm(count, binomial(random, count, 0.001), buckets);
  };
  return Array.from({ length: seconds }, (_, second) => {
    const asked = poisson(random, requests);
    const own = binomial(random, asked, share);
    return { candidate: counted(own, second, true), stable: counted(asked - own, second, false) };
  });
};
