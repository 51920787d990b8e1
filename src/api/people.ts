/** Who may use the API, and with what role. */
import { rulesFor } from '../app/authorize.ts';
import { endSessionsOf } from '../app/sessions/end-sessions.ts';
import { mustBeFresh } from '../app/sessions/fresh.ts';
import { recordWrite } from '../app/sessions/records.ts';
import { unlinkMembers } from '../app/slack/link-member.ts';
import * as operations from '../contracts/api/people.ts';
import { InvalidInput } from '../domain/errors.ts';
import { grantsOf, isFromOutside, OUTSIDE_PREFIXES } from '../domain/roles.ts';
import { anywhere, installation } from './access.ts';
import { bind } from './serve.ts';

export const peopleBindings = [
  bind(operations.readMe, anywhere, async (ports, { by }) => ({ value: { identity: by, grants: grantsOf(await rulesFor(ports, by), by).map(({ who: _who, ...grant }) => grant) } })),
  bind(operations.listTokens, installation, async (ports) => ({ value: await ports.identities.list() })),
  bind(operations.addToken, installation, async (ports, { body: { identity }, by, holder, from }) => {
    if (isFromOutside(identity)) throw new InvalidInput(`Names that begin with ${OUTSIDE_PREFIXES.join(' or ')} belong to an identity provider. Choose another name.`);
    mustBeFresh(holder, ports.clock.now(), 'A token lasts longer than a session');
    const token = await ports.identities.add(identity);
    await ports.store.transact([recordWrite(ports, { event: 'token-given', identity, by, from })]);
    return { value: { identity, token } };
  }),
  bind(operations.revokeTokens, installation, async (ports, { params: { identity }, by, from }) => {
    const revoked = await ports.identities.revoke(identity);
    const sessions = await endSessionsOf(ports)(identity, by, from);
    await unlinkMembers(ports)(identity);
    await ports.store.transact([recordWrite(ports, { event: 'tokens-taken', identity, by, from })]);
    return { value: { revoked, sessions } };
  }),
];
