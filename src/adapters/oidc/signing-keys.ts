/** The keys that a provider signs with: found by discovery, kept for a while, and fetched no more often than that. */
import { createRemoteJWKSet, customFetch, type FetchImplementation, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod';
import { ProviderUnavailable } from '../../domain/errors.ts';

const WITHIN_MS = 5000;
/** A token with a key that nobody knows makes us ask again, but not more often than this. */
const COOLDOWN_MS = 30_000;
const RETRY_MS = 3000;
const KEPT_MS = 10 * 60_000;
const ANSWER_BYTES_MAX = 256 * 1024;

/** https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata */
const Metadata = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** Reads no more than a set of keys has, and follows nowhere. */
const fetchCapped: FetchImplementation = async (url, options) => {
  const response = await fetch(url, { ...options, redirect: 'error' });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) throw new ProviderUnavailable(`${url} answered more than ${ANSWER_BYTES_MAX} bytes, so it was not read on.`);
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks), { status: response.status, headers: response.headers });
};

async function keysAddress(issuer: string): Promise<URL> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetchCapped(url, { method: 'GET', redirect: 'manual', headers: new Headers({ accept: 'application/json' }), signal: AbortSignal.timeout(WITHIN_MS) });
  if (!response.ok) throw new ProviderUnavailable(`The identity provider ${issuer} answered ${response.status} when it was asked for its metadata.`);
  const metadata = Metadata.parse(await response.json());
  if (metadata.issuer !== issuer) throw new ProviderUnavailable(`${url} says that it is ${metadata.issuer}. Correct the issuer in environments.yaml.`);
  const keys = new URL(metadata.jwks_uri);
  // A provider over TLS must not send us elsewhere without it.
  if (keys.protocol !== new URL(issuer).protocol && keys.protocol !== 'https:') throw new ProviderUnavailable(`${url} names keys without TLS.`);
  return keys;
}

export interface SigningKeys {
  /** @throws ProviderUnavailable when the provider does not answer as it should */
  of(issuer: string): Promise<JWTVerifyGetKey>;
}

export function createSigningKeys(): SigningKeys {
  const known = new Map<string, Promise<JWTVerifyGetKey>>();
  const find = async (issuer: string): Promise<JWTVerifyGetKey> => {
    try {
      return createRemoteJWKSet(await keysAddress(issuer), { timeoutDuration: WITHIN_MS, cooldownDuration: COOLDOWN_MS, cacheMaxAge: KEPT_MS, [customFetch]: fetchCapped });
    } catch (error) {
      throw error instanceof ProviderUnavailable ? error : new ProviderUnavailable(`The identity provider ${issuer} did not answer: ${error instanceof Error ? error.message : String(error)}. Try again.`, { issuer }, { cause: error });
    }
  };
  return {
    of: async (issuer) => {
      const last = known.get(issuer);
      if (last !== undefined) return last;
      const keys = find(issuer);
      known.set(issuer, keys);
      // A provider that was away is asked again, after a pause in which everybody hears the same.
      keys.catch(() => setTimeout(() => known.delete(issuer), RETRY_MS).unref());
      return keys;
    },
  };
}
