/** Latency quantiles from histogram buckets. */
import type { ArmCounts } from './counts.ts';

/** How many latencies were counted; a request that failed before an answer may have none. */
export function latencySamples(counts: ArmCounts): number {
  return counts.latencyBuckets.reduce((sum, count) => sum + count, 0);
}

/**
 * The latency, in milliseconds, that a share `q` of the requests keeps under: the bucket is found by rank, and inside it the
 * requests are taken as evenly spread. In the open last bucket the answer is its lower bound.
 *
 * @returns null without a sample
 */
export function quantileMs(counts: ArmCounts, q: number): number | null {
  const samples = latencySamples(counts);
  if (samples === 0) return null;
  const rank = Math.min(1, Math.max(0, q)) * samples;
  let below = 0;
  for (const [index, count] of counts.latencyBuckets.entries()) {
    if (count > 0 && below + count >= rank) {
      const lower = index === 0 ? 0 : (counts.boundsMs[index - 1] ?? 0);
      const upper = counts.boundsMs[index] ?? lower;
      return lower + ((upper - lower) * Math.max(0, rank - below)) / count;
    }
    below += count;
  }
  return counts.boundsMs.at(-1) ?? null;
}
