/** Who may use the API, and with what role. */
import * as z from 'zod';
import { Identity } from '../../domain/ids.ts';
import { Grant } from '../../domain/roles.ts';
import { operation, Time } from './operation.ts';

const tag = 'People';
export const readMe = operation({ id: 'readMe', method: 'GET', path: '/v1/me', tag, action: 'known', summary: 'Whose token this is, and the roles that hold for them', answer: z.strictObject({ identity: Identity, grants: z.array(Grant.omit({ who: true })) }) });
export const listTokens = operation({ id: 'listTokens', method: 'GET', path: '/v1/tokens', tag, action: 'administer', summary: 'Who has a token', answer: z.array(z.strictObject({ identity: Identity, createdAt: Time })) });
export const addToken = operation({
  id: 'addToken', method: 'POST', path: '/v1/tokens', tag, action: 'administer', status: 201, secret: true, summary: 'A new token, shown this once. With a session only within ten minutes of its log-in', body: z.strictObject({ identity: Identity }), answer: z.strictObject({ identity: Identity, token: z.string() }),
});
export const revokeTokens = operation({
  id: 'revokeTokens', method: 'DELETE', path: '/v1/tokens/:identity', tag, action: 'administer', params: z.object({ identity: Identity }), summary: 'Takes somebody\'s tokens away, and ends their sessions',
  answer: z.strictObject({ revoked: z.number().meta({ description: 'Tokens.' }), sessions: z.number().meta({ description: 'Sessions.' }) }),
});
