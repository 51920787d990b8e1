/** Bounds how many log-ins fail: from one address, and altogether. Each is counted before it is tried, so that many at once pass no limit; one that succeeds is taken back. */
import * as z from 'zod';
import { SlipwayError, TooManyRequests } from '../../domain/errors.ts';
import type { Ports } from '../../ports/index.ts';
import type { Write } from '../../ports/item-store.ts';
import { expecting, read, untilWritten, type Stored } from '../state/documents.ts';
import { logInAttemptsKey } from '../state/keys.ts';

/** In a minute. People behind one gateway or proxy share an address. */
export const FAILURES_EACH_MAX = 30;
export const FAILURES_MAX = 120;
const MINUTE_MS = 60_000;
const KEPT_SECONDS = 120;

const Count = z.strictObject({ count: z.int().min(0) });
type Needs = Pick<Ports, 'store' | 'clock'>;

/** Runs a log-in. @param from the address that it came from; empty where that is not known @throws TooManyRequests */
export const boundedly = (needs: Needs) => async <T>(from: string, run: () => Promise<T>): Promise<T> => {
  const minute = Math.floor(needs.clock.now() / MINUTE_MS);
  if (!(await changed(needs, minute, from, 1))) throw new TooManyRequests('Too many log in at this moment. Try again in a second.', { retryAfterSeconds: 1 });
  const done = await run();
  // Left counted where too many write at once: it only makes the bound a little narrower, for a minute.
  await changed(needs, minute, from, -1);
  return done;
};

/** False when others were always faster. */
async function changed(needs: Needs, minute: number, from: string, by: 1 | -1): Promise<boolean> {
  try {
    await untilWritten(() => change(needs, minute, from, by));
    return true;
  } catch (error) {
    if (error instanceof SlipwayError && error.name === 'Conflict') return false;
    throw error;
  }
}

async function change({ store, clock }: Needs, minute: number, from: string, by: 1 | -1): Promise<void> {
  const all = await read(store, Count, logInAttemptsKey(minute, ''));
  const one = from === '' ? undefined : await read(store, Count, logInAttemptsKey(minute, from));
  if (by > 0 && ((all?.value.count ?? 0) >= FAILURES_MAX || (one?.value.count ?? 0) >= FAILURES_EACH_MAX)) {
    const retryAfterSeconds = Math.max(1, Math.ceil(((minute + 1) * MINUTE_MS - clock.now()) / 1000));
    throw new TooManyRequests(`Too many log-ins have failed in this minute. Try again in ${retryAfterSeconds} s.`, { retryAfterSeconds });
  }
  const write = (key: ReturnType<typeof logInAttemptsKey>, stored: Stored<z.infer<typeof Count>> | undefined): Write =>
    ({ kind: 'put', key, value: { count: Math.max(0, (stored?.value.count ?? 0) + by) }, condition: expecting(stored), expiresAtSeconds: (minute + 1) * 60 + KEPT_SECONDS });
  await store.transact([write(logInAttemptsKey(minute, ''), all), ...(from === '' ? [] : [write(logInAttemptsKey(minute, from), one)])]);
}
