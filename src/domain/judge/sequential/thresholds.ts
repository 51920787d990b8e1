/**
 * What is slow: thresholds of histograms, frozen from the stable revision before it is compared. With a threshold, a latency is an
 * event that is bad or not, like a failure. They are bounds of buckets, so that counts of both sides of them are exact. Any threshold
 * keeps the promise; a threshold near a quantile finds more.
 */
import * as z from 'zod';
import type { ArmCounts, Histogram } from '../counts.ts';

export const QUANTILES = { p50: 0.5, p75: 0.75, p90: 0.9, p99: 0.99, p999: 0.999 } as const;
export type Quantile = keyof typeof QUANTILES;
/**
 * What is chosen together, as soon as the stable revision has so many samples: of fewer it would be anywhere. The far tail needs many, and
 * the rest does not wait for it.
 */
export const PARTS = [
  { part: 'body', samples: 50, quantiles: ['p50', 'p75', 'p90', 'p99'] },
  { part: 'tail', samples: 2000, quantiles: ['p999'] },
] as const satisfies readonly { readonly part: string; readonly samples: number; readonly quantiles: readonly Quantile[] }[];
export type Part = (typeof PARTS)[number];
/** What is chosen of a histogram's part is kept by this; the body by the histogram's name alone. */
export const keyOf = (histogram: string, { part }: Part): string => (part === 'body' ? histogram : `${histogram} ${part}`);
/** Latencies up to so much longer are noise of the machine and of the buckets. */
const LATENCY_FLOOR_MS = 5;

/** A stable request is slow over `stable`, one of the candidate over `candidate`, which is the tolerated ratio higher. */
export const Threshold = z.strictObject({ histogram: z.string(), quantile: z.string(), stable: z.number(), candidate: z.number() });
export type Threshold = z.infer<typeof Threshold>;

export const LATENCY = 'latency';

export const histogramsOf = (counts: ArmCounts): Readonly<Record<string, Histogram>> =>
  ({ ...counts.histograms, ...(counts.latencyBuckets.length === 0 ? {} : { [LATENCY]: { buckets: counts.latencyBuckets, bounds: counts.boundsMs } }) });

export const samplesIn = ({ buckets }: Histogram): number => buckets.reduce((sum, count) => sum + count, 0);

/**
 * Where two quantiles share a bucket, the higher one says no more.
 *
 * @param chosen of the same histogram before
 * @returns null: too few samples. Empty: no bound is high enough
 */
export function thresholdsOf(name: string, histogram: Histogram, { samples: least, quantiles }: Part, chosen: readonly Threshold[], ratioOf: (quantile: Quantile) => number): Threshold[] | null {
  const samples = samplesIn(histogram);
  if (samples < least) return null;
  const found = quantiles.flatMap((quantile): Threshold[] => {
    const stable = boundOver(histogram, QUANTILES[quantile] * samples);
    if (stable === undefined) return [];
    const wanted = Math.max(stable * ratioOf(quantile), name === LATENCY ? stable + LATENCY_FLOOR_MS : stable);
    // A hair of tolerance: bounds of round numbers are their neighbours times the ratio only up to rounding.
    const candidate = histogram.bounds.find((bound) => bound >= wanted * (1 - 1e-9));
    return candidate === undefined ? [] : [{ histogram: name, quantile, stable, candidate }];
  });
  return found.filter(({ stable }, index) => [...chosen, ...found.slice(0, index)].every((other) => other.stable !== stable));
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
