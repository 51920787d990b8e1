/** Who may use the API, and with what role. */
import * as z from 'zod';
import { Identity } from '../../domain/ids.ts';
import { Grant } from '../../domain/roles.ts';
import { operation, Time } from './operation.ts';

const tag = 'People';
export const readMe = operation({ id: 'readMe', method: 'GET', path: '/v1/me', tag, action: 'known', summary: 'Whose token this is, and the roles that hold for them', answer: z.strictObject({ identity: Identity, grants: z.array(Grant.omit({ who: true })) }) });
export const listTokens = operation({ id: 'listTokens', method: 'GET', path: '/v1/tokens', tag, action: 'administer', summary: 'Who has a token', answer: z.array(z.strictObject({ identity: Identity, createdAt: Time })) });
export const addToken = operation({
  id: 'addToken', method: 'POST', path: '/v1/tokens', tag, action: 'administer', status: 201, secret: true, summary: 'A new token, shown this once', body: z.strictObject({ identity: Identity }), answer: z.strictObject({ identity: Identity, token: z.string() }),
});
/** Half a day: a tab that is left open does not stay logged in for ever. */
const SESSION_SECONDS_MAX = 43_200;
export const openSession = operation({
  id: 'openSession', method: 'POST', path: '/v1/session', tag, action: 'known', status: 201, secret: true, summary: 'A token of the caller\'s own that ends by itself, for the console; on one machine only',
  body: z.strictObject({ seconds: z.int().min(10).max(SESSION_SECONDS_MAX).default(SESSION_SECONDS_MAX).meta({ description: 'How long it works, at most 12 hours.' }) }), answer: z.strictObject({ identity: Identity, token: z.string(), expiresAt: Time }),
});
export const closeSession = operation({ id: 'closeSession', method: 'DELETE', path: '/v1/session', tag, action: 'known', summary: 'Takes the session away whose token this request shows; a token that lasts stays', answer: z.strictObject({ closed: z.boolean() }) });
export const revokeTokens = operation({ id: 'revokeTokens', method: 'DELETE', path: '/v1/tokens/:identity', tag, action: 'administer', params: z.object({ identity: Identity }), summary: 'Takes somebody\'s tokens away', answer: z.strictObject({ revoked: z.number() }) });
