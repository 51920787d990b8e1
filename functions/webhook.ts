/** Takes a git host's webhook. */
import { webhookSecrets } from '#parts/webhook-secrets';
import { receivePush } from '../src/app/receive-push.ts';
import { bodyOf, HttpEvent, json } from '../src/contracts/http.ts';
import { httpHandler } from '../src/main/handler.ts';

export const Event = HttpEvent;
export const handler = httpHandler((ports) => async (event) => {
  const answer = await receivePush(ports)({
    event: event.headers['x-github-event'], delivery: event.headers['x-github-delivery'], signature: event.headers['x-hub-signature-256'], body: bodyOf(event),
  });
  return json(answer.kind === 'accepted' ? 202 : 200, answer);
}, { webhookSecrets });
