/** A token of an identity provider -> who shows it, or nobody. The same for one machine and for the authorizer on AWS. */
import { decodeJwt, errors, jwtVerify } from 'jose';
import type { Environments } from '../../domain/environment.ts';
import { ProviderUnavailable } from '../../domain/errors.ts';
import { Identity } from '../../domain/ids.ts';
import { type Claims, type IdentityProvider, nameIn, workflowIn } from '../../domain/identity-providers.ts';
import type { Clock } from '../../ports/clock.ts';
import { createSigningKeys } from './signing-keys.ts';

/** What environments.yaml says of providers and of the people that they know. */
export type KnownProviders = Pick<Environments, 'identityProviders' | 'people'>;

/** Only signatures of a key pair: with a shared secret whoever checks could also sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
const CLOCK_TOLERANCE_SECONDS = 30;
export const TOKEN_CHARACTERS_MAX = 16_384;

/** Three parts of base64url, the first of which begins as JSON does: what no token of our own looks like. */
export const looksLikeJwt = (token: string): boolean => token.length <= TOKEN_CHARACTERS_MAX && /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/.test(token);

export interface Verifier {
  /** Null for a token that does not verify, is of no known provider, or names nobody who counts. @throws ProviderUnavailable when the provider cannot be asked for its keys */
  identityOf(token: string, known: KnownProviders): Promise<Identity | null>;
}

export function createVerifier({ clock }: { readonly clock: Clock }): Verifier {
  const signingKeys = createSigningKeys();
  return {
    identityOf: async (token, known) => {
      if (!looksLikeJwt(token)) return null;
      const provider = known.identityProviders.find(({ issuer }) => issuer === issuerOf(token));
      if (provider === undefined) return null;
      const keys = await signingKeys.of(provider.issuer);
      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer: provider.issuer, audience: provider.audience, algorithms: ALGORITHMS, clockTolerance: CLOCK_TOLERANCE_SECONDS, requiredClaims: ['exp', 'iat', 'sub'], currentDate: new Date(clock.now()),
        });
        return identityIn(payload, provider, known.people);
      } catch (error) {
        return refused(error, provider);
      }
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

/** A token that is wrong is nobody's; a provider that does not answer is told as such, and lets nobody in either. */
function refused(error: unknown, { issuer }: IdentityProvider): null {
  const isFault = !(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error.code === 'ERR_JOSE_GENERIC';
  if (!isFault) return null;
  throw new ProviderUnavailable(`The identity provider ${issuer} did not give its keys: ${error instanceof Error ? error.message : String(error)}. Try again.`, { issuer }, { cause: error });
}

/** People are known by the name that environments.yaml gives them; others by what their provider calls them. */
function identityIn(claims: Claims, provider: IdentityProvider, people: KnownProviders['people']): Identity | null {
  if (provider.kind === 'github') {
    const workflow = workflowIn(claims, provider.workflows);
    return workflow === undefined ? null : parsed(`github:${workflow.repository}`);
  }
  const name = nameIn(claims, provider.claim);
  if (name === null) return null;
  const person = people.find(({ oidc }) => oidc === name);
  return person === undefined ? parsed(`oidc:${name}`) : person.name;
}

function parsed(name: string): Identity | null {
  const identity = Identity.safeParse(name);
  return identity.success ? identity.data : null;
}
