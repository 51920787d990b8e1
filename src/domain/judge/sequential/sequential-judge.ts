/** The judge of Slipway: sequential tests per metric, averaged, so that it may look at every tick and keep its promise. */
import type { JudgeRule } from '../../manifest.ts';
import { addCounts, type ArmCounts, NO_COUNTS, plainCounts } from '../counts.ts';
import type { Judge, JudgeState, TickInput } from '../judge.ts';
import { againstBaseline, BASELINE_REQUESTS } from './baseline.ts';
import { evidenceOf } from './evidence.ts';
import { ruledOutBy } from './good-enough.ts';
import { inNextHold, type MetricState, newMetric, withTick } from './metric.ts';
import { SEQUENTIAL_JUDGE } from './name.ts';
import { withPoint } from './points.ts';
import { nothingMissed, withLook } from './silence.ts';
import { classMetric, FAILURES, select, type Selected, weightOf } from './select.ts';
import { histogramsOf, keyOf, LATENCY, PARTS, QUANTILES, type Threshold, thresholdsOf } from './thresholds.ts';
import { verdictOf } from './verdict.ts';

/** Requests on each arm that make a block: enough for its share to be steady, few enough to wait for. */
const BLOCK_REQUESTS = 10;

/**
 * - A tick counts when the candidate was read, and the stable revision too where it has traffic, and no counter began again.
 * - Abort at any tick: the e-values of all metrics, averaged by weight, reach 1 / alpha.
 * - At the end of the hold, when a person asks, or (by the rule) at any tick: promote, when the candidate has had enough requests and
 *   every metric that is needed is shown to be good enough. Otherwise inconclusive; no data is never a pass.
 */
export const sequentialJudge: Judge = {
  start: ({ comparing, baseline, history = null, previous = null }) => {
    const goesOn = previous?.judge === SEQUENTIAL_JUDGE ? previous : null;
    return {
      judge: SEQUENTIAL_JUDGE,
      candidate: plainCounts(NO_COUNTS),
      stable: plainCounts(NO_COUNTS),
      comparing,
      baseline: comparing ? null : baselineOf(baseline, history),
      metrics: Object.fromEntries(Object.entries(goesOn?.metrics ?? {}).map(([name, metric]) => [name, inNextHold(metric)])),
      thresholds: goesOn?.thresholds ?? {},
      history: history === null ? goesOn?.history ?? null : { requests: history.requests, failures: { ...history.failures } },
      training: history === null ? goesOn?.training ?? null : plainCounts(history),
      ticks: { used: 0, withoutData: 0, reset: 0 },
      silence: nothingMissed(),
      points: [],
      series: [],
      greatestLogE: goesOn?.greatestLogE ?? 0,
      decidedAt: { abort: null, goodEnough: null },
    };
  },
  tick: (before, input) => {
    const counted = withCounts(before, input);
    const evidence = evidenceOf(counted, input);
    const state = withPoint(counted, evidence, input.elapsedSeconds);
    return { state, verdict: verdictOf({ ...evidence, points: state.points, series: state.series, decidedAt: state.decidedAt }, input) };
  },
};

function baselineOf(earlier: ArmCounts | null, history: ArmCounts | null): JudgeState['baseline'] {
  if (earlier !== null && earlier.requests >= BASELINE_REQUESTS) return { counts: plainCounts(earlier), from: 'an earlier hold' };
  return history !== null && history.requests >= BASELINE_REQUESTS ? { counts: plainCounts(history), from: 'before this hold' } : null;
}

function withCounts(before: JudgeState, input: TickInput): JudgeState {
  const { candidate, stable } = input;
  const state = { ...before, silence: input.epochChanged ? withLook(before.silence, null, null, before.comparing, input.elapsedSeconds) : withLook(before.silence, candidate, stable, before.comparing, input.elapsedSeconds) };
  if (input.epochChanged) return { ...state, ticks: { ...state.ticks, reset: state.ticks.reset + 1 } };
  if (candidate === null || (state.comparing && stable === null)) return { ...state, ticks: { ...state.ticks, withoutData: state.ticks.withoutData + 1 } };
  const known = frozen(state, input.rule, state.comparing ? stable : state.baseline?.counts ?? null);
  return {
    ...state,
    thresholds: known.thresholds,
    training: known.training,
    candidate: plainCounts(addCounts(state.candidate, candidate)),
    stable: state.comparing && stable !== null ? plainCounts(addCounts(state.stable, stable)) : state.stable,
    metrics: withMetrics(state, input, known.usable, candidate),
    ticks: { ...state.ticks, used: state.ticks.used + 1 },
  };
}

/** Thresholds chosen as soon as there are samples for them; the ticks that they are chosen from are not judged by them. */
function frozen(state: JudgeState, rule: JudgeRule, stable: ArmCounts | null): Pick<JudgeState, 'thresholds' | 'training'> & { readonly usable: readonly Threshold[] } {
  const open = Object.keys(histogramsOf(stable ?? NO_COUNTS)).flatMap((name) => PARTS.filter((part) => state.thresholds[keyOf(name, part)] === undefined).map((part) => ({ name, part })));
  if (open.length === 0 || stable === null) return { thresholds: state.thresholds, training: open.length === 0 ? null : state.training, usable: Object.values(state.thresholds).flat() };
  const known = histogramsOf(state.training ?? NO_COUNTS);
  const thresholds = { ...state.thresholds };
  let waiting = 0;
  for (const { name, part } of open) {
    const ratioOf = (quantile: string): number => rule.metrics[`${name}.${quantile}`]?.ratio ?? rule.maximumLatencyRatio;
    const chosen = known[name] === undefined ? null : thresholdsOf(name, known[name], part, PARTS.flatMap((other) => thresholds[keyOf(name, other)] ?? []), ratioOf);
    if (chosen === null) waiting += 1;
    else thresholds[keyOf(name, part)] = chosen;
  }
  return { thresholds, training: waiting === 0 ? null : plainCounts(addCounts(state.training ?? NO_COUNTS, stable)), usable: Object.values(thresholds).flat() };
}

function withMetrics(state: JudgeState, input: TickInput, thresholds: readonly Threshold[], candidate: ArmCounts): JudgeState['metrics'] {
  const { rule, elapsedSeconds, holdSeconds } = input;
  const metrics: Record<string, MetricState> = { ...state.metrics };
  const warm = elapsedSeconds > Math.min(rule.warmUp, holdSeconds / 4);
  const flush = elapsedSeconds >= holdSeconds || input.promoteRequested === true;
  const blockRequests = Math.min(BLOCK_REQUESTS, rule.minimumRequests);
  for (const one of select(rule, thresholds, candidate, state.comparing ? input.stable : state.baseline?.counts ?? null)) {
    if (!warm && one.threshold?.histogram === LATENCY) continue;
    const metric = metrics[one.name] ?? newMetric(weightOf(one.name, rule, pooled(metrics, rule)).weight);
    const against = state.comparing ? null : againstBaseline(one, rule, metric.weight, state.baseline !== null);
    if (!state.comparing && against === null) continue;
    const block = state.comparing ? one.block : { candidate: one.block.candidate, stable: { total: 0, bad: 0 } };
    metrics[one.name] = withTick(metric, { block, second: elapsedSeconds, tolerated: one.tolerated, bad: { ratio: one.tolerated * rule.badRatio, rate: badRate(one, rule) }, blockRequests, against, flush, history: one.isFailure ? historyOf(one.name, state) : null });
  }
  return metrics;
}

function historyOf(name: string, { history }: JudgeState): { readonly total: number; readonly bad: number } | null {
  if (history === null) return null;
  const of = (kind: string): number => (name === FAILURES || name === classMetric(kind) ? history.failures[kind] ?? 0 : 0);
  return { total: history.requests, bad: Object.keys(history.failures).reduce((sum, kind) => sum + of(kind), 0) };
}

/** A candidate under it is good enough whatever the stable one's rate is. Slow answers lose the ticks that thresholds are chosen from, and do less harm. */
function badRate({ threshold }: Selected, rule: JudgeRule): number {
  const shown = ruledOutBy(rule.minimumRequests, rule.beta);
  if (threshold === null) return shown;
  const usual = 1 - (QUANTILES[threshold.quantile as keyof typeof QUANTILES] ?? 1);
  return Math.max(ruledOutBy(rule.minimumRequests / 2, rule.beta), Math.min(0.9, rule.badRatio * usual));
}

const pooled = (metrics: JudgeState['metrics'], rule: JudgeRule): number => Object.keys(metrics).filter((name) => weightOf(name, rule, 0).pooled).length;
