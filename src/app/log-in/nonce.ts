/**
 * What binds a provider's answer to the browser that asked. Nothing is kept here while somebody logs in, so strangers fill nothing: the
 * browser holds one secret, PKCE's verifier. Its hash goes to the provider as the challenge, and another hash of it as the nonce, which
 * comes back in the ID token. So a code that was taken from, or slipped to, another browser fits neither, also at a provider without PKCE.
 */
import { createHash } from 'node:crypto';

/** As console/src/api/provider-log-in.ts and src/cli/provider-log-in.ts make it: a test holds them equal. */
export const nonceOf = (verifier: string): string => createHash('sha256').update(`slipway-nonce.${verifier}`).digest('base64url');
