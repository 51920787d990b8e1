/**
 * Bounds how much one burst can say. Before anything is known of clusters, 20 bad answers in one second may be one broken client.
 * So the candidate's bad events are paid from a bucket of tokens; what is not paid is no evidence. Leaving out bad events of the
 * candidate keeps the promise whatever the rule is (the likelihood ratio only gets smaller), so the rule may look at the data.
 */
import * as z from 'zod';

const REFILL_SECONDS = 1;
/** Bad events that keep coming are no burst: the bucket grows by one for each of these spans that has some. */
const STREAK_SECONDS = 10;
const STREAK_KEPT = 0.9;

export const Allowance = z.strictObject({ tokens: z.number(), streak: z.number(), second: z.number(), streakSecond: z.number() });
export type Allowance = z.infer<typeof Allowance>;

export const fullAllowance = (): Allowance => ({ tokens: 1, streak: 0, second: 0, streakSecond: -STREAK_SECONDS });

/**
 * @param bad the candidate's bad events in this tick; @param expected so many would be usual in it
 * @param dispersion the usual size of a burst: a token pays for one burst
 * @returns how many of them count
 */
export function paid(state: Allowance, bad: number, expected: number, dispersion: number, second: number): { readonly state: Allowance; readonly counted: number } {
  const elapsed = Math.max(0, second - state.second);
  const tokens = Math.min(1 + state.streak, state.tokens + (elapsed / REFILL_SECONDS) * (1 + state.streak));
  const counted = Math.min(bad, dispersion * tokens + 2 * expected);
  const used = Math.max(0, counted - 2 * expected) / dispersion;
  const spanOver = second - state.streakSecond >= STREAK_SECONDS;
  const streak = spanOver ? state.streak * STREAK_KEPT + (bad > 0 ? 1 : 0) : state.streak;
  return { counted, state: { tokens: tokens - used, streak, second, streakSecond: spanOver ? second : state.streakSecond } };
}
