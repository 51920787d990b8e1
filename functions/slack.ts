/** Takes Slack's slash command and its buttons. */
import { webhookSecrets } from '#parts/webhook-secrets';
import { answerSlack } from '../src/app/answer-slack.ts';
import { bodyOf, HttpEvent, json } from '../src/contracts/http.ts';
import { httpHandler } from '../src/main/handler.ts';

export const Event = HttpEvent;
export const handler = httpHandler((ports) => async (event) =>
  json(200, await answerSlack(ports)({ timestamp: event.headers['x-slack-request-timestamp'], signature: event.headers['x-slack-signature'], body: bodyOf(event) })), { webhookSecrets });
