import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { addCounts, armDelta, failuresOf, NO_COUNTS, plainCounts } from '../../../../src/domain/judge/counts.ts';
import { quantileMs } from '../../../../src/domain/judge/quantile.ts';
import { arm, BOUNDS } from './builders.ts';

const anyArm = fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(...BOUNDS, 5000)).map(([requests, share, latency]) => arm(requests, Math.floor(share * requests), latency));

describe('armDelta', () => {
  it('and addCounts undo each other', () => {
    fc.assert(fc.property(anyArm, anyArm, (before, more) => {
      expect(armDelta(before, addCounts(before, more))).toEqual(more);
    }));
  });
  it('takes all of a revision that was not there before', () => expect(armDelta(undefined, arm(7, 1))).toEqual(arm(7, 1)));
  it.each([
    ['fewer requests', arm(10), arm(9)],
    ['fewer failures', arm(10, 2), arm(10, 1)],
    ['a class of failures that is gone', { ...arm(10), failures: { timeout: 1 } }, { ...arm(10), failures: {} }],
    ['a lower bucket', arm(10, 0, 3), arm(10, 0, 30)],
    ['other buckets', arm(10), { ...arm(20), boundsMs: [1], latencyBuckets: [20, 0] }],
  ])('knows nothing after %s', (_, before, after) => expect(armDelta(before, after)).toBeNull());
});

describe('addCounts', () => {
  it('keeps the larger histogram where buckets differ, and all requests', () => {
    const other = { ...arm(3), boundsMs: [7], latencyBuckets: [3, 0] };
    expect(addCounts(arm(10), other)).toMatchObject({ requests: 13, boundsMs: BOUNDS });
    expect(addCounts(other, arm(10)).boundsMs).toEqual(BOUNDS);
    expect(addCounts(NO_COUNTS, arm(10, 2))).toEqual(arm(10, 2));
    expect(failuresOf(addCounts(arm(10, 2), { ...arm(1), failures: { connect: 1 } }))).toBe(3);
  });
});

describe('metrics of the service\'s own', () => {
  const own = (total: number, bad: number, ages: number[]) => ({ ...arm(10), events: { orders: { total, bad } }, histograms: { age: { buckets: ages, bounds: [10] } } });
  it('are added and taken from each other like requests', () => {
    expect(addCounts(own(5, 1, [3, 2]), own(7, 0, [7, 0]))).toMatchObject({ events: { orders: { total: 12, bad: 1 } }, histograms: { age: { buckets: [10, 2] } } });
    expect(armDelta(own(5, 1, [3, 2]), { ...own(12, 1, [10, 2]), requests: 20 })).toMatchObject({ events: { orders: { total: 7, bad: 0 } }, histograms: { age: { buckets: [7, 0] } } });
    expect(addCounts(arm(3), own(5, 1, [3, 2])).events).toEqual({ orders: { total: 5, bad: 1 } });
  });
  it.each([['fewer events', own(4, 1, [3, 2])], ['fewer bad ones', own(5, 0, [3, 2])], ['a lower bucket', own(5, 1, [2, 3])], ['none any more', arm(20)]])('say nothing after %s', (_, after) => expect(armDelta(own(5, 1, [3, 2]), after)).toBeNull());
  it('are copied, so that nothing is shared with a reading', () => {
    const given = own(5, 1, [3, 2]);
    const copy = plainCounts(given);
    expect(copy).toEqual(given);
    copy.histograms!['age']!.buckets[0] = 99;
    expect(given.histograms.age.buckets[0]).toBe(3);
  });
});

describe('quantileMs', () => {
  const counts = { ...arm(0), latencyBuckets: [0, 0, 50, 30, 10, 10, 0, 0, 0, 0, 0] };
  it.each([[0, 2], [0.5, 5], [0.8, 10], [0.9, 20], [0.95, 35], [1, 50]])('at %d', (q, expected) => expect(quantileMs(counts, q)).toBeCloseTo(expected, 9));
  it('is null of nothing, and the last bound for all above it', () => {
    expect(quantileMs(arm(0), 0.9)).toBeNull();
    expect(quantileMs(arm(5, 0, 99_999), 0.9)).toBe(1000);
  });
  it('rises with q', () => {
    fc.assert(fc.property(anyArm, anyArm, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (one, other, a, b) => {
      const both = addCounts(one, other);
      fc.pre(both.requests > 0);
      expect(quantileMs(both, Math.min(a, b))!).toBeLessThanOrEqual(quantileMs(both, Math.max(a, b))!);
    }));
  });
});
