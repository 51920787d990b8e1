/** GitLab's webhooks. https://docs.gitlab.com/user/project/integrations/webhook_events/#push-events */
import * as z from 'zod';
import { sameSecret, standardWebhookHolds } from '../../domain/signature.ts';
import { Address, Commit, PersonName, RefName } from './fields.ts';
import { parseBody, present, type Hook } from './hook.ts';

const Push = z.object({
  ref: RefName, before: Commit, after: Commit, user_username: PersonName,
  project: z.object({ git_http_url: Address, git_ssh_url: Address, web_url: Address }),
});
/** System hooks send the same under another name of the header. */
const Kind = z.union([z.object({ object_kind: z.string().max(100) }), z.object({ event_name: z.string().max(100) })]);

export const gitlab: Hook = {
  proof: 'X-Gitlab-Token (the secret token), or webhook-signature (the signing token)',
  // Newer versions sign: https://docs.gitlab.com/user/project/integrations/webhooks/#signing-tokens. A signature that does not hold is not made good by the token beside it.
  verified: (secret, { headers, body, nowMs }) => headers['webhook-signature'] === undefined
    ? sameSecret(secret, headers['x-gitlab-token'])
    : standardWebhookHolds(secret, body, { id: headers['webhook-id'], timestamp: headers['webhook-timestamp'], signature: headers['webhook-signature'] }, nowMs),
  read({ headers, body }) {
    const kind = parseBody(Kind, body, 'GitLab event');
    const event = 'object_kind' in kind ? kind.object_kind : kind.event_name;
    if (event !== 'push' && event !== 'tag_push') return { kind: 'unused', event, used: 'Push events' };
    const { project, user_username, ...moved } = parseBody(Push, body, 'GitLab push event');
    return {
      // Idempotency-Key stays the same when GitLab tries again; versions before 17.4 have the others.
      kind: 'pushes', delivery: headers['idempotency-key'] ?? headers['x-gitlab-webhook-uuid'] ?? headers['x-gitlab-event-uuid'], deliveryFrom: 'Idempotency-Key, X-Gitlab-Webhook-UUID or X-Gitlab-Event-UUID',
      pushes: [{ ...moved, addresses: present(project.git_http_url, project.git_ssh_url, project.web_url), pusher: user_username ?? null }],
    };
  },
};
