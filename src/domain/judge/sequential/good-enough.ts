/**
 * The mirror test: evidence that the candidate is good enough, so that it may go on. Bad is what fails at least `badRatio` times as
 * often as the stable revision, and at a rate of at least `badRate`; showing that one of the two does not hold is enough.
 */
import * as z from 'zod';
import { logSum } from './logs.ts';
import { type Block, logRatios } from './share.ts';

/** True ratios, as parts of the bad one, and true rates, as parts of the bad one, that the evidence is gathered for. */
const RATIOS = [0.15, 0.4, 0.65] as const;
const RATES = [0, 0.2, 0.5] as const;
const RATE_PRIORS = [0.8, 0.1, 0.1] as const;
/** A part of 0 would never forgive the first failure; this one does after a good while. */
const LEAST = 1e-3;

export const GoodEnough = z.strictObject({ ratio: z.array(z.number()), rate: z.array(z.number()) });
export type GoodEnough = z.infer<typeof GoodEnough>;

export const notShownYet = (): GoodEnough => ({ ratio: RATIOS.map(() => 0), rate: RATES.map(() => 0) });

/** The rate that a sample of `requests` without one bad event rules out, with a doubt of `beta` (and 1 % to spare, for LEAST). */
export const ruledOutBy = (requests: number, beta: number): number => 1 - (0.99 * RATE_PRIORS[0] * beta) ** (1 / requests);

/** @param dispersion increments are divided by it; @param stableRead false: nothing is known of the stable arm in this block */
export function withGood(state: GoodEnough, block: Block, bad: { readonly ratio: number; readonly rate: number }, dispersion: number, stableRead: boolean): GoodEnough {
  const { total, bad: count } = block.candidate;
  const compared = stableRead && total > 0 && block.stable.total > 0;
  const gained = compared && count + block.stable.bad > 0 ? logRatios(block, bad.ratio, RATIOS.map((part) => bad.ratio * part), count) : null;
  return {
    ratio: gained === null ? state.ratio : state.ratio.map((log, index) => log + (gained[index] ?? 0) / dispersion),
    rate: state.rate.map((log, index) => {
      const rate = bad.rate * Math.max(LEAST, RATES[index] ?? 1);
      return log + (count * Math.log(rate / bad.rate) + (total - count) * (Math.log1p(-rate) - Math.log1p(-bad.rate))) / dispersion;
    }),
  };
}

/** ln E against "it is bad": at ln(1/beta) it is shown to be good enough. */
export function logGood({ ratio, rate }: GoodEnough): number {
  return Math.max(logSum(ratio) - Math.log(RATIOS.length), logSum(rate.map((log, index) => log + Math.log(RATE_PRIORS[index] ?? 0))));
}
