/**
 * How clustered bad events are: the variance of their counts by their mean, from the stable arm. 1: each comes by itself. Bursts of 20
 * that stay on one arm give 20. Neighbouring spans of time are compared, so that a slow change of load or rate is not taken for clusters;
 * and where the candidate's rate jumps with the stable one's, it is an incident that both have.
 */
import * as z from 'zod';
import type { Block } from './share.ts';

/** Bursts inside a second, which show first, and clients that go on failing for a while. A look that is longer is a span by itself. */
const SPAN_SECONDS = [1, 10, 20, 40, 80, 160, 320, 900] as const;
/** An estimate is believed from so many of its own standard errors above 1: noise must not make the judge slow. */
const CLEARLY = 2.5;
/** Of fewer pairs of spans nothing is said. */
const PAIRS = 3;
/** From so many on it is sure enough to let larger bursts of the candidate count. */
const SURELY = 5;
/** Estimates from few bursts come out too low as often as too high. */
const CAUTION = 1.25;
/**
 * Many bad events in the first minutes may be of few clients, and no span is long enough yet to tell: each so many more than a few count
 * as a size of 1, less and less. A few are what three in ten seconds would be, where more come: three bursts in half a minute look like a
 * regression. Looks of a second have shown bursts by then, if there are any. What is decided by few events is not made slower; nor are slow
 * answers, which are too many to be a client's.
 */
const DOUBT = { from: { least: 6, eachSecond: 0.3, eachPair: 1.5, most: 30 }, events: 15, most: 3, seconds: 600, pairs: 30, rate: 0.05 } as const;

/** So many bad events more or less would be seen on the candidate, if it shared them, before it is said that it does. */
const SHARED_EVENTS = 5;

interface Arm {
  readonly bad: number;
  readonly total: number;
}
/** [bad, total] of the stable arm, then of the candidate. Tuples and few digits, as there is one for each scale of each metric. */
const Span = z.tuple([z.number(), z.number(), z.number(), z.number()]);
type Span = z.infer<typeof Span>;
const Scale = z.strictObject({
  /** The last whole span, null before it; the one that is filled, and its seconds. */
  before: Span.nullable(),
  open: Span,
  seconds: z.number(),
  /** Over pairs of neighbouring spans: sum of squared differences of rates by their variance per unit of rate; of mean rates; of events; and how many pairs. */
  sums: z.tuple([z.number(), z.number(), z.number(), z.int()]),
});
type Scale = z.infer<typeof Scale>;
export const Dispersion = z.array(Scale);
export type Dispersion = z.infer<typeof Dispersion>;

export const unknownDispersion = (): Dispersion => SPAN_SECONDS.map(() => ({ before: null, open: [0, 0, 0, 0], seconds: 0, sums: [0, 0, 0, 0] }));

const rateOf = (bad: number, total: number): number => (total === 0 ? 0 : bad / total);
const rounded = (value: number): number => Number(value.toPrecision(7));

/** @param seconds the look's length */
export function withSpan(state: Dispersion, { stable, candidate }: Block, seconds: number): Dispersion {
  if (stable.total === 0) return state;
  // One of before an upgrade, with other spans, is measured anew.
  const known = state.length === SPAN_SECONDS.length ? state : unknownDispersion();
  return known.map((scale, index) => withBoth(scale, SPAN_SECONDS[index] ?? 0, [stable.bad, stable.total, candidate.bad, candidate.total], seconds));
}

function withBoth({ before, open, seconds, sums }: Scale, length: number, look: Span, lookSeconds: number): Scale {
  const span: Span = [open[0] + look[0], open[1] + look[1], open[2] + look[2], open[3] + look[3]];
  const filled = Math.round((seconds + lookSeconds) * 1000) / 1000;
  // A hair of tolerance, as looks are not to the millisecond.
  if (filled < length * 0.99) return { before, open: span, seconds: filled, sums };
  return { before: span, open: [0, 0, 0, 0], seconds: 0, sums: before === null || isShared(before, span) ? sums : withPair(sums, before, span) };
}

function withPair([squares, rates, events, pairs]: Scale['sums'], [bad, total]: Span, [badNext, totalNext]: Span): Scale['sums'] {
  const [rate, next] = [rateOf(bad, total), rateOf(badNext, totalNext)];
  return [rounded(squares + (rate - next) ** 2 / (1 / total + 1 / totalNext)), rounded(rates + (rate + next) / 2), events + (bad + badNext) / 2, pairs + 1];
}

/** The candidate's rate went the same way: an incident elsewhere begins or ends, and no client of one arm alone. */
function isShared(one: Span, other: Span): boolean {
  const [low, high] = rateOf(one[0], one[1]) < rateOf(other[0], other[1]) ? [one, other] : [other, one];
  const usual = rateOf(low[0], low[1]) * high[3];
  const expected = rateOf(high[0], high[1]) * high[3] - usual;
  return expected >= SHARED_EVENTS && high[2] - usual >= expected / 2;
}

/** At least 1. */
export const dispersionOf = (state: Dispersion): number => Math.max(1, CAUTION * largest(state, CLEARLY));
/** Never more than it is: without caution, and where there is hardly a doubt. */
export const sureDispersion = (state: Dispersion): number => Math.max(1, largest(state, SURELY));

/** Asked at every look, of every metric, so without lists of its own. */
function largest(state: Dispersion, errors: number): number {
  let size = 0;
  for (const scale of state) size = Math.max(size, found(scale, errors));
  return size;
}

/** 0 where it is not clearly over 1. */
function found({ sums: [squares, rates, events, pairs] }: Scale, errors: number): number {
  if (pairs < PAIRS || squares <= rates) return 0;
  const estimate = squares / rates;
  // Var of the estimate for independent events: about 3 / pairs from the differences, 1 / events from the counts being small.
  return estimate > 1 + errors * Math.sqrt(3 / pairs + 1 / events) ? estimate : 0;
}

/**
 * What bad events may be clustered by, at least, as long as nobody can know: in the first minutes, and where looks are so long that there are few
 * of them, as far as those few leave it open. Both arms since the hold began.
 */
export function doubtfulDispersion(state: Dispersion, { stable, candidate }: { readonly stable: Arm; readonly candidate: Arm }, second: number): number {
  // At half of the requests the candidate shows as much of how bad events come as the stable one; at a tenth what it has of them is the question.
  const shown = isMany(candidate) ? 0 : candidate.bad * Math.min(1, candidate.total / Math.max(1, stable.total));
  const bad = Math.max(stable.bad, shown);
  const few = Math.min(DOUBT.from.most, Math.max(DOUBT.from.least, DOUBT.from.eachSecond * second, DOUBT.from.eachPair * (state[0]?.sums[3] ?? 0)));
  if (bad <= few || isMany(stable)) return 1;
  return Math.min(DOUBT.most, 1 + ((bad - few) / DOUBT.events) * Math.max(0, 1 - second / DOUBT.seconds, openAfterFew(state)));
}

const isMany = ({ bad, total }: Arm): boolean => bad > DOUBT.rate * total;

/** How far over 1 the counts of looks are spread, the less the more pairs of them there are. */
function openAfterFew(state: Dispersion): number {
  const [squares, rates, , pairs] = state[0]?.sums ?? [0, 0, 0, 0];
  return pairs === 0 || rates === 0 ? 0 : Math.max(0, squares / rates - 1) * Math.max(0, 1 - pairs / DOUBT.pairs);
}
