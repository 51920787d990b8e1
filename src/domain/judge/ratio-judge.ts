/** The simple judge: rates of failures and p90 latencies of both arms over the same ticks, with an exact bound against chance. */
import { addCounts, NO_COUNTS } from './counts.ts';
import type { Judge, JudgeState, TickInput, Verdict } from './judge.ts';
import { type Measure, measure, MINIMUM_FAILURES } from './measure.ts';
import { percent } from './wording.ts';

export const RATIO_JUDGE = 'ratio/1';
/** Abort when a candidate within its limit would fail this often less than once in 200 such totals. */
const ABORT_CHANCE = 0.005;
/** At the end a candidate passes only if its failures are no rarer than this for one within its goal. */
const DOUBT_CHANCE = 0.05;

/**
 * - A tick counts when the candidate was read, and the stable revision too where it has traffic, and no counter began again.
 * - Abort at any time: at least 5 failures, and an exact one-sided binomial test says that the rate is over the limit; or, with
 *   enough samples on both sides, a p90 that is surely over its limit.
 * - At the end of the hold, or when a person asks: promote with enough requests and nothing against it. Otherwise inconclusive;
 *   too little data is never a pass.
 */
export const ratioJudge: Judge = {
  start: ({ comparing, baseline }) => ({
    judge: RATIO_JUDGE,
    candidate: plain(NO_COUNTS),
    stable: plain(NO_COUNTS),
    comparing,
    baseline: baseline === null || baseline.requests === 0 ? null : plain(baseline),
    ticks: { used: 0, withoutData: 0, reset: 0 },
  }),
  tick: (before, input) => {
    const state = withTick(before, input);
    return { state, verdict: verdictOf(measure(RATIO_JUDGE, state, input.rule), input) };
  },
};

function withTick(state: JudgeState, input: TickInput): JudgeState {
  const { candidate, stable } = input;
  if (input.epochChanged) return { ...state, ticks: { ...state.ticks, reset: state.ticks.reset + 1 } };
  if (candidate === null || (state.comparing && stable === null)) return { ...state, ticks: { ...state.ticks, withoutData: state.ticks.withoutData + 1 } };
  return {
    ...state,
    candidate: plain(addCounts(state.candidate, candidate)),
    stable: state.comparing && stable !== null ? plain(addCounts(state.stable, stable)) : state.stable,
    ticks: { ...state.ticks, used: state.ticks.used + 1 },
  };
}

function verdictOf(found: Measure, input: TickInput): Verdict {
  const { evidence } = found;
  const say = (kind: Verdict['kind'], reason: string): Verdict => ({ kind, reason, evidence });
  const bad = reasonToAbort(found);
  if (bad !== null) return say('abort', bad);
  const over = input.elapsedSeconds >= input.holdSeconds;
  if (!over && input.promoteRequested !== true) return say('continue', `${progress(found)}; ${Math.ceil(input.holdSeconds - input.elapsedSeconds)} s left`);
  const doubt = reasonToDoubt(found);
  if (doubt === null) return say('promote', `${progress(found)}: no worse than ${evidence.stable === null ? 'allowed' : 'the stable revision'}${over ? '' : ', and a person asked to go on'}`);
  return over ? say('inconclusive', doubt) : say('continue', `a person asked to go on, but ${doubt}`);
}

function reasonToAbort({ evidence, latency }: Measure): string | null {
  const { candidate, stable, thresholds, chanceWithinLimit } = evidence;
  const clear = candidate.failures >= MINIMUM_FAILURES && (candidate.failureRate ?? 0) > thresholds.failureRateLimit && (chanceWithinLimit ?? 1) <= ABORT_CHANCE;
  if (clear) return `the candidate failed ${candidate.failures} of ${candidate.requests} requests (${percent(candidate.failureRate)}), and at most ${percent(thresholds.failureRateLimit)} is allowed${stable === null || stable.failureRate === null ? '' : `; the stable revision failed ${percent(stable.failureRate)} of ${stable.requests}`}`;
  if (latency === 'over') return `the candidate's p90 is ${Math.round(candidate.p90Ms ?? 0)} ms, and at most ${Math.round(thresholds.latencyP90LimitMs ?? 0)} ms is allowed; the stable revision's is ${Math.round(stable?.p90Ms ?? 0)} ms`;
  return null;
}

/** Why this is no pass; null: it is one. */
function reasonToDoubt({ evidence, latency, chanceAtGoal }: Measure): string | null {
  const { candidate, thresholds, ticks } = evidence;
  if (candidate.requests < thresholds.minimumRequests) {
    const lost = ticks.withoutData + ticks.reset;
    return `the candidate had ${candidate.requests} of the ${thresholds.minimumRequests} requests that make evidence${lost === 0 ? '' : ` (${lost} of ${lost + ticks.used} ticks could not be used)`}`;
  }
  if (candidate.failures > 1 && (candidate.failureRate ?? 0) > thresholds.failureRateGoal && chanceAtGoal <= DOUBT_CHANCE) return `the candidate failed ${percent(candidate.failureRate)} of ${candidate.requests} requests, more than ${percent(thresholds.failureRateGoal)}, but too few to be sure`;
  if (latency === 'looks over') return `the candidate's p90 of ${Math.round(candidate.p90Ms ?? 0)} ms looks higher than the ${Math.round(thresholds.latencyP90LimitMs ?? 0)} ms allowed, but there are too few requests to be sure`;
  return null;
}

function progress({ evidence }: Measure): string {
  const { candidate } = evidence;
  return `the candidate failed ${candidate.failures} of ${candidate.requests} requests`;
}

/** A mutable copy: the state's own, so that it never shares an array with a reading. */
function plain(counts: typeof NO_COUNTS): JudgeState['candidate'] {
  return { requests: counts.requests, failures: { ...counts.failures }, latencyBuckets: [...counts.latencyBuckets], boundsMs: [...counts.boundsMs] };
}
