/**
 * A hold in which the stable revision has no traffic: at 100 % nobody can be compared with at the same time. What it did before bounds
 * its rates, and the candidate is held against these bounds. Load, time of day and incidents do not cancel out here. A bound fails in
 * at most a tenth of alpha x the metric's weight, so all holds of a deployment together keep 1.1 alpha.
 */
import type { JudgeRule } from '../../manifest.ts';
import { highestRate, lowestRate } from '../chance.ts';
import { FAILURES, type Selected } from './select.ts';

const BOUND_SHARE = 0.1;
/** Fewer requests are nothing to compare with: three that succeeded bound a rate at nine in ten, and no outage is worse than that. */
export const BASELINE_REQUESTS = 10;
/** With nothing at all to compare with, failures up to this rate are not held against anybody. */
const UNCOMPARED_RATE = 0.01;

/** The highest rate that the stable revision can have had, and the rate from which the candidate is bad; null: this metric cannot be judged. */
export function againstBaseline({ name, block, tolerated }: Selected, rule: JudgeRule, weight: number, known: boolean): { readonly rate: number; readonly bad: number } | null {
  const { total, bad } = block.stable;
  if (known && total > 0) return { rate: highestRate(bad, total, BOUND_SHARE * rule.alpha * Math.max(weight, 1e-6)), bad: tolerated * rule.badRatio * lowestRate(bad, total, rule.beta) };
  return name === FAILURES ? { rate: Math.max(UNCOMPARED_RATE, rule.maximumFailureRate), bad: 0 } : null;
}
