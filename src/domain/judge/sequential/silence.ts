/** What is not known of the end of a hold: an arm that has gone silent, or counts that cannot be read any more. No data is never a pass. */
import * as z from 'zod';
import type { ArmDelta } from '../counts.ts';

/** So many requests would have been an arm's since it had one, and a tenth came at most: by chance about once in 10 ** 8 holds. */
const EXPECTED = 30;
const CAME_AT_MOST = 0.1;
/** Points of a minute that come minutes late are no silence. */
const UNREAD_SECONDS = 300;

export const Silence = z.strictObject({
  /** Seconds of the hold at the last look in which both arms had requests (the candidate, where the stable revision has no traffic). */
  since: z.number(),
  /** Requests of each arm since, and looks that could not be used. */
  candidate: z.int(),
  stable: z.int(),
  unread: z.int(),
});
export type Silence = z.infer<typeof Silence>;

export const nothingMissed = (): Silence => ({ since: 0, candidate: 0, stable: 0, unread: 0 });

/** @param candidate null, as `stable`: not read */
export function withLook(before: Silence, candidate: ArmDelta | null, stable: ArmDelta | null, comparing: boolean, second: number): Silence {
  if (candidate === null || (comparing && stable === null)) return { ...before, unread: before.unread + 1 };
  const [own, other] = [candidate.requests, stable?.requests ?? 0];
  return own > 0 && (other > 0 || !comparing) ? { ...nothingMissed(), since: second } : { ...before, candidate: before.candidate + own, stable: before.stable + other };
}

interface Requests {
  readonly requests: number;
}

/**
 * @param arms all that both have had in this hold
 * @returns why what is known says nothing of how the candidate is now; null: it does
 */
export function silenceOf({ since, candidate, stable, unread }: Silence, arms: { readonly candidate: Requests; readonly stable: Requests }, second: number): string | null {
  const seconds = Math.round(second - since);
  const [own, other] = [arms.candidate.requests - candidate, arms.stable.requests - stable];
  if (unread > 0 && seconds > Math.max(UNREAD_SECONDS, second / 2)) return `for ${seconds} s nothing could be counted`;
  if (own <= 0 || other <= 0) return null;
  const [ofOwn, ofOther] = [(stable * own) / other, (candidate * other) / own];
  if (ofOwn >= EXPECTED && candidate <= CAME_AT_MOST * ofOwn) return `the candidate has had ${candidate === 0 ? 'no request' : `${candidate} requests`} for ${seconds} s, and the stable revision ${stable}`;
  if (ofOther >= EXPECTED && stable <= CAME_AT_MOST * ofOther) return `the stable revision has had ${stable === 0 ? 'no request' : `${stable} requests`} for ${seconds} s, and the candidate ${candidate}: there is nothing to compare with`;
  return null;
}
