/** One metric of the judge: what has been seen of it, and what that is evidence of. */
import * as z from 'zod';
import { Allowance, type Burst, fullAllowance, paid } from './allowance.ts';
import { Dispersion, dispersionOf, doubtfulDispersion, sureDispersion, unknownDispersion } from './dispersion.ts';
import { EProcess, logEvidence, noEvidence, withBlock, WORSE_BY } from './e-process.ts';
import { GoodEnough, notShownYet, withGood } from './good-enough.ts';
import { Incident, measured, noIncident } from './incident.ts';
import { type Block, logRatios, rateOf } from './share.ts';

const Arm = z.strictObject({ total: z.number(), bad: z.number() });
const Both = z.strictObject({ candidate: Arm, stable: Arm });

export const MetricState = z.strictObject({
  /** Its share of alpha; all shares sum to 1 at most. */
  weight: z.number().min(0).max(1),
  evidence: EProcess,
  good: GoodEnough,
  dispersion: Dispersion,
  /** Of the stable revision. */
  incident: Incident.default(noIncident),
  allowance: Allowance,
  /** Ticks that wait until both arms have had requests: a tick with one arm alone says nothing of where bad events fall. */
  pending: Both.extend({ counted: z.number() }),
  /** In this hold. */
  seen: Both,
});
export type MetricState = z.infer<typeof MetricState>;

export interface MetricTick {
  readonly block: Block;
  /** Seconds since the hold began. */
  readonly second: number;
  /** The tolerated ratio of rates, and what is bad. */
  readonly tolerated: number;
  readonly bad: { readonly ratio: number; readonly rate: number };
  /** Fewer requests on an arm than this wait for the next tick. */
  readonly blockRequests: number;
  /** Where the stable arm has no traffic: the highest rate that its own can have been. */
  readonly against: { readonly rate: number; readonly bad: number } | null;
  /** What the stable revision did before the hold; null: not known. */
  readonly history: { readonly total: number; readonly bad: number } | null;
  /** Nothing waits any longer: a decision is due. */
  readonly flush: boolean;
}

const nothing = () => ({ candidate: { total: 0, bad: 0 }, stable: { total: 0, bad: 0 } });
export const newMetric = (weight: number): MetricState => ({ weight, evidence: noEvidence(), good: notShownYet(), dispersion: unknownDispersion(), incident: noIncident(), allowance: fullAllowance(), pending: { ...nothing(), counted: 0 }, seen: nothing() });
/** In the next hold evidence against the candidate stays; that it is good enough, it has to show again. */
export const inNextHold = (metric: MetricState): MetricState => ({ ...metric, good: notShownYet(), allowance: fullAllowance(), pending: { ...nothing(), counted: 0 }, seen: nothing() });

const sum = (one: Block, other: Block): z.infer<typeof Both> => ({
  candidate: { total: one.candidate.total + other.candidate.total, bad: one.candidate.bad + other.candidate.bad },
  stable: { total: one.stable.total + other.stable.total, bad: one.stable.bad + other.stable.bad },
});

/** Bad events of the stable revision, fewer of which say nothing of how it fails. */
const SEEN = 6;
/** Never one in so many times the candidate's requests: the first burst of all is hardly on the candidate by chance. */
const SELDOM_TIMES = 20;

/** What is known of how the stable revision fails. */
function clustersOf({ candidate, stable }: z.infer<typeof Both>, { against, history }: MetricTick): Burst['clusters'] {
  const [total, bad] = [stable.total + (history?.total ?? 0), stable.bad + (history?.bad ?? 0)];
  if (against === null && history !== null && bad === 0 && total >= SELDOM_TIMES * candidate.total) return 'seldom';
  return against !== null || bad >= SEEN ? 'seen' : 'unseen';
}

export function withTick(metric: MetricState, tick: MetricTick): MetricState {
  // The dispersion of earlier ticks: what this tick says is weighed by it, and then changes it.
  const dispersion = dispersionOf(metric.dispersion);
  const seen = sum(metric.seen, tick.block);
  const usual = tick.tolerated * (tick.against?.rate ?? Math.max(rateOf(tick.block.stable), rateOf(seen.stable)));
  const { state: allowance, counted } = paid(metric.allowance, { ...tick.block.candidate, expected: usual * tick.block.candidate.total, dispersion: dispersion === 1 ? 1 : Math.min(dispersion, sureDispersion(metric.dispersion)), clusters: clustersOf(seen, tick), second: tick.second });
  const look = { block: tick.block, seen: metric.seen.stable, second: tick.second, seconds: Math.max(0, tick.second - metric.allowance.second) };
  const next: MetricState = { ...metric, allowance, seen, ...measured(metric, look) };
  if (tick.against !== null) return alone(next, tick, counted, dispersion, tick.against);
  const pending = { ...sum(metric.pending, tick.block), counted: metric.pending.counted + counted };
  const least = Math.min(pending.candidate.total, pending.stable.total);
  if (least < (tick.flush ? 1 : tick.blockRequests)) return { ...next, pending };
  return {
    ...next,
    evidence: pending.counted === 0 && pending.stable.bad === 0 ? metric.evidence : withBlock(metric.evidence, logRatios(pending, tick.tolerated, WORSE_BY.map((by) => tick.tolerated * by), pending.counted), dispersion),
    good: withGood(metric.good, pending, tick.bad, dispersion, true),
    pending: { ...nothing(), counted: 0 },
  };
}

/** Against a rate that the stable arm had before: exp of each increment has a mean of at most 1 for every rate up to it. */
function alone(metric: MetricState, { block, tolerated, bad }: MetricTick, counted: number, dispersion: number, against: { readonly rate: number; readonly bad: number }): MetricState {
  const expected = tolerated * against.rate * block.candidate.total;
  return {
    ...metric,
    evidence: withBlock(metric.evidence, WORSE_BY.map((by) => counted * Math.log(by) - expected * (by - 1)), dispersion),
    good: withGood(metric.good, block, { ratio: bad.ratio, rate: Math.min(0.97, Math.max(bad.rate, against.bad)) }, dispersion, false),
  };
}

/** @param dispersion as measured; what may be doubted of it counts too */
export const logOf = ({ evidence, seen, allowance, dispersion: spans }: MetricState, dispersion: number): number => logEvidence(evidence, Math.max(dispersion, doubtfulDispersion(spans, seen, allowance.second)));
