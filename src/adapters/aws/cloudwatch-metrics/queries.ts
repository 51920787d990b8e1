/** A revision's counts as queries, and the answers as counts. */
import type { MetricDataQuery, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { addCounts } from '../../../domain/judge/counts.ts';
import type { ArmCounts } from '../../../ports/metrics.ts';
import type { MetricOf, RevisionSource } from './source.ts';

/** Three buckets to a doubling from 1 ms to 8 s would be 40 queries; these are 21, ten of them where web services answer. */
export const BOUNDS_MS = [1, 2, 5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 2000, 5000, 10_000] as const;

export interface CountQuery {
  readonly source: RevisionSource;
  readonly what: { readonly kind: 'requests' } | { readonly kind: 'failures'; readonly name: string } | { readonly kind: 'latency'; readonly bucket: number };
  readonly metric: MetricOf;
  readonly statistic: string;
}

/**
 * How many values lie over `lower` and up to `upper`, exactly: the statistic "trimmed count" between absolute values;
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
 */
function bucketStatistic(bucket: number, unit: 'seconds' | 'milliseconds'): string {
  const text = (ms: number | undefined): string => (ms === undefined ? '' : String(unit === 'seconds' ? ms / 1000 : ms));
  return `TC(${text(BOUNDS_MS[bucket - 1])}:${text(BOUNDS_MS[bucket])})`;
}

export const queriesOf = (source: RevisionSource): CountQuery[] => [
  { source, what: { kind: 'requests' }, metric: source.requests, statistic: 'Sum' },
  ...Object.entries(source.failures).map(([name, metric]): CountQuery => ({ source, what: { kind: 'failures', name }, metric, statistic: 'Sum' })),
  ...Array.from({ length: BOUNDS_MS.length + 1 }, (_, bucket): CountQuery => ({ source, what: { kind: 'latency', bucket }, metric: source.latency, statistic: bucketStatistic(bucket, source.latency.unit) })),
];

export const asMetricQuery = ({ metric, statistic }: CountQuery, id: string, periodSeconds: number): MetricDataQuery => ({
  Id: id, ReturnData: true, MetricStat: { Metric: { Namespace: metric.namespace, MetricName: metric.name, Dimensions: [...metric.dimensions] }, Period: periodSeconds, Stat: statistic },
});

const NONE: ArmCounts = { requests: 0, failures: {}, latencyBuckets: BOUNDS_MS.map(() => 0).concat(0), boundsMs: BOUNDS_MS };

/** What one answer adds. Counts are whole; CloudWatch gives numbers with a fraction of rounding. */
export function countsOf({ what }: CountQuery, result: Pick<MetricDataResult, 'Values'>): ArmCounts {
  const count = Math.round((result.Values ?? []).reduce((sum, value) => sum + value, 0));
  if (what.kind === 'requests') return { ...NONE, requests: count };
  if (what.kind === 'failures') return { ...NONE, failures: { [what.name]: count } };
  return { ...NONE, latencyBuckets: NONE.latencyBuckets.map((zero, bucket) => (bucket === what.bucket ? count : zero)) };
}

export const sumOf = (counts: readonly ArmCounts[]): ArmCounts => counts.reduce<ArmCounts>((sum, one) => addCounts(sum, one), NONE);
