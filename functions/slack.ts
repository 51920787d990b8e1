/** Takes Slack's slash command, its buttons and dialogs, and answers at once. */
import { slackHandover } from '#parts/slack-handover';
import { webhookSecrets } from '#parts/webhook-secrets';
import { receiveSlack } from '../src/app/slack/receive.ts';
import { bodyOf, HttpEvent, json } from '../src/contracts/http.ts';
import { httpHandler } from '../src/main/handler.ts';

export const Event = HttpEvent;
export const handler = httpHandler((ports) => async (event) => {
  const said = await receiveSlack(ports)({ timestamp: event.headers['x-slack-request-timestamp'], signature: event.headers['x-slack-signature'], body: bodyOf(event) });
  // An empty answer is right for commands, buttons and dialogs alike.
  return said === null ? { statusCode: 200, headers: {}, body: '' } : json(200, said);
}, { slackHandover, webhookSecrets });
