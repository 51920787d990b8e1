/** Counts of requests, as a metrics source gives them (cumulative) and as the judge adds them up. */
import * as z from 'zod';

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
});
/** What a metrics source hands in may be read-only. */
export interface ArmCounts {
  readonly requests: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly latencyBuckets: readonly number[];
  readonly boundsMs: readonly number[];
}
/** What happened between two readings. */
export type ArmDelta = ArmCounts;

export const NO_COUNTS: ArmCounts = { requests: 0, failures: {}, latencyBuckets: [], boundsMs: [] };

export function failuresOf(counts: ArmCounts): number {
  return Object.values(counts.failures).reduce((sum, count) => sum + count, 0);
}

/**
 * What happened between two readings of one epoch.
 *
 * @param before undefined: the revision was not in the earlier reading, so all that it has is new
 * @returns null when a counter is lower than it was, or the buckets are others: the source began again, and the difference is unknown
 */
export function armDelta(before: ArmCounts | undefined, after: ArmCounts): ArmDelta | null {
  if (before === undefined) return after;
  if (!sameBounds(before, after)) return null;
  const requests = after.requests - before.requests;
  const classes = [...new Set([...Object.keys(before.failures), ...Object.keys(after.failures)])];
  const failures = Object.fromEntries(classes.map((name) => [name, (after.failures[name] ?? 0) - (before.failures[name] ?? 0)]));
  const latencyBuckets = after.latencyBuckets.map((count, index) => count - (before.latencyBuckets[index] ?? 0));
  const lower = requests < 0 || latencyBuckets.some((count) => count < 0) || Object.values(failures).some((count) => count < 0);
  return lower ? null : { requests, failures, latencyBuckets, boundsMs: after.boundsMs };
}

/** Two sums as one. Where the buckets are others, those of the one with more requests are kept: they cannot be added. */
export function addCounts(one: ArmCounts, other: ArmCounts): ArmCounts {
  const classes = [...new Set([...Object.keys(one.failures), ...Object.keys(other.failures)])];
  const same = sameBounds(one, other);
  const kept = one.requests > other.requests ? one : other;
  return {
    requests: one.requests + other.requests,
    failures: Object.fromEntries(classes.map((name) => [name, (one.failures[name] ?? 0) + (other.failures[name] ?? 0)])),
    latencyBuckets: same ? other.latencyBuckets.map((count, index) => count + (one.latencyBuckets[index] ?? 0)) : [...kept.latencyBuckets],
    boundsMs: [...kept.boundsMs],
  };
}

function sameBounds(one: ArmCounts, other: ArmCounts): boolean {
  return one.boundsMs.length === other.boundsMs.length && one.latencyBuckets.length === other.latencyBuckets.length && one.boundsMs.every((bound, index) => bound === other.boundsMs[index]);
}
