/** The judge: compares the candidate with the stable revision while both serve, and says what to do. */
import * as z from 'zod';
import type { JudgeRule } from '../manifest.ts';
import { ArmCounts, type ArmDelta } from './counts.ts';
import { MetricState } from './sequential/metric.ts';
import { nothingMissed, Silence } from './sequential/silence.ts';
import { Threshold } from './sequential/thresholds.ts';

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

/** Bad events of one arm in this hold, with the 95 % interval of their rate at this look. */
export const ArmRate = z.strictObject({ total: z.number(), bad: z.number(), rate: z.number().nullable(), low: z.number(), high: z.number() });
export type ArmRate = z.infer<typeof ArmRate>;

export const MetricEvidence = z.strictObject({
  name: z.string(),
  /** Its share of alpha. */
  weight: z.number(),
  critical: z.boolean(),
  muted: z.boolean(),
  candidate: ArmRate,
  /** Null: not compared in this hold. */
  stable: ArmRate.nullable(),
  /** What counts as bad: over this, in the unit of the histogram. Null for a metric of events. */
  over: z.strictObject({ candidate: z.number(), stable: z.number() }).nullable(),
  /** ln of the e-value that it is worse. */
  logE: z.number(),
  /** Whether it has to be shown to be good enough, and whether it is. */
  needed: z.boolean(),
  goodEnough: z.boolean(),
  /** How many bad events come together; the evidence is divided by it. */
  dispersion: z.number(),
});
export type MetricEvidence = z.infer<typeof MetricEvidence>;

/**
 * What both arms had done by one of the points, since the hold began: requests and failures of the candidate, then of the stable
 * revision (0 where it has no traffic). The difference of two of them is what happened between them.
 */
export const ArmSums = z.tuple([z.int(), z.int(), z.int(), z.int()]);
export type ArmSums = z.infer<typeof ArmSums>;

export const STABLE_FROM = ['this hold', 'an earlier hold', 'before this hold'] as const;

export const Evidence = z.strictObject({
  judge: z.string(),
  candidate: ArmEvidence,
  /** Over the same ticks as the candidate; null when the stable revision has no traffic and none was handed in from before. */
  stable: ArmEvidence.nullable(),
  /** Where the stable numbers are from. */
  stableFrom: z.enum(STABLE_FROM).nullable(),
  thresholds: z.strictObject({ minimumRequests: z.int(), alpha: z.number(), beta: z.number(), badRatio: z.number() }),
  metrics: z.array(MetricEvidence),
  /** ln of the combined e-value that the candidate is worse, and where it aborts: ln(1 / alpha). */
  logE: z.number(),
  boundary: z.number(),
  /** Anytime-valid: the chance of evidence as strong as the strongest so far, at any look, from a release that is no worse. */
  pValue: z.number(),
  /** The combined ln e-value over the hold, at most 60: [seconds since its start, ln E]; and the counts at each of them. */
  points: z.array(z.tuple([z.number(), z.number()])),
  series: z.array(ArmSums).default([]),
  /** Seconds since the start at which this would have been said first; null: not yet. */
  decidedAt: z.strictObject({ abort: z.number().nullable(), goodEnough: z.number().nullable() }),
  /** At this pace it aborts after so many seconds more; null: it does not go that way. */
  secondsToAbort: z.number().nullable(),
  ticks: z.strictObject({ used: z.int(), withoutData: z.int(), reset: z.int() }),
  /** Why it says nothing of how the candidate is now: an arm has gone silent, or cannot be read. Null: it does. */
  silence: z.string().nullable().default(null),
});
export type Evidence = z.infer<typeof Evidence>;

export const VERDICTS = ['continue', 'promote', 'abort', 'inconclusive'] as const;
/** The reason is a sentence for people; the evidence is what it was said from. */
export const Verdict = z.strictObject({ kind: z.enum(VERDICTS), reason: z.string(), evidence: Evidence });
export type Verdict = z.infer<typeof Verdict>;

/** What a judge knows of one hold: plain JSON of some kilobytes, kept on the deployment between ticks. */
export const JudgeState = z.strictObject({
  /** The judge with the version of its state; a judge goes on only from its own. */
  judge: z.string(),
  candidate: ArmCounts,
  stable: ArmCounts,
  /** False: the stable revision has no traffic in this hold. */
  comparing: z.boolean(),
  /** The stable revision's counts from before, for a hold in which it has no traffic. */
  baseline: z.strictObject({ counts: ArmCounts, from: z.enum(STABLE_FROM) }).nullable(),
  /** What the stable revision had done before; null: not known. */
  history: z.strictObject({ requests: z.int(), failures: z.record(z.string(), z.int()) }).nullable(),
  metrics: z.record(z.string(), MetricState),
  /** Frozen; by histogram, those of which none could be chosen included. */
  thresholds: z.record(z.string(), z.array(Threshold)),
  /** The stable revision's counts that thresholds are chosen from, until all are. */
  training: ArmCounts.nullable(),
  ticks: z.strictObject({ used: z.int(), withoutData: z.int(), reset: z.int() }),
  silence: Silence.default(nothingMissed),
  points: z.array(z.tuple([z.number(), z.number()])),
  series: z.array(ArmSums).default([]),
  greatestLogE: z.number(),
  decidedAt: z.strictObject({ abort: z.number().nullable(), goodEnough: z.number().nullable() }),
});
export type JudgeState = z.infer<typeof JudgeState>;

export interface HoldStart {
  /** Whether the stable revision has a weight over 0 in this hold. */
  readonly comparing: boolean;
  /** The stable revision's counts in the holds that compared; null when there was none, or they say too little. */
  readonly baseline: ArmDelta | null;
  /** All that the source has counted of the stable revision before this hold: what is slow is frozen from it, and how seldom it fails is known by it. */
  readonly history?: ArmCounts | null;
  /** The judge's state at the end of the hold before, in the same deployment: its evidence goes on, so that alpha holds for all holds together. */
  readonly previous?: JudgeState | null;
}

/** Of a hold that something else ends, such as a decision. Longer than any approval may wait. */
export const NO_END_SECONDS = 400 * 86_400;

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
