/** Opens a session: for a token that lasts, for an address that logs in, or for whom an identity provider has just vouched. Never for another session. */
import type { Identity } from '../../domain/ids.ts';
import { SESSION_PREFIX, SESSIONS_EACH_MAX, type Session, type SessionClient, SessionShown, type Vouched } from '../../domain/session.ts';
import type { Ports } from '../../ports/index.ts';
import type { Write } from '../../ports/item-store.ts';
import { creating, list, untilWritten } from '../state/documents.ts';
import { openSessionKey, SESSIONS, sessionKey, sessionsPrefix } from '../state/keys.ts';
import { recordWrite } from './records.ts';
import { hashOf, sessionIdOf } from './token-hash.ts';

export interface SessionInput {
  readonly identity: Identity;
  readonly origin: Session['origin'];
  readonly client: SessionClient;
  /** The address that it is opened from; empty where that is not known. */
  readonly from: string;
  readonly seconds: number;
  readonly vouched?: Vouched;
  /** What is used up by opening it, in the same transaction. */
  readonly uses?: readonly Write[];
}

export interface OpenedSession {
  /** Shown this once. */
  readonly token: string;
  readonly session: Session;
}

/** @throws Conflict when what it uses up was used up before */
export const openSession = (needs: Pick<Ports, 'store' | 'clock' | 'ids'>) => async ({ identity, origin, client, from, seconds, vouched, uses = [] }: SessionInput): Promise<OpenedSession> => {
  const token = `${SESSION_PREFIX}${needs.ids.next()}${needs.ids.next()}`;
  const tokenSha256 = hashOf(token);
  const openedAt = needs.clock.now();
  const session: Session = { id: sessionIdOf(tokenSha256), identity, origin, client, from: from.slice(0, 100), openedAt, endsAt: openedAt + seconds * 1000, tokenSha256, vouched: vouched ?? null };
  const { tokenSha256: _, vouched: _vouched, ...shown } = session;
  const expires = Math.ceil(session.endsAt / 1000);
  await untilWritten(async () => needs.store.transact([
    ...uses, ...(await room(needs, identity)), creating(sessionKey(session.id), session, expires), creating(openSessionKey(session), shown satisfies SessionShown, expires),
    recordWrite(needs, { event: 'opened', identity, session: session.id, origin, client, from: session.from }),
  ]));
  return { token, session };
};

/** For one more session of somebody with many, their oldest ones go. */
async function room({ store }: Pick<Ports, 'store'>, identity: Identity): Promise<Write[]> {
  const open = await list(store, SessionShown, SESSIONS, sessionsPrefix(identity));
  const oldest = open.slice(0, Math.max(0, open.length - SESSIONS_EACH_MAX + 1));
  return (await Promise.all(oldest.map(({ value }) => ending({ store }, value)))).flat();
}

/** The writes that end a session; none when it has ended. Each of its two items may have been swept before the other. */
export async function ending({ store }: Pick<Ports, 'store'>, session: SessionShown): Promise<Write[]> {
  const items = await Promise.all([sessionKey(session.id), openSessionKey(session)].map((key) => store.get(key)));
  return items.filter((item) => item !== undefined).map(({ partition, sort, generation }) => ({ kind: 'delete', key: { partition, sort }, condition: { generation } }));
}
