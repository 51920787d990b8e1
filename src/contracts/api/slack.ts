/** Connecting Slack. */
import * as z from 'zod';
import { Identity } from '../../domain/ids.ts';
import { operation, Time } from './operation.ts';

const tag = 'Slack';
export const SlackCheck = z.strictObject({
  check: z.string().meta({ description: 'What was looked at: token, scopes, workspace, each channel, signing secret, request URL, heard.' }),
  outcome: z.enum(['ok', 'missing', 'unknown']),
  said: z.string(),
  remedy: z.string().nullable().meta({ description: 'What to do.' }),
});
export type SlackCheck = z.infer<typeof SlackCheck>;

export const checkSlack = operation({
  id: 'checkSlack', method: 'POST', path: '/v1/slack/checks', tag, action: 'administer', summary: 'Looks whether the Slack app is connected, and says what is missing; posts nothing',
  body: z.strictObject({ url: z.url({ protocol: /^https?$/ }).max(500).transform((url) => url.replace(/\/+$/, '')).optional().meta({ description: 'Where Slack reaches the control plane; absent: that is not looked at.' }) }), answer: z.strictObject({ checks: z.array(SlackCheck) }),
});
export const makeSlackLink = operation({
  id: 'makeSlackLink', method: 'POST', path: '/v1/slack/links', tag, action: 'known', status: 201, secret: true, summary: 'A code: the member of Slack who types `/slipway link CODE` within ten minutes is the caller from then on. With a session only within ten minutes of its log-in',
  body: z.strictObject({}), answer: z.strictObject({ code: z.string(), expiresAt: Time }),
});
export const readSlackMembers = operation({ id: 'readSlackMembers', method: 'GET', path: '/v1/slack/members', tag, action: 'known', summary: 'Who the caller is in Slack', answer: z.strictObject({ identity: Identity, members: z.array(z.string()) }) });
