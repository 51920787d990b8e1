/** What the sweep knows of a repository's branches, and what follows from where they are now. */
import * as z from 'zod';
import { CommitId } from './ids.ts';

/** So many branches are followed; of a repository with more, only those that its services are released from. */
export const BRANCHES_MAX = 500;
/** A push this young may have a webhook under way; where branches are looked at more often than that, the time between two looks is enough. */
export const GRACE_MS = 120_000;

export const SweptBranches = z.strictObject({
  repository: z.string(),
  lookedAt: z.number(),
  /** Where each branch was when it was last told of, or when the sweep first saw it. */
  known: z.record(z.string(), CommitId),
  /** Moved, and nobody has told of it yet. */
  waiting: z.record(z.string(), z.strictObject({ commit: CommitId, since: z.number() })),
  /** Looks in a row that failed, and when the next one is due. */
  failures: z.int().min(0),
  nextAt: z.number(),
});
export type SweptBranches = z.infer<typeof SweptBranches>;

export interface MovedBranch {
  readonly branch: string;
  readonly commit: CommitId;
}

/** Those that are not where they are known to be. */
export const movedBranches = (state: Pick<SweptBranches, 'known'>, heads: ReadonlyMap<string, CommitId>): MovedBranch[] =>
  [...heads].filter(([branch, commit]) => state.known[branch] !== commit).map(([branch, commit]) => ({ branch, commit }));

/** Whether a branch has been waiting for its webhook for too long. @param periodMs between two looks */
export function isLost(state: Pick<SweptBranches, 'waiting'>, { branch, commit }: MovedBranch, now: number, periodMs: number): boolean {
  const waiting = state.waiting[branch];
  return waiting !== undefined && waiting.commit === commit && now - waiting.since >= Math.min(GRACE_MS, periodMs);
}

/** After a look: what was told of or found is known, the others wait, and branches that are gone are forgotten. */
export function afterLook(state: SweptBranches, heads: ReadonlyMap<string, CommitId>, settled: readonly MovedBranch[], unsettled: readonly MovedBranch[], now: number): SweptBranches {
  const known = Object.fromEntries(Object.entries(state.known).filter(([branch]) => heads.has(branch)));
  for (const { branch, commit } of settled) known[branch] = commit;
  const waiting = Object.fromEntries(unsettled.map(({ branch, commit }) => {
    const before = state.waiting[branch];
    return [branch, before?.commit === commit ? before : { commit, since: now }];
  }));
  return { ...state, lookedAt: now, known, waiting, failures: 0, nextAt: now };
}

const BACKOFF_FIRST_MS = 300_000;
const BACKOFF_LONGEST_MS = 3_600_000;

/** A host that does not answer is asked less and less often. */
export const afterFailure = (state: SweptBranches, now: number): SweptBranches =>
  ({ ...state, lookedAt: now, failures: state.failures + 1, nextAt: now + Math.min(BACKOFF_LONGEST_MS, BACKOFF_FIRST_MS * 2 ** Math.min(state.failures, 10)) });
