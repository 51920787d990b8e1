/** Who shows a token, and what it is. The one place where a token becomes somebody: for the API, the gateway's authorizer and whatever is streamed. */
import type { Identity } from '../../domain/ids.ts';
import { identityNamed } from '../../domain/identity-providers.ts';
import { type Credential, credentialOf, isOver, Session } from '../../domain/session.ts';
import type { Ports } from '../../ports/index.ts';
import { read } from '../state/documents.ts';
import { sessionKey } from '../state/keys.ts';
import { hashOf, isSame, sessionIdOf } from './token-hash.ts';

export interface Holder {
  readonly identity: Identity;
  readonly credential: Credential;
  /** Null for a token that lasts, and for one of an identity provider. */
  readonly session: Session | null;
}

export type HolderNeeds = Pick<Ports, 'identities' | 'store' | 'clock' | 'environments'>;

/** Null for a token that nobody has. @throws ProviderUnavailable when the provider that it is of cannot be asked */
export const holderOf = (needs: HolderNeeds) => async (token: string): Promise<Holder | null> => {
  const credential = credentialOf(token);
  // An address that logs in is exchanged, and shown nowhere else.
  if (credential === 'link') return null;
  if (credential === 'session') {
    const session = await sessionOf(needs, token);
    return session === null ? null : { identity: session.identity, credential, session };
  }
  const identity = await needs.identities.byToken(token);
  return identity === null ? null : { identity, credential, session: null };
};

async function sessionOf(needs: HolderNeeds, token: string): Promise<Session | null> {
  const hash = hashOf(token);
  const stored = await read(needs.store, Session, sessionKey(sessionIdOf(hash)));
  if (stored === undefined || !isSame(stored.value.tokenSha256, hash) || isOver(stored.value, needs.clock.now())) return null;
  return (await isStillVouched(needs, stored.value)) ? stored.value : null;
}

/** Whom a provider vouched for at the log-in is that person for as long as environments.yaml says so. */
async function isStillVouched(needs: HolderNeeds, { vouched, identity }: Session): Promise<boolean> {
  if (vouched === null) return true;
  const { identityProviders, people } = await needs.environments.read();
  return identityProviders.some(({ kind, issuer }) => kind === 'oidc' && issuer === vouched.issuer) && identityNamed(vouched.name, people) === identity;
}
