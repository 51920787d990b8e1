/** Takes a git host's push webhook: verified, kept under its delivery id, acknowledged; the rest happens in the delivery machine. */
import { HOOKS } from '../contracts/git-hosts/index.ts';
import type { Push } from '../contracts/git-hosts/hook.ts';
import { InvalidInput, Unauthenticated } from '../domain/errors.ts';
import { GIT_HOST_NAMES, type GitHost } from '../domain/git-host.ts';
import { DeliveryId, Identity } from '../domain/ids.ts';
import { canonicalRepository } from '../domain/repository-url.ts';
import type { Ports } from '../ports/index.ts';
import type { PushedImage } from '../domain/image.ts';
import { releaseImage } from './release-image.ts';
import { keepDelivery, type PushAnswer } from './keep-delivery.ts';
import { entryForPlans } from './show-plans.ts';
import { findRepository, type RegisteredNeeds } from './registered.ts';
import type { CommitNeeds } from './state/commit.ts';

export interface PushRequest {
  readonly host: GitHost;
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The raw bytes, as they were signed. */
  readonly body: Uint8Array;
}

type ReceiveNeeds = CommitNeeds & RegisteredNeeds & Pick<Ports, 'webhookSecrets'>;

/**
 * One request may tell of several branches: each is a delivery of its own then, answered in `deliveries`.
 * @throws Unauthenticated when the sender does not know the secret, before anything of the body is looked at
 * @throws InvalidInput for a body that is no push
 */
export const receivePush = (needs: ReceiveNeeds) => async (request: PushRequest): Promise<PushAnswer & { deliveries?: readonly PushAnswer[] }> => {
  const hook = HOOKS[request.host];
  const given = { headers: request.headers, body: request.body, nowMs: needs.clock.now() };
  if (!hook.verified(await needs.webhookSecrets.gitHost(request.host), given)) {
    throw new Unauthenticated(`${hook.proof} does not fit: this request is not from who knows the secret. Check that the webhook has the secret that "slipway service add" printed for ${GIT_HOST_NAMES[request.host]}.`);
  }
  const message = hook.read(given);
  if (message.kind === 'ping') return { kind: 'pong', delivery: null, reason: 'The webhook is set up.' };
  if (message.kind === 'unused') return { kind: 'refused', delivery: null, reason: `The event "${message.event.slice(0, 100)}" is not used; only ${message.used} is.` };
  if (message.kind === 'image') return released(needs, request.host, deliveryId(request.host, message.delivery, message.deliveryFrom, null), message.image);
  const ids = message.pushes.map((_push, index) => deliveryId(request.host, message.delivery, message.deliveryFrom, message.pushes.length > 1 ? index : null));
  const answers: PushAnswer[] = [];
  for (const [index, push] of message.pushes.entries()) answers.push(await keep(needs, request.host, ids[index] as DeliveryId, push));
  return summed(answers);
};

/** GitHub's ids are kept as they are; others have their host's name, as they are theirs alone. @throws InvalidInput for none */
function deliveryId(host: GitHost, given: string | undefined, from: string, index: number | null): DeliveryId {
  const bare = given?.replace(/^\{(.*)\}$/, '$1') ?? '';
  const id = DeliveryId.safeParse(bare === '' ? '' : `${host === 'github' ? '' : `${host}:`}${bare}${index === null ? '' : `.${index}`}`);
  if (!id.success) throw new InvalidInput(`${from} is missing or malformed; without it a repeated delivery could not be told from a new one.`);
  return id.data;
}

/** An image that no manifest names is nobody's, and nothing is kept of it. */
async function released(needs: ReceiveNeeds, host: GitHost, delivery: DeliveryId, image: PushedImage): Promise<PushAnswer> {
  const { admissions } = await releaseImage(needs)({ ...image, event: delivery, by: Identity.parse(host) });
  const started = admissions.flatMap((admission) => (admission.kind === 'admitted' ? [admission.pipeline] : []));
  if (started.length > 0) return { kind: 'accepted', delivery, reason: `The image is released as ${started.join(', ')}.` };
  return { kind: 'refused', delivery, reason: admissions.flatMap((admission) => (admission.kind === 'refused' ? [admission.reason] : []))[0] ?? `No service's slipway.yaml names the image ${image.image}.` };
}

function summed(answers: readonly PushAnswer[]): PushAnswer & { deliveries?: readonly PushAnswer[] } {
  const [first, ...others] = answers;
  if (first === undefined) return { kind: 'refused', delivery: null, reason: 'Nothing in it has moved.' };
  if (others.length === 0) return first;
  const accepted = answers.find(({ kind }) => kind === 'accepted');
  return { ...(accepted ?? first), reason: `${answers.length} branches and tags have moved; each is answered by itself.`, deliveries: answers };
}

async function keep(needs: ReceiveNeeds, host: GitHost, id: DeliveryId, push: Push): Promise<PushAnswer> {
  const repository = await registeredUrl(needs, push);
  const address = push.addresses[0] ?? '(no address given)';
  const reason = repository === undefined ? `The repository ${address} is not registered. Register it: slipway service add ${address}` : await refusalOf(needs, repository, push);
  return keepDelivery(needs, {
    id, host, foundBy: 'webhook', replayOf: null, repository: repository ?? address, ref: push.ref, before: push.before, after: push.after,
    pusher: Identity.safeParse(push.pusher?.trim().replace(/\s+/g, '-')).data ?? null, receivedAt: needs.clock.now(),
    ...(push.pullRequest === undefined ? {} : { pullRequest: push.pullRequest }), ...(push.workflow === undefined ? {} : { workflow: push.workflow }),
  }, reason);
}

async function registeredUrl(needs: RegisteredNeeds, push: Push): Promise<string | undefined> {
  for (const url of new Set(push.addresses.map(canonicalRepository))) {
    const repository = await findRepository(needs, url);
    if (repository !== undefined) return repository.url;
  }
  return undefined;
}

/** What git takes as a name: https://git-scm.com/docs/git-check-ref-format */
const BRANCH = /^refs\/heads\/[^\s~^:?*[\\]+$/;

async function refusalOf(needs: RegisteredNeeds, repository: string, push: Push): Promise<string | null> {
  if (push.pullRequest !== undefined) return (await entryForPlans(needs, repository)) === undefined ? `Plans are shown on pull requests only where environments.yaml names the host in gitHosts, with a credential and without "plans: false"; it does not for ${repository}.` : null;
  if (push.ref.startsWith('refs/tags/')) return `${push.ref} is a tag; pushes of branches are released, tags are not.`;
  if (!BRANCH.test(push.ref)) return `${push.ref} is no branch.`;
  if (/^0+$/.test(push.after)) return `The branch ${push.ref.slice('refs/heads/'.length)} was deleted; there is no commit to release.`;
  return null;
}
