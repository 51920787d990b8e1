/** The evidence over the time of a hold, with the counts that it was said from: bounded lists for a plot. */
import { failuresOf } from '../counts.ts';
import type { ArmSums, Evidence, JudgeState } from '../judge.ts';

/** When the list is full, every other point goes; so they stay about evenly spread over the whole hold. */
const POINTS_MAX = 60;
const DIGITS = 1000;

export function withPoint(state: JudgeState, evidence: Evidence, second: number): JudgeState {
  const added: [number, number] = [rounded(second), rounded(evidence.logE)];
  // Those of a state from before series were kept have no counts: their points begin anew.
  const known = state.series.length === state.points.length ? state : { points: [], series: [] };
  const kept = crowded(known.points, added[0]) ? -1 : known.points.length;
  const [points, series] = [[...known.points.slice(0, kept), added], [...known.series.slice(0, kept), sumsOf(state)]];
  const stays = (_one: unknown, index: number): boolean => points.length <= POINTS_MAX || index % 2 === 0 || index === points.length - 1;
  const first = (said: number | null, now: boolean): number | null => said ?? (now ? second : null);
  return {
    ...state, points: points.filter(stays), series: series.filter(stays),
    greatestLogE: Math.max(state.greatestLogE, evidence.logE),
    decidedAt: { abort: first(state.decidedAt.abort, evidence.logE >= evidence.boundary), goodEnough: first(state.decidedAt.goodEnough, isGoodEnough(evidence)) },
  };
}

/** The newest point is always there; it takes the place of one that was too near to the one before it. */
function crowded(points: JudgeState['points'], second: number): boolean {
  const [last, before] = [points.at(-1), points.at(-2)];
  return last !== undefined && points.length > 2 && last[0] - (before?.[0] ?? 0) < second / POINTS_MAX;
}

const sumsOf = ({ candidate, stable }: JudgeState): ArmSums => [candidate.requests, failuresOf(candidate), stable.requests, failuresOf(stable)];
/** + 0: there is no -0 in JSON. */
const rounded = (value: number): number => Math.round(value * DIGITS) / DIGITS + 0;

/** Enough requests, up to now, and every metric that is needed is shown to be good enough. */
export const isGoodEnough = ({ candidate, thresholds, metrics, silence }: Evidence): boolean => silence === null && candidate.requests >= thresholds.minimumRequests && metrics.some(({ needed }) => needed) && metrics.every((metric) => !metric.needed || metric.goodEnough);
