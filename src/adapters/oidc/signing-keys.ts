/** The keys that a provider signs with: kept for a while, and fetched no more often than that. A key that is new is found by its first use. */
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { type Discovery, fetchCapped, WITHIN_MS } from './discovery.ts';

/** A token with a key that nobody knows makes us ask again, but not more often than this. */
const COOLDOWN_MS = 30_000;
const KEPT_MS = 10 * 60_000;

export interface SigningKeys {
  /** @throws ProviderUnavailable when the provider does not answer as it should */
  of(issuer: string): Promise<JWTVerifyGetKey>;
}

export function createSigningKeys(discovery: Discovery): SigningKeys {
  const known = new Map<string, JWTVerifyGetKey>();
  return {
    of: async (issuer) => {
      // By the address of the keys, so that a provider that moves them is followed.
      const { jwks_uri: address } = await discovery.of(issuer);
      const keys = known.get(address) ?? createRemoteJWKSet(new URL(address), { timeoutDuration: WITHIN_MS, cooldownDuration: COOLDOWN_MS, cacheMaxAge: KEPT_MS, [customFetch]: fetchCapped });
      known.set(address, keys);
      return keys;
    },
  };
}
