/** Webhooks of Gitea and Forgejo. https://docs.gitea.com/usage/repository/webhooks, https://forgejo.org/docs/latest/user/webhooks */
import * as z from 'zod';
import { hexSignatureHolds, hubSignatureHolds } from '../../domain/signature.ts';
import { Address, Commit, PersonName, RefName } from './fields.ts';
import { parseBody, present, type Hook } from './hook.ts';

const Push = z.object({
  ref: RefName, before: Commit, after: Commit,
  repository: z.object({ clone_url: Address, ssh_url: Address, html_url: Address }),
  pusher: z.object({ login: PersonName, username: PersonName }).optional(),
});

export const gitea: Hook = {
  proof: 'X-Hub-Signature-256, X-Forgejo-Signature or X-Gitea-Signature',
  verified(secret, { headers, body }) {
    const bare = headers['x-forgejo-signature'] ?? headers['x-gitea-signature'];
    return headers['x-hub-signature-256'] === undefined ? hexSignatureHolds(secret, body, bare) : hubSignatureHolds(secret, body, headers['x-hub-signature-256']);
  },
  read({ headers, body }) {
    const event = headers['x-forgejo-event'] ?? headers['x-gitea-event'] ?? '';
    if (event !== 'push') return { kind: 'unused', event, used: 'push' };
    const { repository, pusher, ...moved } = parseBody(Push, body, 'Gitea push event');
    return { kind: 'pushes', delivery: headers['x-forgejo-delivery'] ?? headers['x-gitea-delivery'], deliveryFrom: 'X-Gitea-Delivery', pushes: [{ ...moved, addresses: present(repository.clone_url, repository.ssh_url, repository.html_url), pusher: pusher?.login ?? pusher?.username ?? null }] };
  },
};
