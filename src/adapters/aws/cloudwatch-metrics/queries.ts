/** A revision's counts as queries of GetMetricData. */
import type { MetricOf, RevisionSource } from './source.ts';

/** Three buckets to a doubling from 1 ms to 8 s would be 40 queries; these are 21, ten of them where web services answer. */
export const BOUNDS_MS = [1, 2, 5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 2000, 5000, 10_000] as const;

export type Counted = { readonly kind: 'requests' } | { readonly kind: 'failures' | 'events'; readonly name: string } | { readonly kind: 'latency'; readonly bucket: number };

export interface CountQuery {
  readonly what: Counted;
  readonly metric: MetricOf;
  readonly statistic: string;
}

/** As GetMetricData takes it; https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html */
export interface MetricQuery {
  readonly Id: string;
  readonly ReturnData: true;
  readonly MetricStat: { readonly Metric: { readonly Namespace: string; readonly MetricName: string; readonly Dimensions: MetricOf['dimensions'] }; readonly Period: number; readonly Stat: string };
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
  { what: { kind: 'requests' }, metric: source.requests, statistic: 'Sum' },
  ...(['failures', 'events'] as const).flatMap((kind) => Object.entries(source[kind]).map(([name, metric]): CountQuery => ({ what: { kind, name }, metric, statistic: 'Sum' }))),
  ...Array.from({ length: BOUNDS_MS.length + 1 }, (_, bucket): CountQuery => ({ what: { kind: 'latency', bucket }, metric: source.latency, statistic: bucketStatistic(bucket, source.latency.unit) })),
];

export const asMetricQuery = ({ metric, statistic }: CountQuery, id: string, periodSeconds: number): MetricQuery => ({
  Id: id, ReturnData: true, MetricStat: { Metric: { Namespace: metric.namespace, MetricName: metric.name, Dimensions: metric.dimensions }, Period: periodSeconds, Stat: statistic },
});
