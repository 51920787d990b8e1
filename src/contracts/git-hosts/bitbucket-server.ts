/** Webhooks of Bitbucket Data Center and Server. https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html */
import * as z from 'zod';
import { hubSignatureHolds } from '../../domain/signature.ts';
import { Address, Commit, PersonName, RefName } from './fields.ts';
import { parseBody, present, PUSHES_MAX, type Hook } from './hook.ts';

const PushEvent = z.object({
  actor: z.object({ name: PersonName }).optional(),
  repository: z.object({ links: z.object({ clone: z.array(z.object({ href: Address })).max(20).default([]) }).default({ clone: [] }) }),
  changes: z.array(z.object({ refId: RefName, fromHash: Commit, toHash: Commit })).min(1).max(PUSHES_MAX),
});

export const bitbucketServer: Hook = {
  proof: 'X-Hub-Signature',
  // "Test connection" is not signed in every version, and is answered with no more than that somebody is here.
  verified: (secret, { headers, body }) => headers['x-event-key'] === 'diagnostics:ping' || hubSignatureHolds(secret, body, headers['x-hub-signature']),
  read({ headers, body }) {
    const event = headers['x-event-key'] ?? '';
    if (event === 'diagnostics:ping') return { kind: 'ping' };
    if (event !== 'repo:refs_changed') return { kind: 'unused', event, used: 'repo:refs_changed' };
    const { actor, repository, changes } = parseBody(PushEvent, body, 'push event of Bitbucket Data Center');
    const addresses = present(...repository.links.clone.map(({ href }) => href));
    return { kind: 'pushes', delivery: headers['x-request-id'], deliveryFrom: 'X-Request-Id', pushes: changes.map(({ refId, fromHash, toHash }) => ({ ref: refId, before: fromHash, after: toHash, addresses, pusher: actor?.name ?? null })) };
  },
};
