/** Counts of requests, as a metrics source gives them (cumulative) and as the judge adds them up. */
import * as z from 'zod';

/** What every record answers to without having it, such as `constructor`: looked up, it would be no count. */
const isTaken = (name: string): boolean => name in Object.prototype;
/** What the judge itself calls so. */
const RESERVED: readonly string[] = ['failures', 'latency'];

/** Names of metrics that a source adds: letters, digits and `_ -`, so that `name.p90` can be said of a histogram. */
export const OwnMetricName = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,59}$/, 'a letter, then letters, digits, _ and -, at most 60 characters')
  .refine((name) => !isTaken(name) && !RESERVED.includes(name), 'this name has a meaning of its own: call the metric something else');
/** A class of failures by the name that a service gives it; a name that cannot be one gets an underscore. */
export const failureClassOf = (name: string): string => (isTaken(name) ? `_${name}` : name);
/** Of a file, whose author can be told. */
export const FailureClass = z.string().min(1).max(60).refine((name) => !isTaken(name), 'this name has a meaning of its own: call the class something else');

export const Events = z.strictObject({ total: z.int().min(0), bad: z.int().min(0) });
export const Histogram = z.strictObject({ buckets: z.array(z.int().min(0)).max(400), bounds: z.array(z.number()).max(400) });
/** `bounds[i]` is the upper bound of bucket i; the last bucket is open, so there is one more bucket than bounds. */
export interface Histogram {
  readonly buckets: readonly number[];
  readonly bounds: readonly number[];
}

/**
 * Cumulative counts of one revision since the source's epoch, and equally a difference or a sum of such. `boundsMs[i]` is the upper
 * bound of latency bucket i; the last bucket is open, so there is one more bucket than bounds.
 */
export const ArmCounts = z.strictObject({
  requests: z.int().min(0),
  /** By class; a request falls in at most one. */
  failures: z.record(z.string(), z.int().min(0)),
  latencyBuckets: z.array(z.int().min(0)),
  boundsMs: z.array(z.number().positive()),
  /** The service's own: how many of something, and how many of them were bad. */
  events: z.record(OwnMetricName, Events).optional(),
  /** The service's own: more is worse. */
  histograms: z.record(OwnMetricName, Histogram).optional(),
});
/** What a metrics source hands in may be read-only. */
export interface ArmCounts {
  readonly requests: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly latencyBuckets: readonly number[];
  readonly boundsMs: readonly number[];
  readonly events?: Readonly<Record<string, { readonly total: number; readonly bad: number }>> | undefined;
  readonly histograms?: Readonly<Record<string, Histogram>> | undefined;
}
/** What happened between two readings. */
export type ArmDelta = ArmCounts;

export const NO_COUNTS: ArmCounts = { requests: 0, failures: {}, latencyBuckets: [], boundsMs: [] };

export function failuresOf(counts: ArmCounts): number {
  return Object.values(counts.failures).reduce((sum, count) => sum + count, 0);
}

/** A mutable copy, plain JSON: the holder's own, so that it never shares an array with a reading. */
export function plainCounts(counts: ArmCounts): z.infer<typeof ArmCounts> {
  return {
    requests: counts.requests, failures: { ...counts.failures }, latencyBuckets: [...counts.latencyBuckets], boundsMs: [...counts.boundsMs],
    ...(counts.events === undefined ? {} : { events: mapped(counts.events, (one) => ({ ...one })) }),
    ...(counts.histograms === undefined ? {} : { histograms: mapped(counts.histograms, (one) => ({ buckets: [...one.buckets], bounds: [...one.bounds] })) }),
  };
}

/**
 * What happened between two readings of one epoch.
 *
 * @param before undefined: the revision was not in the earlier reading, so all that it has is new
 * @returns null when a counter is lower than it was, or the buckets are others: the source began again, and the difference is unknown
 */
export function armDelta(before: ArmCounts | undefined, after: ArmCounts): ArmDelta | null {
  if (before === undefined) return after;
  const delta = combine(before, after, (one, other) => other - one);
  return delta === null || anyUnderZero(delta) ? null : delta;
}

/** Two sums as one. Where the buckets are others, those of the one with more requests are kept: they cannot be added. */
export function addCounts(one: ArmCounts, other: ArmCounts): ArmCounts {
  const both = combine(one, other, (a, b) => a + b);
  if (both !== null) return both;
  const { latencyBuckets, boundsMs, histograms } = one.requests > other.requests ? one : other;
  const bare = (counts: ArmCounts): ArmCounts => ({ requests: counts.requests, failures: counts.failures, events: counts.events, latencyBuckets: [], boundsMs: [] });
  return { ...(combine(bare(one), bare(other), (a, b) => a + b) as ArmCounts), latencyBuckets, boundsMs, ...(histograms === undefined ? {} : { histograms }) };
}

/** Every count of both by `of`, absent ones as 0; null when buckets do not fit. */
function combine(one: ArmCounts, other: ArmCounts, of: (one: number, other: number) => number): ArmCounts | null {
  const latency = combineHistograms({ buckets: one.latencyBuckets, bounds: one.boundsMs }, { buckets: other.latencyBuckets, bounds: other.boundsMs }, of);
  const histograms = Object.fromEntries(namesOf(one.histograms, other.histograms).map((name) => [name, combineHistograms(one.histograms?.[name] ?? EMPTY, other.histograms?.[name] ?? EMPTY, of)]));
  if (latency === null || Object.values(histograms).includes(null)) return null;
  return {
    requests: of(one.requests, other.requests),
    failures: Object.fromEntries(namesOf(one.failures, other.failures).map((name) => [name, of(one.failures[name] ?? 0, other.failures[name] ?? 0)])),
    latencyBuckets: latency.buckets, boundsMs: latency.bounds,
    ...(one.events === undefined && other.events === undefined ? {} : { events: Object.fromEntries(namesOf(one.events, other.events).map((name) => [name, {
      total: of(one.events?.[name]?.total ?? 0, other.events?.[name]?.total ?? 0), bad: of(one.events?.[name]?.bad ?? 0, other.events?.[name]?.bad ?? 0),
    }])) }),
    ...(one.histograms === undefined && other.histograms === undefined ? {} : { histograms: histograms as Record<string, Histogram> }),
  };
}

const EMPTY: Histogram = { buckets: [], bounds: [] };

/** One that has no bucket yet fits to all. */
function combineHistograms(one: Histogram, other: Histogram, of: (one: number, other: number) => number): Histogram | null {
  const [some, buckets] = one.buckets.length > 0 ? [one, one.buckets] : [other, other.buckets];
  const fits = one.buckets.length === 0 || other.buckets.length === 0 || (one.bounds.length === other.bounds.length && one.buckets.length === other.buckets.length && one.bounds.every((bound, index) => bound === other.bounds[index]));
  return fits ? { buckets: buckets.map((_count, index) => of(one.buckets[index] ?? 0, other.buckets[index] ?? 0)), bounds: some.bounds } : null;
}

function anyUnderZero({ requests, failures, latencyBuckets, events = {}, histograms = {} }: ArmCounts): boolean {
  const counts = [requests, ...Object.values(failures), ...Object.values(events).flatMap(({ total, bad }) => [total, bad])];
  return [...counts, ...latencyBuckets, ...Object.values(histograms).flatMap(({ buckets }) => buckets)].some((count) => count < 0);
}

const namesOf = (...records: readonly (Readonly<Record<string, unknown>> | undefined)[]): string[] => [...new Set(records.flatMap((record) => Object.keys(record ?? {})))];
const mapped = <A, B>(record: Readonly<Record<string, A>>, of: (value: A) => B): Record<string, B> => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, of(value)]));
