/** Service hooks of Azure DevOps. https://learn.microsoft.com/en-us/azure/devops/service-hooks/events#git.push */
import * as z from 'zod';
import { sameSecret } from '../../domain/signature.ts';
import { Address, Commit, PersonName, RefName } from './fields.ts';
import { parseBody, present, PUSHES_MAX, type Hook } from './hook.ts';

const Event = z.object({ id: z.string().max(80).optional(), eventType: z.string().max(100) });
const PushEvent = z.object({
  resource: z.object({
    refUpdates: z.array(z.object({ name: RefName, oldObjectId: Commit, newObjectId: Commit })).min(1).max(PUSHES_MAX),
    repository: z.object({ remoteUrl: Address, sshUrl: Address, webUrl: Address }),
    // `uniqueName` is a mail address, so it is left.
    pushedBy: z.object({ displayName: PersonName }).optional(),
  }),
});

/** The user name may be anything: Azure DevOps has a field for it, and whoever knows the password is let in. */
function passwordOf(authorization: string | undefined): string | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/]{1,2000}={0,2})$/i.exec(authorization ?? '')?.[1];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : text.slice(colon + 1);
}

/** It signs nothing: basic authentication is the one proof that it offers, so https is a must. */
export const azureDevops: Hook = {
  proof: 'the password of basic authentication',
  verified: (secret, { headers }) => sameSecret(secret, passwordOf(headers.authorization)),
  read({ body }) {
    const { id, eventType } = parseBody(Event, body, 'event of Azure DevOps');
    if (eventType !== 'git.push') return { kind: 'unused', event: eventType, used: 'Code pushed (git.push)' };
    const { resource: { refUpdates, repository, pushedBy } } = parseBody(PushEvent, body, 'push event of Azure DevOps');
    const addresses = present(repository.remoteUrl, repository.sshUrl, repository.webUrl);
    return { kind: 'pushes', delivery: id, deliveryFrom: 'the field id', pushes: refUpdates.map(({ name, oldObjectId, newObjectId }) => ({ ref: name, before: oldObjectId, after: newObjectId, addresses, pusher: pushedBy?.displayName ?? null })) };
  },
};
