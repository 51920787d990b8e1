import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Bytes, Count, Duration, Grace, instancesOf, Interval, Timeout } from '../../../src/domain/duration.ts';

describe('durations, sizes and counts', () => {
  it.each([['500ms', 0.5], ['1ms', 0.001], ['30s', 30], ['1.5m', 90], ['1.1h', 3960], ['24h', 86_400], ['7d', 604_800], ['365d', 31_536_000], [0, 0], [12.5, 12.5]])('%j is %d seconds', (text, seconds) => {
    expect(Duration.parse(text)).toBe(seconds);
  });

  it.each(['', '5', '5min', '-1s', '1 s', '366d', '1e3s', -1, Number.NaN, Number.POSITIVE_INFINITY, null, true])('%j is no duration', (value) => {
    expect(Duration.safeParse(value).success).toBe(false);
  });

  it('holds intervals, timeouts and graces within what makes sense', () => {
    expect([Interval.safeParse('49ms').success, Interval.safeParse('50ms').success]).toEqual([false, true]);
    expect([Timeout.safeParse(0).success, Timeout.safeParse('1ms').success]).toEqual([false, true]);
    expect([Grace.safeParse('61m').success, Grace.safeParse('1h').success]).toEqual([false, true]);
  });

  it.each([['64Mi', 67_108_864], ['2Gi', 2_147_483_648], ['1Ki', 1024], [100, 100]])('%j is %d bytes', (text, bytes) => {
    expect(Bytes.parse(text)).toBe(bytes);
  });

  it.each(['0Mi', '64MB', '1.5Gi', 0, 1.5, '65537Gi', '999999999Gi'])('%j is no size', (value) => {
    expect(Bytes.safeParse(value).success).toBe(false);
  });

  it('parses percentages, also once parsed', () => {
    expect(Count.parse('10%')).toEqual({ percent: 10 });
    expect(Count.parse(Count.parse('500%'))).toEqual({ percent: 500 });
    for (const wrong of ['501%', '10 %', '-1%', '010%', 1.5, -1, 10_001]) expect(Count.safeParse(wrong).success).toBe(false);
  });

  it('rounds percentages up, so that more than 0 % of something is never none', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 10_000 }), (percent, whole) => {
      const count = instancesOf({ percent }, whole);
      return count >= 1 && count * 100 >= percent * whole && (count - 1) * 100 < percent * whole;
    }));
    expect([instancesOf({ percent: 0 }, 10), instancesOf({ percent: 50 }, 0), instancesOf(3, 100)]).toEqual([0, 0, 3]);
  });
});
