/** GitHub's webhooks, and those of a bare repository's post-receive hook. https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
import * as z from 'zod';
import { hubSignatureHolds } from '../../domain/signature.ts';
import { Address, Commit, PersonName, RefName } from './fields.ts';
import { parseBody, present, type Hook } from './hook.ts';

const Push = z.object({
  ref: RefName, before: Commit, after: Commit,
  repository: z.object({ clone_url: Address, ssh_url: Address, url: Address, html_url: Address }),
  pusher: z.object({ name: PersonName }).optional(),
});

export const github: Hook = {
  proof: 'X-Hub-Signature-256',
  verified: (secret, { headers, body }) => hubSignatureHolds(secret, body, headers['x-hub-signature-256']),
  read({ headers, body }) {
    const event = headers['x-github-event'] ?? '';
    if (event === 'ping') return { kind: 'ping' };
    if (event !== 'push') return { kind: 'unused', event, used: 'push' };
    const { repository, pusher, ...moved } = parseBody(Push, body, 'GitHub push event');
    return { kind: 'pushes', delivery: headers['x-github-delivery'], deliveryFrom: 'X-GitHub-Delivery', pushes: [{ ...moved, addresses: present(repository.clone_url, repository.ssh_url, repository.url, repository.html_url), pusher: pusher?.name ?? null }] };
  },
};
