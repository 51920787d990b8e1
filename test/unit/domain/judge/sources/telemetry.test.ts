import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { armOf, countsKey, noTelemetry, type TelemetryPoint, type TelemetryTotals, withoutSeriesBefore, withTelemetry } from '../../../../../src/domain/judge/sources/telemetry.ts';

const NAME = 'http.server.request.duration';
const SINCE = 1_000_000;

/** So many requests under 100 ms, and over. */
const point = (parts: Partial<TelemetryPoint> & { readonly within?: number; readonly over?: number }): TelemetryPoint => {
  const { within = 0, over = 0, ...rest } = parts;
  return {
    name: NAME, unit: 's', resource: { 'slipway.revision': 'catalog-2-production', 'service.instance.id': 'i1' }, attributes: {}, temporality: 'cumulative', start: SINCE + 1, at: SINCE + 10_000, count: within + over,
    buckets: { explicitBounds: [0.1], bucketCounts: [within, over] }, ...rest,
  };
};
const after = (...batches: readonly (readonly TelemetryPoint[])[]): TelemetryTotals => batches.reduce((totals, points) => withTelemetry(totals, points).totals, noTelemetry(SINCE));
const counted = (totals: TelemetryTotals) => {
  const counts = totals.counts.get(countsKey('catalog-2-production', NAME));
  return counts === undefined ? undefined : armOf(counts);
};

describe('what services send', () => {
  it('is added up over instances and attributes, cumulative or as differences', () => {
    const totals = after(
      [point({ within: 10 }), point({ within: 5, resource: { 'slipway.revision': 'catalog-2-production', 'service.instance.id': 'i2' } })],
      [point({ within: 25, over: 5, at: SINCE + 20_000 })],
      [point({ temporality: 'delta', within: 3, attributes: { 'http.route': '/a' } }), point({ temporality: 'delta', within: 2, at: SINCE + 20_000, attributes: { 'http.route': '/a' } })],
    );
    expect(counted(totals)).toEqual({ requests: 40, failures: {}, latencyBuckets: [35, 5], boundsMs: [100] });
  });

  it.each([
    [{ 'http.response.status_code': '503' }, { status5xx: 4 }], [{ 'http.response.status_code': '404' }, {}], [{ 'http.status_code': '500' }, { status5xx: 4 }],
    [{ 'error.type': 'timeout' }, { error: 4 }], [{ 'error.type': '500', 'http.response.status_code': '500' }, { status5xx: 4 }], [{}, {}],
  ])('of %j has failed as %j', (attributes, failures) => expect(counted(after([point({ within: 4, attributes })]))?.failures).toEqual(failures));

  it('counts once though it is sent again, comes late or out of order', () => {
    const [first, second] = [point({ within: 10 }), point({ within: 15, at: SINCE + 20_000 })];
    expect(counted(after([first, first], [second], [first, second]))?.requests).toBe(15);
    const delta = point({ temporality: 'delta', within: 7 });
    expect(counted(after([delta], [delta]))?.requests).toBe(7);
  });

  it('goes on after a missing point, and after a counter that began again', () => {
    expect(counted(after([point({ within: 10 })], [point({ within: 40, at: SINCE + 60_000 })]))?.requests).toBe(40);
    const begun = point({ within: 3, start: SINCE + 30_000, at: SINCE + 40_000 });
    expect(counted(after([point({ within: 10 })], [begun], [{ ...begun, at: SINCE + 50_000, count: 5, buckets: { explicitBounds: [0.1], bucketCounts: [5, 0] } }]))?.requests).toBe(15);
    expect(counted(after([point({ within: 10 })], [point({ within: 2, at: SINCE + 20_000 })]))?.requests).toBe(12);
  });

  it('counts from when somebody listened, and a new series of a known sender whole', () => {
    const old = point({ within: 1000, start: SINCE - 5000 });
    expect(counted(after([old]))).toBeUndefined();
    const failing = point({ within: 4, start: SINCE - 5000, at: SINCE + 20_000, attributes: { 'error.type': 'x' } });
    expect(counted(after([old], [{ ...old, at: SINCE + 20_000, count: 1010, buckets: { explicitBounds: [0.1], bucketCounts: [1010, 0] } }, failing]))).toMatchObject({ requests: 14, failures: { error: 4 } });
  });

  it('of nobody is refused', () => {
    expect(withTelemetry(noTelemetry(SINCE), [point({ resource: {}, within: 1 })])).toMatchObject({ refused: 1 });
    expect(withTelemetry(noTelemetry(SINCE), [point({ resource: {}, attributes: { 'slipway.revision': 'catalog-2-production' }, within: 1 })])).toMatchObject({ refused: 0 });
  });

  it('counts without its latency where its buckets cannot be used', () => {
    const others = point({ within: 2, attributes: { a: 'b' }, buckets: { explicitBounds: [0.2], bucketCounts: [2, 0] } });
    const coarse = point({ count: 3, attributes: { c: 'd' }, buckets: { scale: 0, zeroCount: 0, positive: { offset: -5, bucketCounts: [3] } } });
    expect(counted(after([point({ within: 10 }), others, coarse]))).toEqual({ requests: 15, failures: {}, latencyBuckets: [10, 0], boundsMs: [100] });
  });

  it('is forgotten by series, never by what it counted', () => {
    const totals = withoutSeriesBefore(after([point({ within: 10 })]), SINCE + 20_000);
    expect([totals.series.size, totals.senders.size, counted(totals)?.requests]).toEqual([0, 0, 10]);
  });

  it('is the same however it is cut into points, as sums or as differences', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(5)), { minLength: 1, maxLength: 12 }), fc.boolean(), (steps, exponential) => {
      const sums = steps.map((_step, index) => steps.slice(0, index + 1).reduce(([within, over], [one, other]) => [within + one, over + other], [0, 0]));
      const buckets = ([within = 0, over = 0]: readonly number[]) => (exponential ? { scale: 3, zeroCount: 0, positive: { offset: -30, bucketCounts: [within, ...Array.from({ length: 19 }, () => 0), over] } } : { explicitBounds: [0.1], bucketCounts: [within, over] });
      const at = (index: number) => SINCE + 10_000 * (index + 1);
      const cumulative = counted(after(...sums.map((sum, index) => [point({ count: (sum[0] ?? 0) + (sum[1] ?? 0), buckets: buckets(sum), at: at(index) })])));
      const delta = counted(after(...steps.map((step, index) => [point({ temporality: 'delta', count: step[0] + step[1], buckets: buckets(step), at: at(index), start: at(index) - 10_000 })])));
      expect(cumulative).toEqual(delta);
      expect(cumulative?.requests ?? 0).toBe(steps.reduce((sum, [within, over]) => sum + within + over, 0));
    }), { numRuns: 200, seed: 4 });
  });
});
