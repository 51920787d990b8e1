/** The evidence over the time of a hold: a bounded list for a plot. */
import type { Evidence, JudgeState } from '../judge.ts';

/** When the list is full, every other point goes; so they stay about evenly spread over the whole hold. */
const POINTS_MAX = 60;
const DIGITS = 1000;

export function withPoint(state: JudgeState, evidence: Evidence, second: number): JudgeState {
  const last = state.points.at(-1);
  const spacing = state.points.length < 2 ? 0 : second / POINTS_MAX;
  // + 0: there is no -0 in JSON.
  const rounded = (value: number): number => Math.round(value * DIGITS) / DIGITS + 0;
  const added: [number, number] = [rounded(second), rounded(evidence.logE)];
  // The newest point is always there; it takes the place of one that was too near to the one before it.
  const kept = last !== undefined && state.points.length > 2 && last[0] - (state.points.at(-2)?.[0] ?? 0) < spacing ? state.points.slice(0, -1) : state.points;
  const points = [...kept, added];
  const first = (known: number | null, now: boolean): number | null => known ?? (now ? second : null);
  return {
    ...state,
    points: points.length <= POINTS_MAX ? points : points.filter((_point, index) => index % 2 === 0 || index === points.length - 1),
    greatestLogE: Math.max(state.greatestLogE, evidence.logE),
    decidedAt: { abort: first(state.decidedAt.abort, evidence.logE >= evidence.boundary), goodEnough: first(state.decidedAt.goodEnough, isGoodEnough(evidence)) },
  };
}

/** Enough requests, and every metric that is needed is shown to be good enough. */
export const isGoodEnough = ({ candidate, thresholds, metrics }: Evidence): boolean => candidate.requests >= thresholds.minimumRequests && metrics.some(({ needed }) => needed) && metrics.every((metric) => !metric.needed || metric.goodEnough);
