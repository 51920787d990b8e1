/** Lists sessions, and ends them: one by whoever has it, one by its name, all of somebody. */
import { NotFound } from '../../domain/errors.ts';
import type { Identity } from '../../domain/ids.ts';
import type { LogInEvent } from '../../domain/log-in-record.ts';
import { isOver, Session, type SessionId, SessionShown } from '../../domain/session.ts';
import type { Ports } from '../../ports/index.ts';
import { list, read, untilWritten } from '../state/documents.ts';
import { SESSIONS, sessionKey, sessionsPrefix } from '../state/keys.ts';
import { ending } from './open-session.ts';
import { recordWrite } from './records.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'ids'>;

/** Those that are open: of one person, or (null) of everybody. Of each the oldest first. */
export const openSessions = (needs: Pick<Ports, 'store' | 'clock'>) => async (identity: Identity | null): Promise<readonly SessionShown[]> =>
  (await list(needs.store, SessionShown, SESSIONS, identity === null ? '' : sessionsPrefix(identity))).map(({ value }) => value).filter((session) => (identity === null || session.identity === identity) && !isOver(session, needs.clock.now()));

/** Answers false when it had ended before. */
export const endSession = (needs: Needs) => (session: SessionShown, event: LogInEvent & ('closed' | 'revoked'), by: Identity, from: string): Promise<boolean> => untilWritten(async () => {
  const writes = await ending(needs, session);
  if (writes.length === 0) return false;
  await needs.store.transact([...writes, recordWrite(needs, { event, identity: session.identity, by, session: session.id, origin: session.origin, client: session.client, from })]);
  return true;
});

/** @throws NotFound */
export const sessionNamed = (needs: Pick<Ports, 'store' | 'clock'>) => async (id: SessionId): Promise<Session> => {
  const stored = await read(needs.store, Session, sessionKey(id));
  if (stored === undefined || isOver(stored.value, needs.clock.now())) throw new NotFound(`There is no open session ${id}. "slipway session list" shows those that there are.`, { session: id });
  return stored.value;
};

/** Answers how many it ended. */
export const endSessionsOf = (needs: Needs) => async (identity: Identity, by: Identity, from: string): Promise<number> => {
  const ended = await Promise.all((await openSessions(needs)(identity)).map((session) => endSession(needs)(session, 'revoked', by, from)));
  return ended.filter(Boolean).length;
};
