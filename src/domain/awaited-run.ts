/** A commit that a run of the git host's CI releases, and when the host is asked for that run, in case nobody tells of it. */
import * as z from 'zod';
import { CommitId } from './ids.ts';
import { ReleaseAfter } from './workflow.ts';

/** Every run takes some time, and its webhook too; where the sweep goes round more often than that, the time between two rounds is enough. */
export const RUN_GRACE_MS = 120_000;
/** A run that has not succeeded by then is nobody's release any more. */
export const AWAITED_SECONDS = 7 * 86_400;
const FIRST_MS = 300_000;
const LONGEST_MS = 3_600_000;

export const AwaitedRun = z.strictObject({
  repository: z.string(),
  branch: z.string(),
  commit: CommitId,
  releaseAfter: ReleaseAfter,
  since: z.number(),
  /** How often the host was asked. */
  asked: z.int().min(0),
  nextAt: z.number(),
});
export type AwaitedRun = z.infer<typeof AwaitedRun>;

/** The store drops what is over its time when it comes to it; the clock decides. @param periodMs between two rounds of the sweep */
export const isDue = ({ since, nextAt }: Pick<AwaitedRun, 'since' | 'nextAt'>, now: number, periodMs: number): boolean => now >= nextAt && now - since >= Math.min(RUN_GRACE_MS, periodMs) && now - since < AWAITED_SECONDS * 1000;

/** Less and less often: a run may wait for hours, and the webhook tells of nearly every one. */
export const afterAsking = (awaited: AwaitedRun, now: number, periodMs: number): AwaitedRun =>
  ({ ...awaited, asked: awaited.asked + 1, nextAt: now + Math.min(LONGEST_MS, Math.min(FIRST_MS, periodMs) * 2 ** Math.min(awaited.asked, 10)) });
