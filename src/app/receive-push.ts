/** Takes a git host's push webhook: verified, kept under its delivery id, acknowledged; the rest happens in the delivery machine. */
import { GithubPush } from '../contracts/github.ts';
import { InvalidInput, SlipwayError, Unauthenticated } from '../domain/errors.ts';
import { DeliveryId, Identity } from '../domain/ids.ts';
import { canonicalRepository } from '../domain/repository-url.ts';
import { Repository, type Delivery } from '../domain/service.ts';
import { githubSignatureHolds } from '../domain/signature.ts';
import type { Ports } from '../ports/index.ts';
import { commit, type CommitNeeds } from './state/commit.ts';
import { creating, getDelivery, read } from './state/documents.ts';
import { admissionKey, deliveryKey, repositoryKey } from './state/keys.ts';

export interface PushRequest {
  readonly event: string | undefined;
  readonly delivery: string | undefined;
  readonly signature: string | undefined;
  /** The raw bytes, as they were signed. */
  readonly body: Uint8Array;
}

export type PushAnswer = { kind: 'accepted' | 'duplicate' | 'refused' | 'pong'; delivery: DeliveryId | null; reason: string };

const DELIVERY_KEPT_SECONDS = 90 * 86_400;

/**
 * @throws Unauthenticated when the signature does not hold, before anything of the body is looked at
 * @throws InvalidInput for a body that is no push
 */
export const receivePush = (needs: CommitNeeds & Pick<Ports, 'webhookSecrets'>) => async (request: PushRequest): Promise<PushAnswer> => {
  if (!githubSignatureHolds(await needs.webhookSecrets.github(), request.body, request.signature)) {
    throw new Unauthenticated('The signature does not fit the body. Check that the webhook has the secret that "slipway service add" printed.');
  }
  if (request.event === 'ping') return { kind: 'pong', delivery: null, reason: 'The webhook is set up.' };
  if (request.event !== 'push') return { kind: 'refused', delivery: null, reason: `The event "${request.event ?? ''}" is not used; only push is.` };
  const id = DeliveryId.safeParse(request.delivery);
  if (!id.success) throw new InvalidInput('The header X-GitHub-Delivery is missing or malformed; without it a repeated delivery could not be told from a new one.');
  return keep(needs, id.data, parsePush(request.body));
};

function parsePush(body: Uint8Array): GithubPush {
  try {
    return GithubPush.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch (cause) {
    throw new InvalidInput('The body is no GitHub push event. Set the webhook\'s content type to application/json.', {}, { cause });
  }
}

async function keep(needs: CommitNeeds, id: DeliveryId, push: GithubPush): Promise<PushAnswer> {
  const repository = await registeredUrl(needs, push);
  const reason = repository === undefined ? `The repository ${firstUrl(push)} is not registered. Register it: slipway service add ${firstUrl(push)}` : refusalOf(push);
  const now = needs.clock.now();
  const delivery: Delivery = {
    id, repository: repository ?? firstUrl(push), ref: push.ref, before: push.before, after: push.after,
    pusher: Identity.safeParse(push.pusher?.name.trim().replace(/\s+/g, '-')).data ?? null, receivedAt: now,
    outcome: reason === null ? { kind: 'pending' } : { kind: 'decided', admissions: [{ kind: 'refused', service: null, reason }] },
  };
  try {
    await commit(needs, [
      creating(deliveryKey(id), delivery, Math.floor(now / 1000) + DELIVERY_KEPT_SECONDS),
      creating(admissionKey(now, id, ''), { delivery: id }, Math.floor(now / 1000) + DELIVERY_KEPT_SECONDS),
    ], reason === null ? [{ kind: 'start', machine: 'delivery', name: id.replace(/[^0-9A-Za-z_-]/g, '_').slice(0, 80), input: { deliveryId: id } }] : []);
  } catch (error) {
    if (!(error instanceof SlipwayError && error.name === 'Conflict')) throw error;
    const first = await getDelivery(needs.store, id);
    return { kind: 'duplicate', delivery: id, reason: `This delivery came before, at ${new Date(first.value.receivedAt).toISOString()}; nothing is done again.` };
  }
  return reason === null ? { kind: 'accepted', delivery: id, reason: 'The push is being read.' } : { kind: 'refused', delivery: id, reason };
}

const urls = (push: GithubPush): string[] => [push.repository.clone_url, push.repository.ssh_url, push.repository.url, push.repository.html_url].filter((url) => url !== undefined);
const firstUrl = (push: GithubPush): string => urls(push)[0] ?? '(no address given)';

async function registeredUrl(needs: Pick<Ports, 'store'>, push: GithubPush): Promise<string | undefined> {
  for (const url of new Set(urls(push).map(canonicalRepository))) {
    const repository = await read(needs.store, Repository, repositoryKey(url));
    if (repository !== undefined) return repository.value.url;
  }
  return undefined;
}

function refusalOf(push: GithubPush): string | null {
  if (push.ref.startsWith('refs/tags/')) return `${push.ref} is a tag; pushes of branches are released, tags are not.`;
  if (!push.ref.startsWith('refs/heads/')) return `${push.ref} is no branch.`;
  if (push.deleted || /^0+$/.test(push.after)) return `The branch ${push.ref.slice('refs/heads/'.length)} was deleted; there is no commit to release.`;
  return null;
}
