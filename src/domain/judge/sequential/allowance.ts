/**
 * Bounds how much one burst can say. Before anything is known of clusters, 20 bad answers in one second may be one broken client.
 * So the candidate's bad events are paid from a bucket of tokens; what is not paid is no evidence. Leaving out bad events of the
 * candidate keeps the promise whatever the rule is (the likelihood ratio only gets smaller), so the rule may look at the data.
 */
import * as z from 'zod';

/** A token comes back after so long: where the stable revision has shown how its bad events come, and before that. */
const REFILL_SECONDS = { known: 1, unknown: 4 } as const;
/** So many times what is usual counts beside the tokens. */
const USUAL_TIMES = { known: 2, unknown: 1 } as const;
/** Bad events that keep coming are no burst: the bucket grows by one for each of these spans that has some. */
const STREAK_SECONDS = 10;
const STREAK_KEPT = 0.9;
/** A look so long or longer holds several of these spans: one of them is a streak. Else, and before it is known how bad events come, the first is not. */
const LONG_LOOK_SECONDS = 30;
/** Where most of so many requests on end fail, it is no one client's burst: so many events, by the part that fails. */
const OUTAGE = { requests: 100, events: 10 } as const;

const nothingYet = { total: 0, bad: 0 };
export const Allowance = z.strictObject({
  tokens: z.number(), streak: z.number(), second: z.number(), streakSecond: z.number(),
  /** The requests since the last so many that were looked at together, and how many of them failed. */
  window: z.strictObject({ total: z.number(), bad: z.number() }).default(nothingYet),
});
export type Allowance = z.infer<typeof Allowance>;

export const fullAllowance = (): Allowance => ({ tokens: 1, streak: 0, second: 0, streakSecond: -STREAK_SECONDS, window: nothingYet });

export interface Burst {
  /** The candidate's requests and bad events in this tick. */
  readonly total: number;
  readonly bad: number;
  /** So many bad events would be usual in it. */
  readonly expected: number;
  /** The usual size of a burst: a token pays for one burst. And whether it is known. */
  readonly dispersion: number;
  readonly known: boolean;
  readonly second: number;
}

/** @returns how many of the bad events count */
export function paid(state: Allowance, { total, bad, expected, dispersion, known, second }: Burst): { readonly state: Allowance; readonly counted: number } {
  const elapsed = Math.max(0, second - state.second);
  const isLong = elapsed >= LONG_LOOK_SECONDS;
  const most = 1 + Math.max(0, state.streak - (isLong || known ? 0 : 1));
  const tokens = Math.min(most, state.tokens + (elapsed / REFILL_SECONDS[known ? 'known' : 'unknown']) * most);
  const usual = USUAL_TIMES[known ? 'known' : 'unknown'] * expected;
  const window = { total: state.window.total + total, bad: state.window.bad + bad };
  const isFull = window.total >= OUTAGE.requests;
  const outage = isFull && window.bad > window.total / 2 ? (OUTAGE.events * window.bad) / window.total : 0;
  const counted = Math.min(bad, Math.max(outage, dispersion * tokens + usual));
  const used = Math.min(tokens, Math.max(0, counted - usual) / dispersion);
  const spanOver = second - state.streakSecond >= STREAK_SECONDS;
  const streak = spanOver ? state.streak * STREAK_KEPT + (bad > 0 ? 1 : 0) : state.streak;
  return { counted, state: { tokens: tokens - used, streak, second, streakSecond: spanOver ? second : state.streakSecond, window: isFull ? nothingYet : window } };
}
