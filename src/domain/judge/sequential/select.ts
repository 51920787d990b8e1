/** Which metrics a tick says something of, and what share of alpha each of them has. */
import type { JudgeRule } from '../../manifest.ts';
import { type ArmCounts, failuresOf, NO_COUNTS } from '../counts.ts';
import type { Block } from './share.ts';
import { histogramsOf, LATENCY, overBound, PARTS, QUANTILES, type Threshold } from './thresholds.ts';

export const FAILURES = 'failures';
/** Nearly all: what failures lose here is lost in requests that fail. Slow answers are many, so what they lose is little time. */
const FAILURES_WEIGHT = 95;
const QUANTILE_WEIGHT = 1;
/** For everything that was not named before the hold: classes of failures and the service's own metrics, in the order they appear. */
const POOL_WEIGHT = 1;

export interface Selected {
  readonly name: string;
  readonly block: Block;
  readonly tolerated: number;
  /** Judged by the rule's rate of failures too. */
  readonly isFailure: boolean;
  readonly threshold: Threshold | null;
}

/** A failure's class beside all failures; a class of its own counts even where all failures together hide it. */
export const classMetric = (failureClass: string): string => `${FAILURES}.${failureClass}`;
export const quantileMetric = ({ histogram, quantile }: Threshold): string => `${histogram}.${quantile}`;
/**
 * Only these have to be good enough before a promotion: classes of failures are shown in all failures already, and the far tail, which is
 * known only after thousands of requests, must not hold up a service that has few.
 */
export const isNeeded = (name: string, rule: JudgeRule): boolean => rule.metrics[name]?.muted !== true && ((!name.startsWith(`${FAILURES}.`) && !isTail(name)) || rule.metrics[name]?.critical === true);
const isTail = (name: string): boolean => PARTS.some(({ part, quantiles }) => part === 'tail' && quantiles.some((quantile) => name.endsWith(`.${quantile}`)));

/** All metrics that a tick has, of both arms. Zero exposures are left to the metric: it waits. */
export function select(rule: JudgeRule, thresholds: readonly Threshold[], candidate: ArmCounts, stable: ArmCounts | null): Selected[] {
  const other = stable ?? NO_COUNTS;
  const events = (name: string, isFailure: boolean, of: (arm: ArmCounts) => { total: number; bad: number }): Selected =>
    ({ name, isFailure, threshold: null, tolerated: rule.metrics[name]?.ratio ?? rule.maximumFailureRatio, block: { candidate: of(candidate), stable: of(other) } });
  const names = (of: (arm: ArmCounts) => Readonly<Record<string, unknown>> | undefined): string[] => [...new Set([candidate, other].flatMap((arm) => Object.keys(of(arm) ?? {})))];
  return [
    events(FAILURES, true, (arm) => ({ total: arm.requests, bad: failuresOf(arm) })),
    ...names((arm) => arm.failures).map((name) => events(classMetric(name), true, (arm) => ({ total: arm.requests, bad: arm.failures[name] ?? 0 }))),
    ...names((arm) => arm.events).map((name) => events(name, false, (arm) => arm.events?.[name] ?? { total: 0, bad: 0 })),
    ...thresholds.flatMap((threshold) => overThreshold(threshold, candidate, stable)),
  ];
}

function overThreshold(threshold: Threshold, candidate: ArmCounts, stable: ArmCounts | null): Selected[] {
  const [own, other] = [histogramsOf(candidate)[threshold.histogram], histogramsOf(stable ?? NO_COUNTS)[threshold.histogram]];
  const over = own === undefined ? { total: 0, bad: 0 } : overBound(own, threshold.candidate);
  const before = other === undefined ? { total: 0, bad: 0 } : overBound(other, threshold.stable);
  // The tolerated ratio is between the two thresholds already.
  return over === null || before === null ? [] : [{ name: quantileMetric(threshold), isFailure: false, threshold, tolerated: 1, block: { candidate: over, stable: before } }];
}

/** The parts of alpha, known before the hold: what is named has its own, all else shares the pool, half of what is left for each next one. */
export function weightOf(name: string, rule: JudgeRule, inPool: number): { readonly weight: number; readonly pooled: boolean } {
  const named = namedWeights(rule);
  const total = POOL_WEIGHT + Object.values(named).reduce((sum, weight) => sum + weight, 0);
  const own = named[name];
  return own === undefined ? { weight: (POOL_WEIGHT / total) * 2 ** -(inPool + 1), pooled: true } : { weight: own / total, pooled: false };
}

function namedWeights(rule: JudgeRule): Record<string, number> {
  const known: Record<string, number> = { [FAILURES]: FAILURES_WEIGHT, ...Object.fromEntries(Object.keys(QUANTILES).map((quantile) => [`${LATENCY}.${quantile}`, QUANTILE_WEIGHT])) };
  const said = Object.entries(rule.metrics).map(([name, metric]): [string, number] =>
    [name, metric.muted ? 0 : metric.weight ?? (metric.critical ? FAILURES_WEIGHT : known[name] ?? POOL_WEIGHT)]);
  return { ...known, ...Object.fromEntries(said) };
}
