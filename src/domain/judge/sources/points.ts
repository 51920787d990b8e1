/** Sources that count per period, and give their points late and out of order: CloudWatch, a log pipeline. */
import { addCounts, type ArmCounts, NO_COUNTS } from '../counts.ts';

export interface Point {
  /** When its period began, milliseconds since 1970. */
  readonly at: number;
  readonly counts: ArmCounts;
}

export interface Lateness {
  readonly periodSeconds: number;
  /** A period's points have arrived so long after its end. Later ones are not lost: they count with the next look. */
  readonly lateSeconds: number;
}

/** The end of the last period that is complete, milliseconds since 1970: nothing after it is read yet, on either arm. */
export function completeUntil(now: number, { periodSeconds, lateSeconds }: Lateness): number {
  const period = periodSeconds * 1000;
  return Math.floor((now - lateSeconds * 1000) / period) * period;
}

/**
 * What a source has counted from a fixed beginning until `until`, as the metrics port wants it: cumulative. A period without a point is
 * one without requests, which is what such sources mean by it. A point that is there twice (asked for again, or corrected) counts
 * once, as it was given last.
 */
export function cumulative(points: readonly Point[], until: number, { periodSeconds }: Lateness): ArmCounts {
  const newest = new Map(points.map((point) => [point.at, point.counts]));
  return [...newest].filter(([at]) => at + periodSeconds * 1000 <= until).reduce<ArmCounts>((sum, [, counts]) => addCounts(sum, counts), NO_COUNTS);
}
