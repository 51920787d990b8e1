/** What outlasts a session is given to one that was just opened only: a stolen one would become something that lasts. */
import { Forbidden } from '../../domain/errors.ts';
import { FRESH_MS } from '../../domain/session.ts';
import type { Holder } from './holder.ts';

/** @throws Forbidden for a session that was opened a while ago */
export function mustBeFresh({ session }: Pick<Holder, 'session'>, now: number, why: string): void {
  if (session === null || now - session.openedAt <= FRESH_MS) return;
  throw new Forbidden(`${why}, so it is given within ${FRESH_MS / 60_000} minutes of a log-in only. Log out, log in again, and repeat it.`);
}
