/** A session: a token that ends by itself, at a time that nothing moves. It is made from what is no session, and opens none. */
import * as z from 'zod';
import { Identity } from './ids.ts';

/** How tokens begin: what somebody is shown says of itself what it is. */
export const LASTING_PREFIX = 'slp_';
export const SESSION_PREFIX = 'sls_';
export const LINK_PREFIX = 'sll_';

/** Half a day: a tab that is left open does not stay logged in for ever. */
export const SESSION_SECONDS_MAX = 43_200;
/** Long enough for a browser to start; and at most, for whoever watches a demonstration. */
export const LINK_SECONDS = 120;
export const LINK_SECONDS_MAX = 600;
/** More tabs than anybody keeps open; the oldest session makes room. */
export const SESSIONS_EACH_MAX = 20;
/** What outlasts a session (a token, a link to a member of Slack) is given only to one that is younger than this: it was not found lying about. */
export const FRESH_MS = 10 * 60_000;

/** The first half of the hash of its token: names it, and helps nobody to the token. */
export const SessionId = z.string().regex(/^[0-9a-f]{32}$/, '32 hexadecimal digits').brand<'SessionId'>();
export type SessionId = z.infer<typeof SessionId>;

/** What it was made from: a token that lasts, an address that `slipway console` printed, the page of an identity provider. */
export const SESSION_ORIGINS = ['token', 'link', 'provider'] as const;
export const SESSION_CLIENTS = ['console', 'command-line', 'other'] as const;
export type SessionClient = (typeof SESSION_CLIENTS)[number];

/** What an identity provider said at the log-in. The session is nobody's as soon as environments.yaml makes somebody else of it. */
export const Vouched = z.strictObject({ issuer: z.string(), name: z.string() });
export type Vouched = z.infer<typeof Vouched>;

/** What is shown of a session. */
export const SessionShown = z.strictObject({
  id: SessionId, identity: Identity, origin: z.enum(SESSION_ORIGINS), client: z.enum(SESSION_CLIENTS),
  /** The address that it was opened from, as the gateway saw it; empty where that is not known. */
  from: z.string().max(100),
  openedAt: z.number(), endsAt: z.number(),
});
export type SessionShown = z.infer<typeof SessionShown>;

export const Session = SessionShown.extend({ tokenSha256: z.string().regex(/^[0-9a-f]{64}$/), vouched: Vouched.nullable() });
export type Session = z.infer<typeof Session>;

/** What a token is, as its form says; whose it is, and whether it is anybody's, is another question. */
export type Credential = 'session' | 'link' | 'provider-token' | 'token';

/** Three parts of base64url, the first of which begins as JSON does: what no token of our own looks like. */
export const looksLikeJwt = (token: string): boolean => token.length <= TOKEN_CHARACTERS_MAX && /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/.test(token);
export const TOKEN_CHARACTERS_MAX = 16_384;

export function credentialOf(token: string): Credential {
  if (token.startsWith(SESSION_PREFIX)) return 'session';
  if (token.startsWith(LINK_PREFIX)) return 'link';
  return looksLikeJwt(token) ? 'provider-token' : 'token';
}

export const isOver = ({ endsAt }: Pick<Session, 'endsAt'>, now: number): boolean => endsAt <= now;
