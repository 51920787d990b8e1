/** A token of an identity provider -> who shows it, or nobody. The same for one machine and for the authorizer on AWS. */
import { decodeJwt } from 'jose';
import type { Environments } from '../../domain/environment.ts';
import { Identity } from '../../domain/ids.ts';
import { type Claims, identityNamed, type IdentityProvider, nameIn, workflowIn } from '../../domain/identity-providers.ts';
import { looksLikeJwt } from '../../domain/session.ts';
import type { Clock } from '../../ports/clock.ts';
import { createDiscovery, type Discovery } from './discovery.ts';
import { createSigningKeys } from './signing-keys.ts';
import { verifiedClaims } from './token-rules.ts';

/** What environments.yaml says of providers and of the people that they know. */
export type KnownProviders = Pick<Environments, 'identityProviders' | 'people'>;

export interface Verifier {
  /** Null for a token that does not verify, is of no known provider, or names nobody who counts. @throws ProviderUnavailable when the provider cannot be asked for its keys */
  identityOf(token: string, known: KnownProviders): Promise<Identity | null>;
}

export function createVerifier({ clock, discovery = createDiscovery({ now: () => performance.now() }) }: { readonly clock: Clock; readonly discovery?: Discovery }): Verifier {
  const signingKeys = createSigningKeys(discovery);
  return {
    identityOf: async (token, known) => {
      if (!looksLikeJwt(token)) return null;
      const provider = known.identityProviders.find(({ issuer }) => issuer === issuerOf(token));
      if (provider === undefined) return null;
      const claims = await verifiedClaims(token, await signingKeys.of(provider.issuer), { issuer: provider.issuer, audience: provider.audience, now: clock.now() });
      return claims === null ? null : identityIn(claims, provider, known.people);
    },
  };
}

/** As the token says, unverified: it only chooses whose keys it must verify with. */
function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

/** People are known by the name that environments.yaml gives them; others by what their provider calls them. */
function identityIn(claims: Claims, provider: IdentityProvider, people: KnownProviders['people']): Identity | null {
  if (provider.kind === 'github') {
    const workflow = workflowIn(claims, provider.workflows);
    return workflow === undefined ? null : parsed(`github:${workflow.repository}`);
  }
  const name = nameIn(claims, provider.claim);
  return name === null ? null : identityNamed(name, people);
}

function parsed(name: string): Identity | null {
  const identity = Identity.safeParse(name);
  return identity.success ? identity.data : null;
}
