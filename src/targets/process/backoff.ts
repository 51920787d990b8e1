/** How soon a failed instance is replaced, and when to stop trying. Pure. */
import * as z from 'zod';
import { Generation } from '../../domain/ids.ts';

const FAILURES_MAX = 5;
const LOOP_WINDOW_MS = 60_000;
const DELAY_MAX_MS = 60_000;

/** The history of one place in a revision; every replacement inherits it from the instance it replaces. */
export const Slot = z.strictObject({
  relaunches: z.int().min(0),
  /** When the latest failures without a clean slate between them were, oldest first, milliseconds since the epoch. */
  failures: z.array(z.number()).max(FAILURES_MAX),
  /** Failures in a row, not capped. */
  inARow: z.int().min(0),
  /** Of these, how many in a row came before the instance was ever healthy. */
  neverHealthy: z.int().min(0),
  /** Given up under this generation; a newer one tries again. */
  quarantined: z.strictObject({ generation: Generation, why: z.string() }).nullable(),
});
export type Slot = z.infer<typeof Slot>;

export const CLEAN_SLOT: Slot = { relaunches: 0, failures: [], inARow: 0, neverHealthy: 0, quarantined: null };

/** The slot after one more failure, at `now` in milliseconds. Quarantined after 5 failures in 60 s, or 5 in a row that never got healthy, or at once when to try again would be in vain. */
export function afterFailure(slot: Slot, failure: { readonly now: number; readonly wasHealthy: boolean; readonly isInVain?: boolean; readonly generation: Generation }): Slot {
  const failures = [...slot.failures, failure.now].slice(-FAILURES_MAX);
  const neverHealthy = failure.wasHealthy ? 0 : slot.neverHealthy + 1;
  const window = failure.now - (failures[0] ?? failure.now);
  const loop = failures.length === FAILURES_MAX && window >= 0 && window <= LOOP_WINDOW_MS;
  const why = failure.isInVain === true ? 'that would be in vain before something is changed' : loop ? `it failed ${FAILURES_MAX} times within ${Math.max(1, Math.ceil(window / 1000))} s` : `it failed ${neverHealthy} times in a row without ever being healthy`;
  const quarantined = failure.isInVain === true || loop || neverHealthy >= FAILURES_MAX ? { generation: failure.generation, why } : slot.quarantined;
  return { ...slot, failures, neverHealthy, inARow: slot.inARow + 1, quarantined };
}

/** How long after its latest failure a slot waits: not at all, 1 s, 2 s, 4 s ... 60 s. */
export function delayAfterFailures(inARow: number): number {
  return inARow <= 1 ? 0 : Math.min(DELAY_MAX_MS, 1000 * 2 ** Math.min(inARow - 2, 10));
}

/** Milliseconds until the slot may be tried again; a clock that was set back does not lengthen the wait. */
export function waitOf(slot: Slot, now: number): number {
  const delay = delayAfterFailures(slot.inARow);
  const last = slot.failures.at(-1);
  return last === undefined ? 0 : Math.max(0, Math.min(delay, last + delay - now));
}
