/**
 * What an OpenTelemetry exporter sends: histograms, with all that is needed to count them. Other metrics are passed over.
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp-request
 */
import * as z from 'zod';
import { InvalidInput } from '../../domain/errors.ts';
import type { TelemetryPoint } from '../../domain/judge/sources/telemetry.ts';

/** 64-bit integers come as text, and from some exporters as numbers. */
const Whole = z.union([z.int().min(0), z.string().regex(/^\d{1,20}$/).transform(Number)]);
const Nanos = Whole.transform((nanos) => nanos / 1e6);
const Attributes = z.array(z.object({ key: z.string().max(200), value: z.object({ stringValue: z.string().optional(), intValue: z.union([z.string(), z.number()]).optional(), boolValue: z.boolean().optional(), doubleValue: z.number().optional() }).default({}) }))
  .max(200).default([]).transform((all): Record<string, string> => Object.fromEntries(all.map(({ key, value }) => [key, String(value.stringValue ?? value.intValue ?? value.boolValue ?? value.doubleValue ?? '').slice(0, 500)])));
const Counts = z.array(Whole).max(2000).default([]);

const common = { attributes: Attributes, startTimeUnixNano: Nanos.default(0), timeUnixNano: Nanos, count: Whole, flags: z.coerce.number().default(0) };
const Point = z.object({ ...common, bucketCounts: Counts, explicitBounds: z.array(z.number()).max(2000).default([]) });
const Buckets = z.object({ offset: z.int().default(0), bucketCounts: Counts });
const ExponentialPoint = z.object({ ...common, scale: z.int().min(-20).max(40).default(0), zeroCount: Whole.default(0), positive: Buckets.prefault({}), negative: Buckets.optional() });
const Temporality = z.coerce.number().pipe(z.union([z.literal(1), z.literal(2)], { error: 'an aggregation temporality: 1 (delta) or 2 (cumulative)' })).transform((value) => (value === 1 ? 'delta' as const : 'cumulative' as const));
const Metric = z.object({
  name: z.string().max(300), unit: z.string().max(60).default(''),
  histogram: z.object({ aggregationTemporality: Temporality, dataPoints: z.array(Point).max(5000).default([]) }).optional(),
  exponentialHistogram: z.object({ aggregationTemporality: Temporality, dataPoints: z.array(ExponentialPoint).max(5000).default([]) }).optional(),
});
const ExportRequest = z.object({
  resourceMetrics: z.array(z.object({
    resource: z.object({ attributes: Attributes }).prefault({}),
    scopeMetrics: z.array(z.object({ metrics: z.array(Metric).max(5000).default([]) })).max(1000).default([]),
  })).max(1000).default([]),
});

/** A point without a value, as an exporter marks it: https://opentelemetry.io/docs/specs/otel/metrics/data-model/#no-recorded-value */
const NO_VALUE = 1;

/** Every point of a histogram, with the attributes of its resource. @throws InvalidInput saying where it is wrong */
export function telemetryPoints(value: unknown): TelemetryPoint[] {
  const parsed = ExportRequest.safeParse(value);
  if (!parsed.success) throw new InvalidInput(`This is no ExportMetricsServiceRequest: ${z.prettifyError(parsed.error).slice(0, 2000)}`);
  return parsed.data.resourceMetrics.flatMap(({ resource, scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics.flatMap((metric) => pointsOf(metric, resource.attributes))));
}

function pointsOf({ name, unit, histogram, exponentialHistogram }: z.infer<typeof Metric>, resource: Record<string, string>): TelemetryPoint[] {
  const point = (temporality: TelemetryPoint['temporality'], { attributes, startTimeUnixNano, timeUnixNano, count, flags }: z.infer<typeof Point> | z.infer<typeof ExponentialPoint>, buckets: TelemetryPoint['buckets']): TelemetryPoint[] =>
    ((flags & NO_VALUE) === NO_VALUE ? [] : [{ name, unit, resource, attributes, temporality, start: startTimeUnixNano, at: timeUnixNano, count, buckets }]);
  return [
    ...(histogram?.dataPoints ?? []).flatMap((one) => point(histogram?.aggregationTemporality ?? 'delta', one, { explicitBounds: one.explicitBounds, bucketCounts: one.bucketCounts })),
    ...(exponentialHistogram?.dataPoints ?? []).flatMap(({ negative, ...one }) => point(exponentialHistogram?.aggregationTemporality ?? 'delta', one, { scale: one.scale, zeroCount: one.zeroCount, positive: one.positive, ...(negative === undefined ? {} : { negative }) })),
  ];
}
