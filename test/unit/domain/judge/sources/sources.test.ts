import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { EnvironmentName, ServiceName } from '../../../../../src/domain/ids.ts';
import { ofExplicit, ofExponential, SECONDS } from '../../../../../src/domain/judge/sources/opentelemetry.ts';
import { completeUntil, cumulative } from '../../../../../src/domain/judge/sources/points.ts';
import { countsOf, PrometheusSource, queriesFor, type Sample } from '../../../../../src/domain/judge/sources/prometheus.ts';
import { arm } from '../builders.ts';

describe('points that arrive late', () => {
  const minute = { periodSeconds: 60, lateSeconds: 120 };
  const point = (index: number, requests: number) => ({ at: index * 60_000, counts: arm(requests) });
  it('are read up to the last period that is complete', () => {
    expect([299_999, 300_000, 359_999].map((now) => completeUntil(now, minute))).toEqual([120_000, 180_000, 180_000]);
  });
  it('are added up in any order, once each, with the newest word for a period', () => {
    expect(cumulative([point(2, 30), point(0, 10), point(1, 19), point(1, 20)], 180_000, minute).requests).toBe(60);
    expect(cumulative([point(0, 10), point(2, 30)], 120_000, minute).requests).toBe(10);
    expect(cumulative([], 120_000, minute)).toMatchObject({ requests: 0, failures: {} });
  });
  it('are not lost when they are later still: the next reading has them', () => {
    const first = cumulative([point(0, 10)], 120_000, minute).requests;
    expect(cumulative([point(0, 10), point(1, 20), point(2, 5)], 180_000, minute).requests - first).toBe(25);
  });
});

describe('OpenTelemetry histograms', () => {
  it('with explicit bounds are taken as they are, in another unit', () => {
    expect(ofExplicit({ explicitBounds: [0.005, 0.01], bucketCounts: [1, 2, 3] }, 1000)).toEqual({ buckets: [1, 2, 3], bounds: [5, 10] });
    expect(ofExplicit({ explicitBounds: [], bucketCounts: [] })).toEqual({ buckets: [], bounds: [] });
    expect(() => ofExplicit({ explicitBounds: [1], bucketCounts: [1] })).toThrow('1 counts for 1 bounds');
  });

  it('that are exponential keep every value on the right side of every bound, whatever their scale', () => {
    const indexOf = (value: number, scale: number) => Math.ceil(Math.log2(value) * 2 ** scale) - 1;
    fc.assert(fc.property(fc.array(fc.double({ min: 0.0012, max: 15, noNaN: true }), { minLength: 1, maxLength: 30 }), fc.integer({ min: 2, max: 8 }), (values, scale) => {
      const indexes = values.map((value) => indexOf(value, scale));
      const offset = Math.min(...indexes);
      const bucketCounts = Array.from({ length: Math.max(...indexes) - offset + 1 }, (_, index) => indexes.filter((one) => one === offset + index).length);
      const { buckets, bounds } = ofExponential({ scale, zeroCount: 0, positive: { offset, bucketCounts } });
      let within = 0;
      for (const [at, bound] of bounds.entries()) {
        within += buckets[at]!;
        // A value within a hair of a bound may be on either side: its logarithm is a float too.
        const surely = values.filter((value) => value * 1000 <= bound * (1 - 1e-9)).length;
        const perhaps = values.filter((value) => value * 1000 <= bound * (1 + 1e-9)).length;
        expect(within).toBeGreaterThanOrEqual(surely);
        expect(within).toBeLessThanOrEqual(perhaps);
      }
      expect(buckets.reduce((sum, count) => sum + count, 0)).toBe(values.length);
    }), { numRuns: 200, seed: 4 });
  });

  it('keep their bounds when the scale is lowered, and what is out of range', () => {
    const fine = ofExponential({ scale: 5, zeroCount: 2, positive: { offset: -400, bucketCounts: [3] } });
    const coarse = ofExponential({ scale: 2, zeroCount: 0, positive: { offset: 400, bucketCounts: [4] } });
    expect(fine.bounds).toEqual(coarse.bounds);
    expect(fine.bounds).toHaveLength(SECONDS.to - SECONDS.from + 1);
    expect([fine.buckets[0], coarse.buckets.at(-1)]).toEqual([5, 4]);
  });

  it('that cannot be divided, or are no latencies, are refused', () => {
    expect(() => ofExponential({ scale: 1, zeroCount: 0, positive: { offset: 0, bucketCounts: [1] } })).toThrow('coarser than 2');
    expect(() => ofExponential({ scale: 3, zeroCount: 0, positive: { offset: 0, bucketCounts: [] }, negative: { bucketCounts: [1] } })).toThrow('negative');
  });
});

describe('Prometheus', () => {
  const source = PrometheusSource.parse({
    url: 'http://127.0.0.1:9090', requests: 'http_requests_total{service="$service",environment="$environment"}', failures: 'http_requests_total{service="$service",environment="$environment",code=~"5.."}',
    latency: 'http_request_duration_seconds_bucket{service="$service",environment="$environment"}',
  });
  const sample = (value: number, labels: Record<string, string>): Sample => ({ labels, value });

  it('is asked for sums by revision of one place', () => {
    expect(queriesFor(source, 'catalog' as ServiceName, 'production' as EnvironmentName)).toEqual({
      requests: 'sum by (revision) (http_requests_total{service="catalog",environment="production"})',
      failures: 'sum by (revision, code) (http_requests_total{service="catalog",environment="production",code=~"5.."})',
      latency: 'sum by (revision, le) (http_request_duration_seconds_bucket{service="catalog",environment="production"})',
      resets: 'sum(resets(http_requests_total{service="catalog",environment="production"}[6h]))',
    });
  });

  it('answers cumulative buckets, which are made single ones', () => {
    const { epoch, revisions } = countsOf(source, {
      requests: [sample(100.0000001, { revision: 'a' }), sample(7, { other: 'x' })], failures: [sample(2, { revision: 'a', code: '500' }), sample(1, { revision: 'a', code: '503' }), sample(9, { revision: 'b', code: '500' })],
      latency: [sample(100, { revision: 'a', le: '+Inf' }), sample(60, { revision: 'a', le: '0.1' }), sample(10, { revision: 'a', le: '0.025' })], resets: [sample(3, {})],
    });
    expect(epoch).toBe('resets 3');
    expect(revisions).toEqual({ a: { requests: 100, failures: { 500: 2, 503: 1 }, latencyBuckets: [10, 50, 40], boundsMs: [25, 100] } });
  });

  it('without latency, or without anything, is no latency and no revision', () => {
    expect(countsOf(source, { requests: [sample(1, { revision: 'a' })], failures: [], latency: [], resets: [] })).toEqual({ epoch: 'resets 0', revisions: { a: { requests: 1, failures: {}, latencyBuckets: [], boundsMs: [] } } });
    expect(countsOf(source, { requests: [sample(3, { revision: 'a' })], failures: [sample(1, { revision: 'a', code: 'constructor' })], latency: [], resets: [] }).revisions).toMatchObject({ a: { failures: { _constructor: 1 } } });
    expect(countsOf(source, { requests: [], failures: [], latency: [], resets: [] }).revisions).toEqual({});
  });

  it.each(['rate(x[5m])', 'x{a="b"} or y', '', 'x{a="b"}[5m]'])('takes a selector, and not %s', (requests) => expect(PrometheusSource.safeParse({ ...source, requests }).success).toBe(false));
});
