/** Bitbucket Cloud's webhooks. https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/#Push */
import * as z from 'zod';
import { hubSignatureHolds } from '../../domain/signature.ts';
import { Address, BranchName, Commit, PersonName } from './fields.ts';
import { noCommit, parseBody, present, PUSHES_MAX, type Hook, type Push } from './hook.ts';

const End = z.object({ type: z.string().max(50), name: BranchName, target: z.object({ hash: Commit }) }).nullable();
const PushEvent = z.object({
  push: z.object({ changes: z.array(z.object({ new: End, old: End })).min(1).max(PUSHES_MAX) }),
  repository: z.object({ full_name: z.string().regex(/^[\w.{}-]+\/[\w.{}-]+$/).max(300), links: z.object({ html: z.object({ href: Address }).optional() }).optional() }),
  actor: z.object({ nickname: PersonName, display_name: PersonName }).optional(),
});

export const bitbucket: Hook = {
  proof: 'X-Hub-Signature',
  verified: (secret, { headers, body }) => hubSignatureHolds(secret, body, headers['x-hub-signature']),
  read({ headers, body }) {
    const event = headers['x-event-key'] ?? '';
    if (event !== 'repo:push') return { kind: 'unused', event, used: 'repo:push' };
    const { push, repository, actor } = parseBody(PushEvent, body, 'Bitbucket push event');
    const addresses = present(`https://bitbucket.org/${repository.full_name}`, repository.links?.html?.href);
    const pusher = actor?.nickname ?? actor?.display_name ?? null;
    return { kind: 'pushes', delivery: headers['x-request-uuid'], deliveryFrom: 'X-Request-UUID', pushes: push.changes.flatMap((change) => moved(change).map((one) => ({ ...one, addresses, pusher }))) };
  },
};

/** A change has a new end, an old one, or both: one with neither says nothing. */
function moved({ new: now, old }: { new: z.infer<typeof End>; old: z.infer<typeof End> }): Pick<Push, 'ref' | 'before' | 'after'>[] {
  const end = now ?? old;
  if (end === null) return [];
  const [before, after] = [old?.target.hash, now?.target.hash];
  return [{ ref: `refs/${end.type === 'tag' ? 'tags' : 'heads'}/${end.name}`, before: before ?? noCommit(after ?? end.target.hash), after: after ?? noCommit(before ?? end.target.hash) }];
}
