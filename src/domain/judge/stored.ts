/**
 * The judge's part of a stored deployment, which may be from before an upgrade. A state of another judge is not gone on from: its
 * evidence begins anew, with the counts of the next look. A verdict stays what it was, with what it was said from.
 */
import * as z from 'zod';
import { ArmEvidence, Evidence, JudgeState, Verdict } from './judge.ts';
import { SEQUENTIAL_JUDGE } from './sequential/name.ts';

const OfAnotherJudge = z.looseObject({ judge: z.string().refine((judge) => judge !== SEQUENTIAL_JUDGE) });

export const StoredJudgeState = z.preprocess((value) => (OfAnotherJudge.safeParse(value).success ? null : value), JudgeState.nullable());

/** The judge before the sequential one compared rates with a limit; `chanceWithinLimit` is what it had of evidence. */
const RatioEvidence = z.looseObject({
  judge: z.string(), candidate: ArmEvidence, stable: ArmEvidence.nullable(), stableFrom: Evidence.shape.stableFrom,
  thresholds: z.looseObject({ minimumRequests: z.int() }), chanceWithinLimit: z.number().nullable(), ticks: Evidence.shape.ticks,
});

/** Its fields that stayed, and nothing in those that it did not know: no metric, no bet, no curve. */
function ofToday(value: unknown): unknown {
  const { data } = RatioEvidence.safeParse(value);
  if (data === undefined) return value;
  const { judge, candidate, stable, stableFrom, thresholds: { minimumRequests }, chanceWithinLimit, ticks } = data;
  return {
    judge, candidate, stable, stableFrom, ticks, thresholds: { minimumRequests, alpha: 1, beta: 1, badRatio: 1 },
    metrics: [], logE: 0, boundary: 0, pValue: chanceWithinLimit ?? 1, points: [], series: [], decidedAt: { abort: null, goodEnough: null }, secondsToAbort: null,
  };
}

export const StoredVerdict = z.strictObject({ ...Verdict.shape, evidence: z.preprocess(ofToday, Evidence) }).nullable();
