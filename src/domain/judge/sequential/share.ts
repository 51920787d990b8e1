/** On which arm a bad event falls, given that there was one. */

/** Exposures and bad events of both arms in one block of ticks. */
export interface Block {
  readonly candidate: { readonly total: number; readonly bad: number };
  readonly stable: { readonly total: number; readonly bad: number };
}

export const rateOf = ({ bad, total }: Block['candidate']): number => (total === 0 ? 0 : bad / total);

/**
 * The chance that a bad event was the candidate's when its rate is `ratio` times the stable one's.
 *
 * The share is the one that was observed in the block, not the weight that was set. What a request does to its arm's count does not
 * depend on how it ends, so the counts of requests are ancillary: given them, exp of the increments below has a mean of at most 1
 * for every true ratio up to the tolerated one, whatever the rates are and however they move (with a = t1/t0, b = (1-t1)/(1-t0):
 * (1 + (a-1) R p)^nc (1 - (1-b) p)^nb <= exp(p ((a-1) R nc - (1-b) nb)) = exp(0)). The set weight is wrong whenever the real split is
 * another: sticky clients, weights that moved inside a tick, an instance less, long connections.
 */
export const shareOfCandidate = ({ candidate, stable }: Block, ratio: number): number => (ratio * candidate.total) / (ratio * candidate.total + stable.total);

/** ln of the likelihood ratio of each of `to` against `from`, ratios of rates, after so many bad events on each arm. Both arms need requests. */
export function logRatios(block: Block, from: number, to: readonly number[], candidateBad: number): number[] {
  const before = shareOfCandidate(block, from);
  return to.map((ratio) => {
    const after = shareOfCandidate(block, ratio);
    return candidateBad * Math.log(after / before) + block.stable.bad * Math.log((1 - after) / (1 - before));
  });
}
