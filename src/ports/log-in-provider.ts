/** The page of a company's identity provider, on which people log in. Adapter: OpenID Connect, authorization code with PKCE. */
import type { OidcProvider } from '../domain/identity-providers.ts';

export interface CodeGiven {
  readonly client: string;
  /** Of the client; null for a public one. */
  readonly secret: string | null;
  readonly code: string;
  /** Of PKCE: what the authorization request showed the hash of. */
  readonly verifier: string;
  readonly redirectUri: string;
  /** What the ID token must repeat. */
  readonly nonce: string;
}

/** `name`: the claim that environments.yaml names people by. `why`: for a person, without anything secret. */
export type CodeTaken = { readonly kind: 'vouched'; readonly name: string } | { readonly kind: 'refused'; readonly why: string };

/** Both throw ProviderUnavailable when the provider does not answer as it should. */
export interface LogInProvider {
  /** Where a browser is sent. */
  authorizationEndpoint(provider: OidcProvider): Promise<string>;
  /** Exchanges a code, and checks what comes for it. A code counts once, at the provider too. */
  take(provider: OidcProvider, given: CodeGiven): Promise<CodeTaken>;
}
