/**
 * How clustered bad events are: the variance of their counts by their mean, from the stable arm. 1: each comes by itself. Bursts of 20
 * that stay on one arm give 20. Neighbouring spans of time are compared, so that a slow change of load or rate is not taken for clusters;
 * and where the candidate's rate jumps with the stable one's, it is an incident that both have.
 */
import * as z from 'zod';
import type { Block } from './share.ts';

/** Bursts inside a look, and clients that go on failing for a while. A look that is longer is a span by itself. */
const SPAN_SECONDS = [10, 60, 300] as const;
/** An estimate is believed from so many of its own standard errors above 1, more where it is of few spans: noise must not make the judge slow. */
const CLEARLY = [2.5, 3, 4] as const;
/** Estimates from few bursts come out too low as often as too high. */
const CAUTION = 1.25;
/** From so many spans with bad events on it is known how they come. */
const KNOWN_SPANS = 2;

/** So many bad events more or less would be seen on the candidate, if it shared them, before it is said that it does. */
const SHARED_EVENTS = 5;

const Arm = z.strictObject({ bad: z.number(), total: z.number() });
type Arm = z.infer<typeof Arm>;
const Span = Arm.extend({ candidate: Arm });
type Span = z.infer<typeof Span>;
const Scale = z.strictObject({
  /** The last whole span, null before it, and the one that is filled: of the stable arm, and beside it the candidate's. */
  before: Span.nullable(),
  open: Span.extend({ seconds: z.number() }),
  /** Sums over pairs of neighbouring spans: squared difference of rates by its variance per unit of rate; mean rate; events. */
  squares: z.number(),
  rates: z.number(),
  events: z.number(),
  pairs: z.int(),
  /** Spans with bad events. */
  bad: z.int(),
});
type Scale = z.infer<typeof Scale>;
export const Dispersion = z.array(Scale);
export type Dispersion = z.infer<typeof Dispersion>;

const nothing = (): Span => ({ bad: 0, total: 0, candidate: { bad: 0, total: 0 } });
export const unknownDispersion = (): Dispersion => SPAN_SECONDS.map(() => ({ before: null, open: { ...nothing(), seconds: 0 }, squares: 0, rates: 0, events: 0, pairs: 0, bad: 0 }));

const sum = (one: Arm, other: Arm): Arm => ({ bad: one.bad + other.bad, total: one.total + other.total });
const rateOf = ({ bad, total }: Arm): number => (total === 0 ? 0 : bad / total);

/** @param seconds the look's length */
export function withSpan(state: Dispersion, { stable, candidate }: Block, seconds: number): Dispersion {
  return stable.total === 0 ? state : state.map((scale, index) => withBoth(scale, SPAN_SECONDS[index] ?? 0, stable, candidate, seconds));
}

function withBoth(scale: Scale, length: number, stable: Arm, candidate: Arm, seconds: number): Scale {
  const open = { ...sum(scale.open, stable), seconds: scale.open.seconds + seconds, candidate: sum(scale.open.candidate, candidate) };
  // A hair of tolerance, as looks are not to the millisecond.
  if (open.seconds < length * 0.99) return { ...scale, open };
  const span: Span = { bad: open.bad, total: open.total, candidate: open.candidate };
  const closed = { ...scale, before: span, open: { ...nothing(), seconds: 0 }, bad: scale.bad + (open.bad > 0 ? 1 : 0) };
  const { before } = scale;
  if (before === null || isShared(before, span)) return closed;
  const rate = (rateOf(before) + rateOf(span)) / 2;
  const squared = (rateOf(before) - rateOf(span)) ** 2 / (1 / before.total + 1 / span.total);
  return { ...closed, pairs: scale.pairs + 1, squares: scale.squares + squared, rates: scale.rates + rate, events: scale.events + (before.bad + span.bad) / 2 };
}

/** The candidate's rate went the same way: an incident elsewhere begins or ends, and no client of one arm alone. */
function isShared(one: Span, other: Span): boolean {
  const [low, high] = rateOf(one) < rateOf(other) ? [one, other] : [other, one];
  const expected = (rateOf(high) - rateOf(low)) * high.candidate.total;
  return expected >= SHARED_EVENTS && high.candidate.bad - rateOf(low) * high.candidate.total >= expected / 2;
}

/** At least 1. */
export function dispersionOf(state: Dispersion): number {
  return Math.max(1, ...state.map(({ squares, rates, pairs, events }, index) => {
    if (rates === 0 || pairs < 2) return 1;
    const found = squares / rates;
    // Var of the estimate for independent events: about 3 / pairs from the differences, 1 / events from the counts being small.
    return found > 1 + (CLEARLY[index] ?? 0) * Math.sqrt(3 / pairs + 1 / events) ? CAUTION * found : 1;
  }));
}

/** Whether enough has been seen to say how bad events come, clustered or not. */
export const isKnown = (state: Dispersion): boolean => (state[0]?.bad ?? 0) >= KNOWN_SPANS;
