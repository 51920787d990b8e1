/**
 * Logging in on a provider's page: the code that a browser brought back is exchanged, and the ID token that comes for it is checked.
 * https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth, with PKCE (https://www.rfc-editor.org/rfc/rfc7636).
 */
import type { JWTPayload } from 'jose';
import * as z from 'zod';
import { ProviderUnavailable } from '../../domain/errors.ts';
import { type Claims, nameIn, type OidcProvider } from '../../domain/identity-providers.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CodeGiven, CodeTaken, LogInProvider } from '../../ports/log-in-provider.ts';
import { createDiscovery, type Discovery, fetchCapped, type Metadata, WITHIN_MS } from './discovery.ts';
import { createSigningKeys, type SigningKeys } from './signing-keys.ts';
import { verifiedClaims } from './token-rules.ts';

/** https://openid.net/specs/openid-connect-core-1_0.html#TokenResponse */
const Tokens = z.object({ id_token: z.string().max(64 * 1024), access_token: z.string().max(64 * 1024).optional() });
/** https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
const Refusal = z.object({ error: z.string().regex(/^[\w.:-]{1,60}$/) });

export interface LogInProviderOptions {
  readonly clock: Clock;
  readonly discovery?: Discovery;
}

export function createLogInProvider({ clock, discovery = createDiscovery({ now: () => performance.now() }) }: LogInProviderOptions): LogInProvider {
  const signingKeys = createSigningKeys(discovery);
  return {
    authorizationEndpoint: async ({ issuer }) => demanded(issuer, (await discovery.of(issuer)).authorization_endpoint, 'page to log in on'),
    take: async (provider, given) => {
      const metadata = await discovery.of(provider.issuer);
      const tokens = await exchanged(provider.issuer, metadata, given);
      if ('kind' in tokens) return tokens;
      const claims = await claimsOf(tokens.id_token, provider, given, signingKeys, clock.now());
      if (claims === null) return refused('the provider\'s answer is not for this log-in');
      const name = nameIn(claims, provider.claim) ?? nameIn(await userInfo(provider.issuer, metadata, tokens.access_token, claims), provider.claim);
      return name === null ? refused(`the provider says no ${provider.claim === 'email' ? 'verified mail address' : provider.claim} of whoever logged in`) : { kind: 'vouched', name };
    },
  };
}

const refused = (why: string): CodeTaken & { kind: 'refused' } => ({ kind: 'refused', why });

function demanded(issuer: string, address: string | undefined, what: string): string {
  if (address === undefined) throw new ProviderUnavailable(`The identity provider ${issuer} names no ${what} in its metadata, so nobody can log in by it.`, { issuer });
  return address;
}

/** Signature, issuer, audience and time as of every token; and that it is of this log-in, and of no other client's. */
async function claimsOf(token: string, { issuer }: OidcProvider, { client, nonce }: CodeGiven, keys: SigningKeys, now: number): Promise<JWTPayload | null> {
  const claims = await verifiedClaims(token, await keys.of(issuer), { issuer, audience: client, now });
  if (claims === null || claims['nonce'] !== nonce) return null;
  const forOthersToo = Array.isArray(claims.aud) && claims.aud.length > 1;
  return (forOthersToo || claims['azp'] !== undefined) && claims['azp'] !== client ? null : claims;
}

async function exchanged(issuer: string, metadata: Metadata, { client, secret, code, verifier, redirectUri }: CodeGiven): Promise<z.infer<typeof Tokens> | (CodeTaken & { kind: 'refused' })> {
  const form = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier });
  const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' });
  const methods = metadata.token_endpoint_auth_methods_supported;
  if (secret !== null && (methods.includes('client_secret_basic') || !methods.includes('client_secret_post'))) headers.set('authorization', `Basic ${Buffer.from(`${formEncoded(client)}:${formEncoded(secret)}`).toString('base64')}`);
  else {
    form.set('client_id', client);
    if (secret !== null) form.set('client_secret', secret);
  }
  const response = await asked(issuer, demanded(issuer, metadata.token_endpoint, 'place to exchange codes at'), { method: 'POST', headers, body: form.toString(), redirect: 'manual', signal: AbortSignal.timeout(WITHIN_MS) });
  const said: unknown = await response.json().catch(() => undefined);
  // 400 and 401 are the provider's refusals; all else is no answer. https://www.rfc-editor.org/rfc/rfc6749#section-5.2
  if (response.status === 400 || response.status === 401) return refused(`the provider answered ${Refusal.safeParse(said).data?.error ?? response.status}`);
  const tokens = Tokens.safeParse(said);
  if (!response.ok || !tokens.success) throw new ProviderUnavailable(`The identity provider ${issuer} answered ${response.status} without an ID token when a code was exchanged. Try again.`, { issuer, status: response.status });
  return tokens.data;
}

/** https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 */
const formEncoded = (text: string): string => new URLSearchParams({ x: text }).toString().slice('x='.length);

/** Some providers say a mail address only here. It must be about the same person. https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse */
async function userInfo(issuer: string, { userinfo_endpoint: address }: Metadata, token: string | undefined, { sub }: JWTPayload): Promise<Claims> {
  if (address === undefined || token === undefined) return {};
  const response = await asked(issuer, address, { method: 'GET', headers: new Headers({ authorization: `Bearer ${token}`, accept: 'application/json' }), redirect: 'manual', signal: AbortSignal.timeout(WITHIN_MS) });
  const said = z.looseObject({ sub: z.string() }).safeParse(await response.json().catch(() => undefined));
  return response.ok && said.success && said.data.sub === sub ? said.data : {};
}

async function asked(issuer: string, address: string, options: RequestInit): Promise<Response> {
  try {
    return await fetchCapped(address, options);
  } catch (error) {
    throw error instanceof ProviderUnavailable ? error : new ProviderUnavailable(`The identity provider ${issuer} did not answer: ${error instanceof Error ? error.message : String(error)}. Try again.`, { issuer }, { cause: error });
  }
}
