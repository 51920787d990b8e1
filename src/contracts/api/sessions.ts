/** Logging in, and sessions. */
import * as z from 'zod';
import { Identity } from '../../domain/ids.ts';
import { LogInRecord } from '../../domain/log-in-record.ts';
import { LINK_SECONDS, LINK_SECONDS_MAX, SESSION_CLIENTS, SESSION_SECONDS_MAX, SessionId, SessionShown } from '../../domain/session.ts';
import { operation, paging, Time } from './operation.ts';

const tag = 'Logging in';
const Opened = z.strictObject({ identity: Identity, token: z.string(), session: SessionId, expiresAt: Time });

/** 43 to 128 unreserved characters. https://www.rfc-editor.org/rfc/rfc7636#section-4.1 */
const Verifier = z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/, '43 to 128 letters, digits and - . _ ~');
const Code = z.string().regex(/^[\x21-\x7e]{1,2048}$/, 'the code as the provider gave it');
const RedirectUri = z.url({ protocol: /^https?$/ }).max(500);

export const readLogIn = operation({
  id: 'readLogIn', method: 'GET', path: '/v1/log-in', tag, action: 'anybody', summary: 'How people log in here: the page of the identity provider, if environments.yaml names one with `logIn`',
  answer: z.strictObject({
    provider: z.strictObject({
      issuer: z.string(), authorizationEndpoint: z.string(), scopes: z.array(z.string()),
      clients: z.strictObject({ console: z.string(), 'command-line': z.string() }).meta({ description: 'The client ids.' }),
    }).nullable(),
  }),
});
export const logIn = operation({
  id: 'logIn', method: 'POST', path: '/v1/log-in', tag, action: 'anybody', status: 201, secret: true, summary: 'Opens a session: for the code that the provider\'s page gave, or for the address that `slipway console` printed',
  body: z.discriminatedUnion('with', [
    z.strictObject({ with: z.literal('code'), client: z.enum(['console', 'command-line']), code: Code, verifier: Verifier, redirectUri: RedirectUri, issuer: z.string().max(500).optional().meta({ description: '`iss` of the provider\'s answer, where it has one (RFC 9207).' }) }),
    z.strictObject({ with: z.literal('link'), link: z.string().regex(/^[\x21-\x7e]{1,512}$/) }),
  ]),
  answer: Opened,
});
export const makeLogInLink = operation({
  id: 'makeLogInLink', method: 'POST', path: '/v1/log-in-links', tag, action: 'known', status: 201, secret: true, summary: 'What logs the console in, once and within two minutes. Not with a session',
  body: z.strictObject({ seconds: z.int().min(10).max(LINK_SECONDS_MAX).default(LINK_SECONDS).meta({ description: 'How long it works, at most ten minutes.' }) }), answer: z.strictObject({ link: z.string(), expiresAt: Time }),
});
export const openSession = operation({
  id: 'openSession', method: 'POST', path: '/v1/session', tag, action: 'known', status: 201, secret: true, summary: 'Opens a session for a token that lasts. Not with a session, and not with a token of an identity provider, which ends by itself',
  body: z.strictObject({ seconds: z.int().min(10).max(SESSION_SECONDS_MAX).default(SESSION_SECONDS_MAX).meta({ description: 'How long it works, at most 12 hours.' }), client: z.enum(SESSION_CLIENTS).default('other') }), answer: Opened,
});
export const closeSession = operation({ id: 'closeSession', method: 'DELETE', path: '/v1/session', tag, action: 'known', summary: 'Ends the session whose token this request shows; a token that lasts stays', answer: z.strictObject({ closed: z.boolean() }) });
export const listSessions = operation({
  id: 'listSessions', method: 'GET', path: '/v1/sessions', tag, action: 'known', summary: 'Open sessions: the caller\'s; of others for owners only',
  query: z.object({ of: z.union([z.literal('everybody'), Identity]).optional().meta({ description: 'Somebody, or `everybody`. Absent: the caller.' }) }), answer: z.array(SessionShown),
});
export const revokeSession = operation({ id: 'revokeSession', method: 'DELETE', path: '/v1/sessions/:session', tag, action: 'known', params: z.object({ session: SessionId }), summary: 'Ends a session at once: of the caller, or, for owners, of anybody', answer: z.strictObject({ revoked: z.boolean() }) });
export const listLogIns = operation({ id: 'listLogIns', method: 'GET', path: '/v1/log-ins', tag, action: 'administer', summary: 'Who logged in, who was refused, and what was ended and given; newest first, for 400 days', query: z.object(paging(50)), paged: true, answer: z.array(LogInRecord) });
