/** Takes a git host's webhook: `POST /webhooks/<kind of host>`. */
import { webhookSecrets } from '#parts/webhook-secrets';
import { telemetry } from '#telemetry';
import { receivePush } from '../src/app/receive-push.ts';
import { bodyOf, HttpEvent, json, problem } from '../src/contracts/http.ts';
import { GIT_HOSTS } from '../src/domain/git-host.ts';
import { httpHandler } from '../src/main/handler.ts';

export const Event = HttpEvent;
export const handler = httpHandler((ports) => async (event) => {
  const host = GIT_HOSTS.find((known) => event.rawPath.endsWith(`/webhooks/${known}`));
  if (host === undefined) return problem(404, 'NotFound', `Webhooks are taken at ${GIT_HOSTS.map((known) => `/webhooks/${known}`).join(', ')}.`);
  const measure = (outcome: string) => telemetry.measure({ name: 'Deliveries', value: 1, host, outcome });
  const answer = await receivePush(ports)({ host, headers: event.headers, body: bodyOf(event) }).catch((error: unknown) => {
    measure(error instanceof Error ? error.name : 'Unknown');
    throw error;
  });
  measure(answer.kind);
  return json(answer.kind === 'accepted' ? 202 : 200, answer);
}, { webhookSecrets });
