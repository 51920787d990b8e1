/**
 * Evidence that the candidate is worse: a mixture of likelihood ratios over how much worse, and over since when.
 *
 * Lindon, Sanden, Shirikian, "Rapid regression detection in software deployments through sequential testing" (arXiv 2205.14762), for the
 * mixture over ratios; Shin, Ramdas, Rinaldo, "E-detectors" (arXiv 2203.03532), for the idea of mixing over starts. Each part is a
 * nonnegative supermartingale that begins at its share, so the sum is one that begins at 1, and by Ville's inequality it ever reaches
 * 1/alpha with a chance of at most alpha.
 *
 * The sums are kept whole and divided by the dispersion when they are read: what is learned of clusters later weighs what was seen
 * before, too. For every dispersion from the true one on each part is a supermartingale still (Jensen: x ** (1 / phi) is concave).
 */
import * as z from 'zod';
import { logSum } from './logs.ts';

/** Times the tolerated ratio. Most of the prior is where every nat counts; a much worse candidate is found by few events in any case. */
const WORSE = [{ by: 1.5, prior: 0.17 }, { by: 2, prior: 0.13 }, { by: 3, prior: 0.13 }, { by: 5, prior: 0.52 }, { by: 16, prior: 0.03 }, { by: 100, prior: 0.02 }] as const;
export const WORSE_BY: readonly number[] = WORSE.map(({ by }) => by);
const LOG_PRIORS = WORSE.map(({ prior }) => Math.log(prior));

/** What begins with the first block. The rest begins later: a fault that comes after a good day is not weighed against that day. */
const FIRST_START = 0.98;
const LOG_FIRST = LOG_PRIORS.map((prior) => prior + Math.log(FIRST_START));
/** The part that has not begun after so many blocks: slow, so that a start is dear by about ln(blocks), and telescoping, so that all starts sum to 1. */
const unbegun = (blocks: number): number => (1 - FIRST_START) / (1 + Math.log(blocks));

export const EProcess = z.strictObject({
  /** Those with bad events: a block without any has the likelihood ratio 1, and a start before it is one after it. */
  blocks: z.int().min(0),
  /** Per ratio: ln of the likelihood ratio since the first block. Empty before it. */
  first: z.array(z.number()),
  /** Per ratio: of the later start that says the most, ln of its share and of the likelihood ratio since. One of many is less than their sum, so it keeps the promise. */
  later: z.array(z.tuple([z.number(), z.number()])),
});
export type EProcess = z.infer<typeof EProcess>;

export const noEvidence = (): EProcess => ({ blocks: 0, first: [], later: [] });

/** Few digits, as the state is kept for each metric. */
const rounded = (log: number): number => Math.round(log * 1e6) / 1e6;

/** @param increments ln of this block's likelihood ratio, one per WORSE_BY; @param dispersion by which later starts are compared */
export function withBlock({ blocks, first, later }: EProcess, increments: readonly number[], dispersion: number): EProcess {
  if (blocks === 0) return { blocks: 1, first: increments.map(rounded), later: [] };
  const share = rounded(Math.log(unbegun(blocks) - unbegun(blocks + 1)));
  return {
    blocks: blocks + 1,
    first: increments.map((increment, index) => rounded((first[index] ?? 0) + increment)),
    later: increments.map((increment, index): [number, number] => {
      const [begun, sum] = later[index] ?? [-Infinity, 0];
      return begun + sum / dispersion >= share ? [begun, rounded(sum + increment)] : [share, rounded(increment)];
    }),
  };
}

/** ln E; 0 before anything was seen. */
export function logEvidence({ blocks, first, later }: EProcess, dispersion: number): number {
  if (blocks === 0) return 0;
  return logSum([
    ...first.map((sum, index) => (LOG_FIRST[index] ?? -Infinity) + sum / dispersion),
    ...later.map(([share, sum], index) => (LOG_PRIORS[index] ?? -Infinity) + share + sum / dispersion),
    Math.log(unbegun(blocks)),
  ]);
}
