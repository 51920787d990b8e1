/** The other rules, as the tools that are known for them judge: each sees one point a minute of both arms, and says when it aborts. */
import { failed, type Second } from './traces.ts';

/** One point of a metrics source, and when it can be seen. */
export interface Point {
  readonly at: number;
  readonly candidate: number;
  readonly stable: number;
}

/** Rates of failures, a minute each. Without a request there is no point. */
export function minutes(seconds: readonly Second[]): Point[] {
  const found: Point[] = [];
  for (let from = 0; from + 60 <= seconds.length; from += 60) {
    const part = seconds.slice(from, from + 60);
    const rate = (of: 'candidate' | 'stable'): number => part.reduce((sum, one) => sum + failed(one[of]), 0) / Math.max(1, part.reduce((sum, one) => sum + one[of].requests, 0));
    found.push({ at: from + 60, candidate: rate('candidate'), stable: rate('stable') });
  }
  return found;
}

/** Seconds until it aborts; Infinity: never. */
export type Rule = (points: readonly Point[]) => number;

/**
 * The rank test of Kayenta's judge (MannWhitneyClassifier: confidence 0.98, tolerance 0.25): high when the lower end of the confidence
 * interval of the shift is over a quarter of its Hodges-Lehmann estimate. Judged every 5 minutes from the 10th on, which is as early
 * as its documentation recommends.
 */
export const rankTest: Rule = (points) => {
  for (let count = 10; count <= points.length; count += 5) {
    if (isHigh(points.slice(0, count))) return points[count - 1]?.at ?? Infinity;
  }
  return Infinity;
};

const Z_98 = 2.3263;

function isHigh(points: readonly Point[]): boolean {
  const shifts = Float64Array.from(points.flatMap(({ candidate }) => points.map(({ stable }) => candidate - stable))).sort();
  const n = points.length;
  const middle = (shifts[(shifts.length - 1) >> 1]! + shifts[shifts.length >> 1]!) / 2;
  const rank = Math.round((n * n) / 2 - Z_98 * Math.sqrt((n * n * (2 * n + 1)) / 12));
  return (shifts[Math.max(0, rank - 1)] ?? 0) > 0.25 * Math.abs(middle);
}

const LEAST_SUCCESS = 0.99;

/** A success rate of 99 %, at most 3 minutes under it (Argo Rollouts: failureLimit). */
export const thresholdLimit: Rule = (points) => points.filter(({ candidate }) => 1 - candidate < LEAST_SUCCESS)[3]?.at ?? Infinity;

/** The same, 5 minutes in a row (Flagger: threshold). */
export const thresholdInARow: Rule = (points) => {
  let row = 0;
  for (const { at, candidate } of points) {
    row = 1 - candidate < LEAST_SUCCESS ? row + 1 : 0;
    if (row === 5) return at;
  }
  return Infinity;
};
