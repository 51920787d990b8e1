/** From counts to evidence: the numbers that a ratio verdict is said from. */
import type { JudgeRule } from '../manifest.ts';
import { binomialTail, wilsonUpper } from './chance.ts';
import { type ArmCounts, failuresOf } from './counts.ts';
import type { ArmEvidence, Evidence, JudgeState } from './judge.ts';
import { latencySamples, quantileMs, surelyOverMs } from './quantile.ts';

/** Fewer failures than these are never a reason to abort: one bad request of twenty is chance. */
export const MINIMUM_FAILURES = 5;
/** Differences of latency up to this are never held against anybody: they are noise of the machine and of the buckets. */
export const LATENCY_FLOOR_MS = 10;

export interface Measure {
  readonly evidence: Evidence;
  /** The candidate's p90 is over its limit with hardly a doubt / by its point estimate. */
  readonly latency: 'over' | 'looks over' | 'within';
  /** The chance of as many failures if the candidate were just at its goal. */
  readonly chanceAtGoal: number;
}

export function measure(name: string, state: JudgeState, rule: JudgeRule): Measure {
  const { counts: stable, from } = comparison(state);
  const candidate = armEvidence(state.candidate);
  const stableRate = stable === null || stable.requests === 0 ? null : failuresOf(stable) / stable.requests;
  const goal = Math.min(1, Math.max(rule.maximumFailureRate, rule.maximumFailureRatio * (stableRate ?? 0)));
  // With few requests on the stable revision its true rate may well be higher than seen: the candidate gets that doubt.
  const upper = stable === null || stableRate === null ? 0 : wilsonUpper(failuresOf(stable), stable.requests);
  const limit = Math.min(1, Math.max(rule.maximumFailureRate, rule.maximumFailureRatio * upper));
  const latencyLimit = latencyLimitMs(state.candidate, stable, rule);
  const evidence: Evidence = {
    judge: name,
    candidate,
    stable: stable === null ? null : armEvidence(stable),
    stableFrom: from,
    thresholds: { minimumRequests: rule.minimumRequests, failureRateLimit: limit, failureRateGoal: goal, minimumFailures: MINIMUM_FAILURES, latencyP90LimitMs: latencyLimit },
    chanceWithinLimit: candidate.requests === 0 ? null : binomialTail(candidate.failures, candidate.requests, limit),
    ticks: state.ticks,
  };
  return { evidence, latency: latencyOf(state.candidate, latencyLimit), chanceAtGoal: binomialTail(candidate.failures, candidate.requests, goal) };
}

function comparison(state: JudgeState): { counts: ArmCounts | null; from: Evidence['stableFrom'] } {
  if (state.comparing) return { counts: state.stable, from: 'this hold' };
  return state.baseline === null ? { counts: null, from: null } : { counts: state.baseline, from: 'an earlier hold' };
}

function armEvidence(counts: ArmCounts): ArmEvidence {
  const failures = failuresOf(counts);
  return {
    requests: counts.requests,
    failures,
    failuresByClass: { ...counts.failures },
    failureRate: counts.requests === 0 ? null : failures / counts.requests,
    p50Ms: quantileMs(counts, 0.5),
    p90Ms: quantileMs(counts, 0.9),
    p99Ms: quantileMs(counts, 0.99),
  };
}

/** Null when one of the two has too few latencies for a comparison. */
function latencyLimitMs(candidate: ArmCounts, stable: ArmCounts | null, rule: JudgeRule): number | null {
  if (stable === null || Math.min(latencySamples(candidate), latencySamples(stable)) < rule.minimumRequests) return null;
  const p90 = quantileMs(stable, 0.9);
  return p90 === null ? null : Math.max(rule.maximumLatencyRatio * p90, p90 + LATENCY_FLOOR_MS);
}

function latencyOf(candidate: ArmCounts, limit: number | null): Measure['latency'] {
  if (limit === null) return 'within';
  if ((surelyOverMs(candidate, 0.9) ?? 0) > limit) return 'over';
  return (quantileMs(candidate, 0.9) ?? 0) > limit ? 'looks over' : 'within';
}
