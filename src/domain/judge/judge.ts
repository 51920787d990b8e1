/** The judge: compares the candidate with the stable revision while both serve, and says what to do. */
import * as z from 'zod';
import type { JudgeRule } from '../manifest.ts';
import { ArmCounts, type ArmDelta } from './counts.ts';

export const ArmEvidence = z.strictObject({
  requests: z.int(),
  failures: z.int(),
  failuresByClass: z.record(z.string(), z.int()),
  /** 0 to 1; null without a request. */
  failureRate: z.number().nullable(),
  /** Milliseconds, from the buckets; null without a request. Never over the last bound, which stands for all above it. */
  p50Ms: z.number().nullable(),
  p90Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
});
export type ArmEvidence = z.infer<typeof ArmEvidence>;

export const Evidence = z.strictObject({
  judge: z.string(),
  candidate: ArmEvidence,
  /** Over the same ticks as the candidate; null when the stable revision has no traffic and none was handed in from before. */
  stable: ArmEvidence.nullable(),
  /** Where the stable numbers are from: this hold, or the one before it. */
  stableFrom: z.enum(['this hold', 'an earlier hold']).nullable(),
  thresholds: z.strictObject({
    minimumRequests: z.int(),
    /** The highest rate of failures that is not held against the candidate, with the doubt about the stable one in its favour. */
    failureRateLimit: z.number(),
    /** The same without that doubt: what it must keep to for a pass. */
    failureRateGoal: z.number(),
    minimumFailures: z.int(),
    latencyP90LimitMs: z.number().nullable(),
  }),
  /** The chance of as many failures as these if the candidate were just within the limit; null without a request. */
  chanceWithinLimit: z.number().nullable(),
  ticks: z.strictObject({ used: z.int(), withoutData: z.int(), reset: z.int() }),
});
export type Evidence = z.infer<typeof Evidence>;

export const VERDICTS = ['continue', 'promote', 'abort', 'inconclusive'] as const;
/** The reason is a sentence for people; the evidence is what it was said from. */
export const Verdict = z.strictObject({ kind: z.enum(VERDICTS), reason: z.string(), evidence: Evidence });
export type Verdict = z.infer<typeof Verdict>;

/** What a judge knows of one hold: plain JSON of at most a few kilobytes, kept on the deployment between ticks. */
export const JudgeState = z.strictObject({
  judge: z.string(),
  candidate: ArmCounts,
  stable: ArmCounts,
  /** False: the stable revision has no traffic in this hold. */
  comparing: z.boolean(),
  /** The stable revision's counts in an earlier hold, for a hold in which it has no traffic. */
  baseline: ArmCounts.nullable(),
  ticks: z.strictObject({ used: z.int(), withoutData: z.int(), reset: z.int() }),
});
export type JudgeState = z.infer<typeof JudgeState>;

export interface HoldStart {
  /** Whether the stable revision has a weight over 0 in this hold. */
  readonly comparing: boolean;
  /** `stable` of the judge's state in the latest hold that compared; null when there was none. */
  readonly baseline: ArmDelta | null;
}

export interface TickInput {
  /** What happened since the tick before; null: not read. */
  readonly stable: ArmDelta | null;
  readonly candidate: ArmDelta | null;
  /** The counters began again since the tick before: this tick cannot be used. */
  readonly epochChanged: boolean;
  readonly elapsedSeconds: number;
  /** With all extensions so far. */
  readonly holdSeconds: number;
  readonly rule: JudgeRule;
  /** A person wants the hold to end now. It ends only on evidence that would do at its end. */
  readonly promoteRequested?: boolean;
}

/** Pure: the same state and input give the same verdict. `inconclusive` comes only at the end of a hold: the caller extends, asks or aborts. */
export interface Judge {
  start(hold: HoldStart): JudgeState;
  tick(state: JudgeState, input: TickInput): { state: JudgeState; verdict: Verdict };
}
