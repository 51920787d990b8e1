/** The judge of Slipway: sequential tests per metric, averaged, so that it may look at every tick and keep its promise. */
import type { JudgeRule } from '../../manifest.ts';
import { addCounts, type ArmCounts, NO_COUNTS, plainCounts } from '../counts.ts';
import type { Judge, JudgeState, TickInput } from '../judge.ts';
import { againstBaseline } from './baseline.ts';
import { evidenceOf } from './evidence.ts';
import { ruledOutBy } from './good-enough.ts';
import { inNextHold, type MetricState, newMetric, withTick } from './metric.ts';
import { SEQUENTIAL_JUDGE } from './name.ts';
import { withPoint } from './points.ts';
import { select, type Selected, weightOf } from './select.ts';
import { histogramsOf, LATENCY, QUANTILES, samplesIn, SAMPLES, type Threshold, thresholdsOf } from './thresholds.ts';
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
      training: history === null ? goesOn?.training ?? null : plainCounts(history),
      ticks: { used: 0, withoutData: 0, reset: 0 },
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
  if (earlier !== null && earlier.requests > 0) return { counts: plainCounts(earlier), from: 'an earlier hold' };
  return history !== null && history.requests > 0 ? { counts: plainCounts(history), from: 'before this hold' } : null;
}

function withCounts(state: JudgeState, input: TickInput): JudgeState {
  const { candidate, stable } = input;
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
  const usableNow = Object.values(state.thresholds).flat();
  const open = Object.keys(histogramsOf(stable ?? NO_COUNTS)).filter((name) => state.thresholds[name] === undefined);
  if (open.length === 0 || stable === null) return { thresholds: state.thresholds, training: open.length === 0 ? null : state.training, usable: usableNow };
  const known = histogramsOf(state.training ?? NO_COUNTS);
  const [ready, waiting] = [open.filter((name) => known[name] !== undefined && samplesIn(known[name]) >= SAMPLES), open.filter((name) => known[name] === undefined || samplesIn(known[name]) < SAMPLES)];
  const chosen = ready.map((name): [string, Threshold[]] => [name, thresholdsOf(name, known[name] ?? { buckets: [], bounds: [] }, (quantile) => rule.metrics[`${name}.${quantile}`]?.ratio ?? rule.maximumLatencyRatio) ?? []]);
  const thresholds = { ...state.thresholds, ...Object.fromEntries(chosen) };
  return { thresholds, training: waiting.length === 0 ? null : plainCounts(addCounts(state.training ?? NO_COUNTS, stable)), usable: Object.values(thresholds).flat() };
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
    metrics[one.name] = withTick(metric, { block, second: elapsedSeconds, tolerated: one.tolerated, bad: { ratio: one.tolerated * rule.badRatio, rate: badRate(one, rule) }, blockRequests, against, flush });
  }
  return metrics;
}

/** A candidate under it is good enough whatever the stable one's rate is. Slow answers lose the ticks that thresholds are chosen from, and do less harm. */
function badRate({ threshold }: Selected, rule: JudgeRule): number {
  const shown = ruledOutBy(rule.minimumRequests, rule.beta);
  if (threshold === null) return shown;
  const usual = 1 - (QUANTILES[threshold.quantile as keyof typeof QUANTILES] ?? 1);
  return Math.max(ruledOutBy(rule.minimumRequests / 2, rule.beta), Math.min(0.9, rule.badRatio * usual));
}

const pooled = (metrics: JudgeState['metrics'], rule: JudgeRule): number => Object.keys(metrics).filter((name) => weightOf(name, rule, 0).pooled).length;
