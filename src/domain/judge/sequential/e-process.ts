/**
 * Evidence that the candidate is worse: a mixture of likelihood ratios over how much worse, and over since when.
 *
 * Lindon, Sanden, Shirikian, "Rapid regression detection in software deployments through sequential testing" (arXiv 2205.14762), for the
 * mixture over ratios; Shin, Ramdas, Rinaldo, "E-detectors" (arXiv 2203.03532), for the idea of mixing over starts. Each part is a
 * nonnegative supermartingale that begins at its share, so the sum is one that begins at 1, and by Ville's inequality it ever reaches
 * 1/alpha with a chance of at most alpha.
 */
import * as z from 'zod';
import { logAdd, logSum } from './logs.ts';

/** Times the tolerated ratio. Most of the prior is where every nat counts; a much worse candidate is found by few events in any case. */
const WORSE = [{ by: 1.5, prior: 0.19 }, { by: 2, prior: 0.14 }, { by: 3, prior: 0.13 }, { by: 5, prior: 0.49 }, { by: 16, prior: 0.03 }, { by: 100, prior: 0.02 }] as const;
export const WORSE_BY: readonly number[] = WORSE.map(({ by }) => by);
const LOG_PRIORS = WORSE.map(({ prior }) => Math.log(prior));

/** What begins with the first block. The rest begins later: a fault that comes after a good day is not weighed against that day. */
const FIRST_START = 0.98;
/** The part that has not begun after so many blocks: slow, so that a start is dear by about ln(blocks), and telescoping, so that all starts sum to 1. */
const unbegun = (blocks: number): number => (1 - FIRST_START) / (1 + Math.log(blocks));

export const EProcess = z.strictObject({
  /** Those with bad events: a block without any has the likelihood ratio 1, and a start before it is one after it. */
  blocks: z.int().min(0),
  /** Per ratio: ln of the sum over starts of share x likelihood ratio since. Empty before the first block. */
  logs: z.array(z.number()),
});
export type EProcess = z.infer<typeof EProcess>;

export const noEvidence = (): EProcess => ({ blocks: 0, logs: [] });

/** @param increments ln of this block's likelihood ratio, one per WORSE_BY */
export function withBlock({ blocks, logs }: EProcess, increments: readonly number[]): EProcess {
  const begun = blocks === 0 ? FIRST_START : unbegun(blocks) - unbegun(blocks + 1);
  const share = Math.log(begun);
  return { blocks: blocks + 1, logs: increments.map((increment, index) => (blocks === 0 ? share : logAdd(logs[index] ?? -Infinity, share)) + increment) };
}

/** ln E; 0 before anything was seen. */
export function logEvidence({ blocks, logs }: EProcess): number {
  return blocks === 0 ? 0 : logSum([...logs.map((log, index) => (LOG_PRIORS[index] ?? -Infinity) + log), Math.log(unbegun(blocks))]);
}
