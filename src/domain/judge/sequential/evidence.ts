/** From the judge's state to evidence: the numbers that a verdict is said from. */
import type { JudgeRule } from '../../manifest.ts';
import { wilson } from '../chance.ts';
import { type ArmCounts, failuresOf } from '../counts.ts';
import type { ArmEvidence, ArmRate, Evidence, JudgeState, MetricEvidence, TickInput } from '../judge.ts';
import { quantileMs } from '../quantile.ts';
import { dispersionOf } from './dispersion.ts';
import { logGood } from './good-enough.ts';
import { logSum } from './logs.ts';
import { logOf, type MetricState } from './metric.ts';
import { silenceOf } from './silence.ts';
import { FAILURES, isNeeded, quantileMetric } from './select.ts';

/** Evidence of 10 to 1 that it is worse is too little to abort, and too much to pass: more requests will tell. */
const DOUBT = Math.log(10);

export function evidenceOf(state: JudgeState, { rule, elapsedSeconds }: TickInput): Evidence {
  const stable = state.comparing ? { counts: state.stable, from: 'this hold' as const } : state.baseline;
  const boundary = Math.log(1 / rule.alpha);
  const measured = Object.entries(state.metrics).map(([name, metric]) => ({ name, metric, dispersion: dispersionOf(metric.dispersion) }));
  const logs = Object.fromEntries(measured.map(({ name, metric, dispersion }) => [name, logOf(metric, dispersion)]));
  const logE = combined(state, rule, logs);
  return {
    judge: state.judge,
    candidate: armEvidence(state.candidate),
    stable: stable === null ? null : armEvidence(stable.counts),
    stableFrom: stable?.from ?? null,
    thresholds: { minimumRequests: rule.minimumRequests, alpha: rule.alpha, beta: rule.beta, badRatio: rule.badRatio },
    metrics: measured.map(({ name, metric, dispersion }) => ({ ...metricEvidence(name, metric, state, rule, logs[name] ?? 0), dispersion })),
    logE,
    boundary,
    pValue: Math.min(1, Math.exp(-Math.max(state.greatestLogE, logE))),
    points: state.points,
    series: state.series,
    decidedAt: state.decidedAt,
    secondsToAbort: logE >= boundary ? null : secondsTo(boundary, logE, elapsedSeconds, state.points),
    ticks: state.ticks,
    silence: silenceOf(state.silence, state, elapsedSeconds),
  };
}

/** The average of e-values is one under any dependence (Vovk, Wang 2021); what no metric has claimed counts as 1. */
function combined({ metrics, candidate }: JudgeState, rule: JudgeRule, logs: Readonly<Record<string, number>>): number {
  const all = Object.entries(metrics).filter(([, metric]) => metric.weight > 0);
  const unclaimed = 1 - all.reduce((sum, [, metric]) => sum + metric.weight, 0);
  const parts = all.map(([name, metric]) => Math.log(metric.weight) + (isForgiven(name, candidate, rule) ? Math.min(0, logs[name] ?? 0) : logs[name] ?? 0));
  return logSum(unclaimed > 1e-12 ? [...parts, Math.log(unclaimed)] : parts);
}

/** Failures at or below the rate that the rule never aborts for. */
const isForgiven = (name: string, candidate: ArmCounts, rule: JudgeRule): boolean =>
  rule.maximumFailureRate > 0 && name.split('.')[0] === FAILURES && failuresOf(candidate) <= rule.maximumFailureRate * candidate.requests;

function metricEvidence(name: string, metric: MetricState, state: JudgeState, rule: JudgeRule, logE: number): Omit<MetricEvidence, 'dispersion'> {
  const threshold = Object.values(state.thresholds).flat().find((one) => quantileMetric(one) === name);
  return {
    name,
    weight: metric.weight,
    critical: rule.metrics[name]?.critical === true,
    muted: rule.metrics[name]?.muted === true,
    candidate: rateOf(metric.seen.candidate),
    stable: state.comparing ? rateOf(metric.seen.stable) : null,
    over: threshold === undefined ? null : { candidate: threshold.candidate, stable: threshold.stable },
    logE,
    needed: isNeeded(name, rule),
    goodEnough: logGood(metric.good) >= Math.log(1 / rule.beta) && (logE < DOUBT || isForgiven(name, state.candidate, rule)),
  };
}

const rateOf = ({ total, bad }: { readonly total: number; readonly bad: number }): ArmRate => ({ total, bad, rate: total === 0 ? null : bad / total, ...wilson(bad, total) });

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

/** By the slope over the last half of the hold. */
function secondsTo(boundary: number, logE: number, second: number, points: Evidence['points']): number | null {
  const from = points.findLast(([at]) => at <= second / 2) ?? points[0];
  if (from === undefined || second <= from[0]) return null;
  const slope = (logE - from[1]) / (second - from[0]);
  return slope > 0 && logE > 0 ? (boundary - logE) / slope : null;
}
