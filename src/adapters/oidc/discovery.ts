/** What an identity provider says of itself: fetched once, kept for a while, and asked no more often than that. */
import * as z from 'zod';
import { ProviderUnavailable } from '../../domain/errors.ts';

export const WITHIN_MS = 5000;
const RETRY_MS = 3000;
const KEPT_MS = 60 * 60_000;
const ANSWER_BYTES_MAX = 256 * 1024;

/** https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata */
const Metadata = z.object({
  issuer: z.string(), jwks_uri: z.url(), authorization_endpoint: z.url().optional(), token_endpoint: z.url().optional(), userinfo_endpoint: z.url().optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).default(['client_secret_basic']),
});
export type Metadata = z.infer<typeof Metadata>;

/** Reads no more than a set of keys has, and follows nowhere. */
export const fetchCapped = async (url: string, options: RequestInit): Promise<Response> => {
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

async function metadataOf(issuer: string): Promise<Metadata> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetchCapped(url, { method: 'GET', redirect: 'manual', headers: new Headers({ accept: 'application/json' }), signal: AbortSignal.timeout(WITHIN_MS) });
  if (!response.ok) throw new ProviderUnavailable(`The identity provider ${issuer} answered ${response.status} when it was asked for its metadata.`);
  const metadata = Metadata.parse(await response.json());
  if (metadata.issuer !== issuer) throw new ProviderUnavailable(`${url} says that it is ${metadata.issuer}. Correct the issuer in environments.yaml.`);
  for (const address of [metadata.jwks_uri, metadata.authorization_endpoint, metadata.token_endpoint, metadata.userinfo_endpoint]) {
    // A provider over TLS must not send us, or a browser, elsewhere without it.
    const { protocol } = new URL(address ?? issuer);
    if (protocol !== new URL(issuer).protocol && protocol !== 'https:') throw new ProviderUnavailable(`${url} names ${address} without TLS.`);
  }
  return metadata;
}

export interface Discovery {
  /** @throws ProviderUnavailable when the provider does not answer as it should */
  of(issuer: string): Promise<Metadata>;
}

/** @param now milliseconds; only differences count */
export function createDiscovery({ now }: { readonly now: () => number }): Discovery {
  const known = new Map<string, { readonly metadata: Promise<Metadata>; readonly until: number }>();
  const find = (issuer: string): Promise<Metadata> => metadataOf(issuer).catch((error: unknown) => {
    throw error instanceof ProviderUnavailable ? error : new ProviderUnavailable(`The identity provider ${issuer} did not answer: ${error instanceof Error ? error.message : String(error)}. Try again.`, { issuer }, { cause: error });
  });
  return {
    of: (issuer) => {
      const last = known.get(issuer);
      if (last !== undefined && last.until > now()) return last.metadata;
      const metadata = find(issuer);
      known.set(issuer, { metadata, until: now() + KEPT_MS });
      // A provider that was away is asked again, after a pause in which everybody hears the same.
      metadata.catch(() => known.set(issuer, { metadata, until: now() + RETRY_MS }));
      return metadata;
    },
  };
}
