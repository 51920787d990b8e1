/** Histograms that services send by OpenTelemetry, as counts of their revisions, which only grow. Pure. */
import { type ArmCounts, type Histogram, addCounts, NO_COUNTS } from '../counts.ts';
import { type ExplicitHistogram, type ExponentialHistogram, ofExplicit, ofExponential } from './opentelemetry.ts';

/** Times are milliseconds since 1970. https://opentelemetry.io/docs/specs/otel/metrics/data-model/#histogram */
export interface TelemetryPoint {
  readonly name: string;
  readonly unit: string;
  readonly resource: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
  /** What happened from `start` to `at`: since the point before, or since the series began. */
  readonly temporality: 'delta' | 'cumulative';
  readonly start: number;
  readonly at: number;
  readonly count: number;
  readonly buckets: ExplicitHistogram | ExponentialHistogram;
}

interface Series {
  readonly start: number;
  readonly at: number;
  readonly count: number;
  readonly histogram: Histogram | null;
}
/** Of one histogram of one revision: what its requests said of themselves, and how long they took. */
export interface TelemetryCounts {
  readonly total: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly histogram: Histogram;
}
export interface TelemetryTotals {
  /** Since when is listened: a series that began earlier has counts that nobody knows the time of. */
  readonly since: number;
  readonly series: ReadonlyMap<string, Series>;
  /** Who has sent, by resource and histogram: its first point's time and its last one's. */
  readonly senders: ReadonlyMap<string, { readonly first: number; readonly last: number }>;
  /** By revision and name of the histogram. */
  readonly counts: ReadonlyMap<string, TelemetryCounts>;
}

export const noTelemetry = (since: number): TelemetryTotals => ({ since, series: new Map(), senders: new Map(), counts: new Map() });

/** The attribute of a resource that says whose it is; instances have it in OTEL_RESOURCE_ATTRIBUTES. */
export const REVISION_ATTRIBUTE = 'slipway.revision';
const SERIES_MAX = 20_000;
const COUNTS_MAX = 500;
/** https://opentelemetry.io/docs/specs/semconv/http/http-metrics/: the stable name of each first, then that of before. */
const STATUS_ATTRIBUTES = ['http.response.status_code', 'http.status_code', 'rpc.grpc.status_code'] as const;
const ERROR_ATTRIBUTE = 'error.type';

export const countsKey = (revision: string, name: string): string => `${revision}\n${name}`;

/**
 * Adds points, in the order they came. A point that is there twice or is older than the newest of its series counts once: exporters send a
 * batch again when they had no answer. What a cumulative series had before anybody listened is not counted; one that begins again is.
 *
 * @returns refused: points without a revision, and of series beyond what is kept
 */
export function withTelemetry(totals: TelemetryTotals, points: readonly TelemetryPoint[]): { readonly totals: TelemetryTotals; readonly refused: number } {
  const [series, senders, counts] = [new Map(totals.series), new Map(totals.senders), new Map(totals.counts)];
  let refused = 0;
  for (const point of points) {
    const revision = point.resource[REVISION_ATTRIBUTE] ?? point.attributes[REVISION_ATTRIBUTE];
    const key = revision === undefined ? '' : seriesKey(point);
    if (revision === undefined || (!series.has(key) && series.size >= SERIES_MAX)) {
      refused += 1;
      continue;
    }
    const before = series.get(key);
    if (before !== undefined && point.at <= before.at) continue;
    const histogram = histogramOf(point);
    const sender = senderKey(point);
    const first = senders.get(sender)?.first ?? point.at;
    senders.set(sender, { first, last: point.at });
    // A series that its sender did not have before is new, whenever the sender began to count.
    const fresh = freshOf(point, histogram, before, point.start >= totals.since || first < point.at);
    series.set(key, { start: point.start, at: point.at, count: point.count, histogram });
    if (fresh === null || fresh.count === 0) continue;
    const name = countsKey(revision, point.name);
    const sum = added(counts.get(name), fresh, failureClass(point.attributes));
    counts.delete(name);
    counts.set(name, sum);
  }
  // The least recently counted go first.
  return { totals: { since: totals.since, series, senders, counts: new Map([...counts].slice(-COUNTS_MAX)) }, refused };
}

/** Series that have said nothing since then are forgotten; what they counted stays. */
export const withoutSeriesBefore = (totals: TelemetryTotals, before: number): TelemetryTotals => ({
  ...totals, series: new Map([...totals.series].filter(([, { at }]) => at >= before)), senders: new Map([...totals.senders].filter(([, { last }]) => last >= before)),
});

const seriesKey = ({ name, resource, attributes, temporality }: TelemetryPoint): string => JSON.stringify([name, temporality, sorted(resource), sorted(attributes)]);
const senderKey = ({ name, resource }: TelemetryPoint): string => JSON.stringify([name, sorted(resource)]);
const sorted = (record: Readonly<Record<string, string>>): [string, string][] => Object.entries(record).toSorted(([one], [other]) => (one < other ? -1 : 1));

/** In milliseconds. Null: buckets that cannot be used; then the requests count, and their latency does not. */
function histogramOf({ buckets, unit }: TelemetryPoint): Histogram | null {
  const times = unit === 's' ? 1000 : 1;
  try {
    return 'scale' in buckets ? ofExponential(buckets, unit === 's' ? undefined : { scale: 2, from: 0, to: 56 }, times) : ofExplicit(buckets, times);
  } catch {
    return null;
  }
}

type Fresh = Pick<Series, 'count' | 'histogram'>;

/** What happened since the last point of the series; null: that is not known. */
function freshOf(point: TelemetryPoint, histogram: Histogram | null, before: Series | undefined, isNew: boolean): Fresh | null {
  const whole: Fresh = { count: point.count, histogram };
  if (point.temporality === 'delta') return whole;
  if (before === undefined) return isNew ? whole : null;
  const isLater = point.start > before.start && point.start >= before.at;
  if (isLater || point.count < before.count) return whole;
  return { count: point.count - before.count, histogram: minus(histogram, before.histogram) };
}

/** Null where the buckets are others, or fewer are in one: an exponential histogram that was rescaled is in the same buckets here. */
function minus(after: Histogram | null, before: Histogram | null): Histogram | null {
  if (after === null || before === null || !sameBounds(after, before)) return null;
  const buckets = after.buckets.map((count, index) => count - (before.buckets[index] ?? 0));
  return buckets.some((count) => count < 0) ? null : { buckets, bounds: after.bounds };
}

const sameBounds = (one: Histogram, other: Histogram): boolean => one.bounds.length === other.bounds.length && one.bounds.every((bound, index) => bound === other.bounds[index]);

/** A server's error, by its status or as the service itself says; undefined: it went well. */
function failureClass(attributes: Readonly<Record<string, string>>): string | undefined {
  const status = STATUS_ATTRIBUTES.map((name) => attributes[name]).find((value) => value !== undefined);
  if (status !== undefined && /^[1-5]\d\d$/.test(status)) return status.startsWith('5') ? 'status5xx' : undefined;
  return (attributes[ERROR_ATTRIBUTE] ?? '') === '' ? undefined : 'error';
}

function added(sum: TelemetryCounts | undefined, { count, histogram }: Fresh, failed: string | undefined): TelemetryCounts {
  const known = sum ?? { total: 0, failures: {}, histogram: { buckets: [], bounds: [] } };
  const fits = histogram !== null && histogram.buckets.length > 0 && (known.histogram.buckets.length === 0 || sameBounds(histogram, known.histogram));
  return {
    total: known.total + count,
    failures: failed === undefined ? known.failures : { ...known.failures, [failed]: (known.failures[failed] ?? 0) + count },
    histogram: fits ? { buckets: histogram.buckets.map((one, index) => one + (known.histogram.buckets[index] ?? 0)), bounds: histogram.bounds } : known.histogram,
  };
}

/** One histogram of requests as an arm. */
export const armOf = ({ total, failures, histogram }: TelemetryCounts): ArmCounts => addCounts(NO_COUNTS, { requests: total, failures, latencyBuckets: histogram.buckets, boundsMs: histogram.bounds });
