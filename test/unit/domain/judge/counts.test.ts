import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readArms } from '../../../../src/domain/judge/arms.ts';
import { addCounts, armDelta, failuresOf, NO_COUNTS } from '../../../../src/domain/judge/counts.ts';
import { quantileMs, surelyOverMs } from '../../../../src/domain/judge/quantile.ts';
import { CANDIDATE, STABLE } from '../planner/builders.ts';
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

describe('readArms', () => {
  const reading = (epoch: string, revisions: Record<string, ReturnType<typeof arm>>) => ({ epoch, revisions });
  const before = reading('a', { [STABLE]: arm(100, 1) });
  it.each([
    ['the first look', null, reading('a', { [STABLE]: arm(100) }), { stable: null, candidate: null, epochChanged: false }],
    ['both arms', before, reading('a', { [STABLE]: arm(190, 3), [CANDIDATE]: arm(10) }), { stable: arm(90, 2), candidate: arm(10), epochChanged: false }],
    ['an arm that is missing', before, reading('a', { [STABLE]: arm(190, 3) }), { stable: arm(90, 2), candidate: null, epochChanged: false }],
    ['another epoch', before, reading('b', { [STABLE]: arm(500), [CANDIDATE]: arm(10) }), { stable: null, candidate: null, epochChanged: true }],
    ['lower counts in the same epoch', before, reading('a', { [STABLE]: arm(5), [CANDIDATE]: arm(10) }), { stable: null, candidate: arm(10), epochChanged: true }],
  ])('of %s', (_, earlier, later, expected) => {
    expect(readArms(earlier, later, STABLE, CANDIDATE)).toEqual(expected);
  });
  it('has no stable arm where there is none', () => {
    expect(readArms(before, reading('a', { [CANDIDATE]: arm(10) }), null, CANDIDATE)).toEqual({ stable: null, candidate: arm(10), epochChanged: false });
  });
});

describe('quantileMs', () => {
  const counts = { ...arm(0), latencyBuckets: [0, 0, 50, 30, 10, 10, 0, 0, 0, 0, 0] };
  it.each([[0, 2], [0.5, 5], [0.8, 10], [0.9, 20], [0.95, 35], [1, 50]])('at %d', (q, expected) => expect(quantileMs(counts, q)).toBeCloseTo(expected, 9));
  it('is null of nothing, and the last bound for all above it', () => {
    expect(quantileMs(arm(0), 0.9)).toBeNull();
    expect(quantileMs(arm(5, 0, 99_999), 0.9)).toBe(1000);
    expect(surelyOverMs(arm(0), 0.9)).toBeNull();
  });
  it('rises with q, and what is surely exceeded is under it', () => {
    fc.assert(fc.property(anyArm, anyArm, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (one, other, a, b) => {
      const both = addCounts(one, other);
      fc.pre(both.requests > 0);
      expect(quantileMs(both, Math.min(a, b))!).toBeLessThanOrEqual(quantileMs(both, Math.max(a, b))!);
      expect(surelyOverMs(both, 0.9)!).toBeLessThanOrEqual(quantileMs(both, 0.9)!);
    }));
  });
});
