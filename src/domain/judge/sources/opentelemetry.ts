/**
 * OpenTelemetry's histograms as the judge's: upper bounds with counts, the last bucket open.
 * https://opentelemetry.io/docs/specs/otel/metrics/data-model/#histogram
 */
import { InvalidInput } from '../../errors.ts';
import type { Histogram } from '../counts.ts';

export interface ExplicitHistogram {
  readonly explicitBounds: readonly number[];
  /** One more than bounds; a bucket holds what is over the bound before it and at most its own. */
  readonly bucketCounts: readonly number[];
}

/** @param unit what a bound is multiplied by: 1000 for seconds that become milliseconds. @throws InvalidInput */
export function ofExplicit({ explicitBounds, bucketCounts }: ExplicitHistogram, unit = 1): Histogram {
  if (bucketCounts.length === 0) return { buckets: [], bounds: [] };
  if (bucketCounts.length !== explicitBounds.length + 1) throw new InvalidInput(`The histogram has ${bucketCounts.length} counts for ${explicitBounds.length} bounds; it needs one more than bounds.`);
  return { buckets: [...bucketCounts], bounds: explicitBounds.map((bound) => rounded(bound * unit)) };
}

export interface ExponentialHistogram {
  /** Bucket i holds what is over base ** i and at most base ** (i + 1), base = 2 ** (2 ** -scale). */
  readonly scale: number;
  readonly zeroCount: number;
  readonly positive: { readonly offset: number; readonly bucketCounts: readonly number[] };
  readonly negative?: { readonly bucketCounts: readonly number[] };
}

export interface FixedBuckets {
  readonly scale: number;
  /** The first and the last bound are base ** from and base ** to, in the histogram's own unit. */
  readonly from: number;
  readonly to: number;
}
/** A quarter of a power of two each, from about 1 ms to 16 s, of values in seconds: 57 bounds. */
export const SECONDS: FixedBuckets = { scale: 2, from: -40, to: 16 };

/**
 * The same counts in buckets that stay as they are. An exponential histogram lowers its scale when values spread, and the judge's
 * bounds must not move in a hold. Buckets of a finer scale merge exactly into coarser ones ("perfect subsetting").
 *
 * @throws InvalidInput when its scale is coarser than the fixed one (its buckets cannot be divided), or for negative values
 */
export function ofExponential(histogram: ExponentialHistogram, fixed: FixedBuckets = SECONDS, unit = 1000): Histogram {
  const { scale, zeroCount, positive, negative } = histogram;
  if (negative?.bucketCounts.some((count) => count > 0) === true) throw new InvalidInput('The histogram has negative values; a latency has none.');
  if (scale < fixed.scale) throw new InvalidInput(`The histogram has the scale ${scale}, which is coarser than ${fixed.scale}: its buckets cannot be divided. Let it keep more buckets (max_size), or judge by explicit bounds.`);
  const buckets = Array.from({ length: fixed.to - fixed.from + 2 }, () => 0);
  const add = (bound: number, count: number): void => {
    const at = Math.min(buckets.length - 1, Math.max(0, bound - fixed.from));
    buckets[at] = (buckets[at] ?? 0) + count;
  };
  add(fixed.from, zeroCount);
  // Bucket i of the finer scale is in bucket i >> difference of the coarser one, whose upper bound is one further.
  for (const [index, count] of positive.bucketCounts.entries()) add(Math.floor((positive.offset + index) / 2 ** (scale - fixed.scale)) + 1, count);
  const base = 2 ** (2 ** -fixed.scale);
  return { buckets, bounds: Array.from({ length: fixed.to - fixed.from + 1 }, (_, index) => rounded(base ** (fixed.from + index) * unit)) };
}

/** Twelve digits: the same bound is the same number whichever way it was computed. */
const rounded = (value: number): number => Number(value.toPrecision(12));
