/** Sessions of whoever is known. How one is opened by a log-in, a function of its own answers (log-in.ts). */
import { authorize } from '../app/authorize.ts';
import { endSession, openSessions, sessionNamed } from '../app/sessions/end-sessions.ts';
import type { Holder } from '../app/sessions/holder.ts';
import { makeLogInLink } from '../app/sessions/log-in-link.ts';
import { openSession, type OpenedSession } from '../app/sessions/open-session.ts';
import { logInsPart } from '../app/sessions/records.ts';
import * as operations from '../contracts/api/sessions.ts';
import { Forbidden, NotSupported } from '../domain/errors.ts';
import { anywhere, installation } from './access.ts';
import { bind } from './serve.ts';

export const openedValue = ({ token, session }: OpenedSession) => ({ identity: session.identity, token, session: session.id, expiresAt: session.endsAt });

/** A session that opened another would never end. @throws Forbidden, NotSupported */
function mustLast({ credential }: Holder): void {
  if (credential === 'session') throw new Forbidden('A session opens no other: it ends when it ends. Log in again, or use a token that lasts.');
  if (credential === 'provider-token') throw new NotSupported('A token of an identity provider opens no session here: it works as it is, until it ends. Log in on the provider\'s page for a session.');
}

export const sessionBindings = [
  bind(operations.openSession, anywhere, async (ports, { body: { seconds, client }, holder, by, from }) => {
    mustLast(holder);
    return { value: openedValue(await openSession(ports)({ identity: by, origin: 'token', client, from, seconds })) };
  }),
  bind(operations.makeLogInLink, anywhere, async (ports, { body: { seconds }, holder, by, from }) => {
    mustLast(holder);
    return { value: await makeLogInLink(ports)(by, from, seconds) };
  }),
  bind(operations.closeSession, anywhere, async (ports, { holder: { session }, by, from }) => ({ value: { closed: session !== null && (await endSession(ports)(session, 'closed', by, from)) } })),
  bind(operations.listSessions, anywhere, async (ports, { query: { of }, by }) => {
    if (of !== undefined && of !== by) await authorize(ports)(by, 'administer', installation());
    return { value: await openSessions(ports)(of === 'everybody' ? null : of ?? by) };
  }),
  bind(operations.revokeSession, anywhere, async (ports, { params, by, from }) => {
    const session = await sessionNamed(ports)(params.session);
    if (session.identity !== by) await authorize(ports)(by, 'administer', installation());
    return { value: { revoked: await endSession(ports)(session, 'revoked', by, from) } };
  }),
  bind(operations.listLogIns, installation, async (ports, { query }) => {
    const { items, next } = await logInsPart(ports)(query);
    return { value: items, next };
  }),
];
