/** GitHub's webhooks, and those of a bare repository's post-receive hook. https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
import * as z from 'zod';
import { Digest } from '../../domain/ids.ts';
import { ImageName } from '../../domain/image.ts';
import { PullRequestRef } from '../../domain/pull-request.ts';
import { hubSignatureHolds } from '../../domain/signature.ts';
import { Address, BranchName, Commit, PersonName, RefName } from './fields.ts';
import { noCommit, parseBody, present, type Hook, type HookMessage } from './hook.ts';

const Addresses = z.object({ clone_url: Address, ssh_url: Address, url: Address, html_url: Address });
const addressesOf = ({ clone_url, ssh_url, url, html_url }: z.infer<typeof Addresses>): string[] => present(clone_url, ssh_url, url, html_url);

const Push = z.object({
  ref: RefName, before: Commit, after: Commit, repository: Addresses,
  pusher: z.object({ name: PersonName }).optional(),
});

/** `repository` is the one that the request is made to, also where its head is in a fork. https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request */
const PullRequestEvent = z.object({
  action: z.string().max(100), number: PullRequestRef.shape.number, repository: Addresses,
  pull_request: z.object({ base: z.object({ ref: BranchName, sha: Commit }), head: z.object({ sha: Commit }), user: z.object({ login: PersonName }).nullish() }),
});
const PLANNED = ['opened', 'synchronize', 'reopened'];

/** GitHub keeps the head of every pull request, a fork's too, in the repository itself as `refs/pull/<number>/head`. */
function pullRequestIn(body: Uint8Array, delivery: string | undefined): HookMessage {
  const { action, number, repository, pull_request: { base, head, user } } = parseBody(PullRequestEvent, body, 'GitHub pull_request event');
  if (!PLANNED.includes(action)) return { kind: 'unused', event: `pull_request (${action})`, used: `pull_request with the action ${PLANNED.join(', ')}` };
  return {
    kind: 'pushes', delivery, deliveryFrom: 'X-GitHub-Delivery',
    pushes: [{ ref: `refs/pull/${number}/head`, before: base.sha, after: head.sha, addresses: addressesOf(repository), pusher: user?.login ?? null, pullRequest: { number, into: base.ref } }],
  };
}

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_run */
const WorkflowRun = z.object({ action: z.string().max(100), repository: Addresses, workflow_run: z.object({ id: z.int().min(0), head_sha: Commit, conclusion: z.string().max(100).nullish() }) });
const INSTEAD = 'A workflow\'s run names no artifact and no digest, so nothing can be released of it. An image that it pushed is told of by the event registry_package; anything else the workflow registers itself (POST /v1/artifacts), then deploys.';

/** That it went well says not what it made, so it is answered with what does. */
function workflowIn(body: Uint8Array, delivery: string | undefined): HookMessage {
  const { action, repository, workflow_run: { id, head_sha, conclusion } } = parseBody(WorkflowRun, body, 'GitHub workflow_run event');
  if (action !== 'completed' || conclusion !== 'success') return { kind: 'unused', event: `workflow_run (${action}${conclusion == null ? '' : `, ${conclusion}`})`, used: 'registry_package, for the images that a workflow pushes,' };
  return { kind: 'pushes', delivery, deliveryFrom: 'X-GitHub-Delivery', pushes: [{ ref: `workflow_run/${id}`, before: noCommit(head_sha), after: head_sha, addresses: addressesOf(repository), pusher: null, refusal: INSTEAD }] };
}

const Version = z.object({
  action: z.string(),
  package: z.object({ package_type: z.string(), package_version: z.object({ package_url: z.string().max(500).nullish(), container_metadata: z.object({ tag: z.object({ name: z.string().max(300).nullish(), digest: z.string().max(100).nullish() }).nullish() }).nullish() }).nullish() }),
});
/** Both events say the same; one has it under another name. https://docs.github.com/en/webhooks/webhook-events-and-payloads#registry_package */
const PackageEvent = z.union([Version, z.object({ action: z.string(), registry_package: Version.shape.package }).transform(({ action, registry_package }) => ({ action, package: registry_package }))]);

/** A container image under a tag; packages of other kinds, and images without a tag, release nothing. */
function packageIn(body: Uint8Array, event: string, delivery: string | undefined): HookMessage {
  const { action, package: { package_type, package_version } } = parseBody<z.infer<typeof PackageEvent>>(PackageEvent, body, 'GitHub package event');
  const tag = package_version?.container_metadata?.tag;
  const [image, digest] = [ImageName.safeParse(package_version?.package_url?.replace(/:[^/:]*$/, '').toLowerCase()), Digest.safeParse(tag?.digest)];
  const isImage = package_type.toLowerCase() === 'container' && (action === 'published' || action === 'updated') && tag?.name != null && tag.name !== '';
  if (!isImage || !image.success || !digest.success) return { kind: 'unused', event: `${event} (${action}, ${package_type})`, used: 'a container image under a tag' };
  return { kind: 'image', delivery, deliveryFrom: 'X-GitHub-Delivery', image: { image: image.data, digest: digest.data, tag: tag?.name ?? '' } };
}

export const github: Hook = {
  proof: 'X-Hub-Signature-256',
  verified: (secret, { headers, body }) => hubSignatureHolds(secret, body, headers['x-hub-signature-256']),
  read({ headers, body }) {
    const event = headers['x-github-event'] ?? '';
    if (event === 'ping') return { kind: 'ping' };
    if (event === 'registry_package' || event === 'package') return packageIn(body, event, headers['x-github-delivery']);
    if (event === 'pull_request') return pullRequestIn(body, headers['x-github-delivery']);
    if (event === 'workflow_run') return workflowIn(body, headers['x-github-delivery']);
    if (event !== 'push') return { kind: 'unused', event, used: 'push, pull_request, or registry_package for images' };
    const { repository, pusher, ...moved } = parseBody(Push, body, 'GitHub push event');
    return { kind: 'pushes', delivery: headers['x-github-delivery'], deliveryFrom: 'X-GitHub-Delivery', pushes: [{ ...moved, addresses: addressesOf(repository), pusher: pusher?.name ?? null }] };
  },
};
