import { expect, it } from '@jest/globals';
import { LATENCY_BOUNDS_MS } from '../../../src/contracts/router.ts';
import { RevisionTally } from '../../../src/router/counts.ts';

it('puts a latency under the first bound that is not below it, and the longest in the open bucket', () => {
  const tally = new RevisionTally();
  for (const elapsed of [0, 1, 1.001, 1.25, 10_000, 10_001]) tally.answeredAfter(elapsed);
  const { latencyBuckets } = tally.snapshot();
  expect(latencyBuckets).toHaveLength(LATENCY_BOUNDS_MS.length + 1);
  expect([latencyBuckets[0], latencyBuckets[1], latencyBuckets.at(-2), latencyBuckets.at(-1)]).toEqual([2, 2, 1, 1]);
});

it('finds the bucket that a search from the first one finds', () => {
  for (const elapsed of [...LATENCY_BOUNDS_MS.flatMap((bound) => [bound - 0.01, bound, bound + 0.01]), 99_999]) {
    const tally = new RevisionTally();
    tally.answeredAfter(elapsed);
    const first = LATENCY_BOUNDS_MS.findIndex((bound) => elapsed <= bound);
    expect(tally.snapshot().latencyBuckets.indexOf(1)).toBe(first === -1 ? LATENCY_BOUNDS_MS.length : first);
  }
});

it('gives snapshots that do not change afterwards', () => {
  const tally = new RevisionTally();
  const before = tally.snapshot();
  tally.answeredAfter(1);
  tally.failures.connect++;
  expect(before.latencyBuckets[0]).toBe(0);
  expect(before.failures.connect).toBe(0);
});
