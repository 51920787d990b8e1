/**
 * What is slow: thresholds of histograms, frozen from the stable revision before it is compared. With a threshold, a latency is an
 * event that is bad or not, like a failure. They are bounds of buckets, so that counts of both sides of them are exact. Any threshold
 * keeps the promise; a threshold near a quantile finds more.
 */
import * as z from 'zod';
import type { ArmCounts, Histogram } from '../counts.ts';

export const QUANTILES = { p50: 0.5, p75: 0.75, p90: 0.9, p99: 0.99 } as const;
/** Fewer samples of the stable revision are not enough to choose thresholds from. */
export const SAMPLES = 50;
/** Latencies up to so much longer are noise of the machine and of the buckets. */
const LATENCY_FLOOR_MS = 5;

/** A stable request is slow over `stable`, one of the candidate over `candidate`, which is the tolerated ratio higher. */
export const Threshold = z.strictObject({ histogram: z.string(), quantile: z.string(), stable: z.number(), candidate: z.number() });
export type Threshold = z.infer<typeof Threshold>;

export const LATENCY = 'latency';

export const histogramsOf = (counts: ArmCounts): Readonly<Record<string, Histogram>> =>
  ({ ...counts.histograms, ...(counts.latencyBuckets.length === 0 ? {} : { [LATENCY]: { buckets: counts.latencyBuckets, bounds: counts.boundsMs } }) });

export const samplesIn = ({ buckets }: Histogram): number => buckets.reduce((sum, count) => sum + count, 0);

/** Where two quantiles share a bucket, the higher one says no more. Null: too few samples. Empty: no bound is high enough. */
export function thresholdsOf(name: string, histogram: Histogram, ratioOf: (quantile: string) => number): Threshold[] | null {
  const samples = samplesIn(histogram);
  if (samples < SAMPLES) return null;
  const found = Object.entries(QUANTILES).flatMap(([quantile, share]): Threshold[] => {
    const stable = boundOver(histogram, share * samples);
    if (stable === undefined) return [];
    const wanted = Math.max(stable * ratioOf(quantile), name === LATENCY ? stable + LATENCY_FLOOR_MS : stable);
    // A hair of tolerance: bounds of round numbers are their neighbours times the ratio only up to rounding.
    const candidate = histogram.bounds.find((bound) => bound >= wanted * (1 - 1e-9));
    return candidate === undefined ? [] : [{ histogram: name, quantile, stable, candidate }];
  });
  return found.filter(({ stable }, index) => found.findIndex((other) => other.stable === stable) === index);
}

/** The lowest bound that at least so many samples are within. */
function boundOver({ buckets, bounds }: Histogram, rank: number): number | undefined {
  let within = 0;
  return bounds.find((_bound, index) => (within += buckets[index] ?? 0) >= rank);
}

/** Null when the buckets have no such bound: the source has changed them. */
export function overBound({ buckets, bounds }: Histogram, bound: number): { readonly total: number; readonly bad: number } | null {
  const at = bounds.indexOf(bound);
  if (at === -1) return null;
  return { total: samplesIn({ buckets, bounds }), bad: buckets.slice(at + 1).reduce((sum, count) => sum + count, 0) };
}
