/**
 * How clustered bad events are: the variance of their counts by their mean, from the stable arm, by successive differences, so that
 * a slow change of load or rate is not taken for clusters. 1: each comes by itself. Bursts of 20 that stay on one arm give 20.
 */
import * as z from 'zod';

/** In blocks: bursts inside a tick, and such that go on for several. */
const SCALES = [1, 8] as const;
/** An estimate is believed from so many of its own standard errors above 1; noise must not make the judge slow. */
const CLEARLY = 2.5;
/** Estimates from few bursts come out too low as often as too high. */
const CAUTION = 1.2;
const GREATEST = 1e4;

const Scale = z.strictObject({
  /** The last whole span, null before it, and the one that is filled. */
  before: z.strictObject({ bad: z.number(), total: z.number() }).nullable(),
  open: z.strictObject({ bad: z.number(), total: z.number(), blocks: z.int() }),
  /** Sums over pairs of neighbouring spans: squared difference of rates by its variance per unit of rate; mean rate. */
  squares: z.number(),
  rates: z.number(),
  pairs: z.int(),
  events: z.number(),
});
type Scale = z.infer<typeof Scale>;
export const Dispersion = z.array(Scale);
export type Dispersion = z.infer<typeof Dispersion>;

export const unknownDispersion = (): Dispersion => SCALES.map(() => ({ before: null, open: { bad: 0, total: 0, blocks: 0 }, squares: 0, rates: 0, pairs: 0, events: 0 }));

export function withSpan(state: Dispersion, arm: { readonly total: number; readonly bad: number }): Dispersion {
  return arm.total === 0 ? state : state.map((scale, index) => withArm(scale, SCALES[index] ?? 1, arm));
}

function withArm(scale: Scale, length: number, arm: { readonly total: number; readonly bad: number }): Scale {
  const open = { bad: scale.open.bad + arm.bad, total: scale.open.total + arm.total, blocks: scale.open.blocks + 1 };
  if (open.blocks < length) return { ...scale, open };
  const closed = { ...scale, before: { bad: open.bad, total: open.total }, open: { bad: 0, total: 0, blocks: 0 }, events: scale.events + open.bad };
  const { before } = scale;
  if (before === null) return closed;
  const difference = before.bad / before.total - open.bad / open.total;
  return {
    ...closed, pairs: scale.pairs + 1,
    squares: scale.squares + difference ** 2 / (1 / before.total + 1 / open.total),
    rates: scale.rates + (before.bad + open.bad) / (before.total + open.total),
  };
}

/** At least 1. */
export function dispersionOf(state: Dispersion): number {
  return Math.max(1, ...state.map(({ squares, rates, pairs, events }) => {
    if (rates === 0 || pairs < 2) return 1;
    const found = squares / rates;
    // Var of the estimate for independent events: about 3 / pairs from the differences, 1 / events from the counts being small.
    return found > 1 + CLEARLY * Math.sqrt(3 / pairs + 1 / events) ? Math.min(GREATEST, CAUTION * found) : 1;
  }));
}
