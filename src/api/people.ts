/** Who may use the API, and with what role. */
import { rulesFor } from '../app/authorize.ts';
import * as operations from '../contracts/api/people.ts';
import { InvalidInput } from '../domain/errors.ts';
import { grantsOf, isFromOutside, OUTSIDE_PREFIXES } from '../domain/roles.ts';
import { anywhere, installation } from './access.ts';
import { bind } from './serve.ts';

export const peopleBindings = [
  bind(operations.readMe, anywhere, async (ports, { by }) => ({ value: { identity: by, grants: grantsOf(await rulesFor(ports, by), by).map(({ who: _who, ...grant }) => grant) } })),
  bind(operations.listTokens, installation, async (ports) => ({ value: await ports.identities.list() })),
  bind(operations.addToken, installation, async (ports, { body: { identity } }) => {
    if (isFromOutside(identity)) throw new InvalidInput(`Names that begin with ${OUTSIDE_PREFIXES.join(' or ')} belong to an identity provider. Choose another name.`);
    return { value: { identity, token: await ports.identities.add(identity) } };
  }),
  bind(operations.openSession, anywhere, async (ports, { body: { seconds }, by }) => {
    const expiresAt = ports.clock.now() + seconds * 1000;
    return { value: { identity: by, token: await ports.identities.add(by, expiresAt), expiresAt } };
  }),
  bind(operations.closeSession, anywhere, async (ports, { token }) => ({ value: { closed: await ports.identities.endSession(token) } })),
  bind(operations.revokeTokens, installation, async (ports, { params }) => ({ value: { revoked: await ports.identities.revoke(params.identity) } })),
];
