/** Runs of the judge over traces. It is given counts and times, and nothing else. */
import type { ArmCounts } from '../../../src/domain/judge/counts.ts';
import { sequentialJudge } from '../../../src/domain/judge/sequential/sequential-judge.ts';
import { JudgeRule } from '../../../src/domain/manifest.ts';
import { type ArmSecond, BOUNDS_MS, failed, points, type Second } from './traces.ts';

/** The defaults of a manifest. */
export const RULE = JudgeRule.parse({});
const NO_BOUNDS: readonly number[] = [];

export const counts = (arm: ArmSecond): ArmCounts => ({ ...arm, boundsMs: arm.latencyBuckets.length === 0 ? NO_BOUNDS : BOUNDS_MS });

export interface Outcome {
  /** Seconds until it aborts; Infinity: it does not. */
  readonly at: number;
  /** Requests and bad answers that the candidate had until then. */
  readonly requests: number;
  readonly bad: number;
  readonly ticks: number;
}

/** @param lateSeconds points are seen so long after they end; what the candidate serves meanwhile counts */
export function judged(seconds: Iterable<Second>, tickSeconds: number, lateSeconds = 0): Outcome {
  let state = sequentialJudge.start({ comparing: true, baseline: null });
  let [at, ticks, requests, bad] = [0, 0, 0, 0];
  for (const second of points(seconds, tickSeconds)) {
    at += tickSeconds;
    ticks += 1;
    requests += second.candidate.requests;
    bad += failed(second.candidate);
    const turn = sequentialJudge.tick(state, { candidate: counts(second.candidate), stable: counts(second.stable), epochChanged: false, elapsedSeconds: at, holdSeconds: 86_400, rule: RULE });
    state = turn.state;
    if (turn.verdict.kind === 'abort') return { at: at + lateSeconds, requests, bad, ticks };
  }
  return { at: Infinity, requests, bad, ticks };
}

/** Bad answers of the candidate up to a second; to the end of the trace for a rule that never aborts. */
export function badUntil(seconds: readonly Second[], at: number): number {
  let bad = 0;
  for (let second = 0; second < Math.min(at, seconds.length); second += 1) bad += failed(seconds[second]!.candidate);
  return bad;
}
