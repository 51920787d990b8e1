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
const WorkflowRunEvent = z.object({
  action: z.string().max(100), repository: Addresses.extend({ id: z.int() }),
  workflow: z.object({ path: z.string().max(500) }).nullish(),
  workflow_run: z.object({
    run_number: z.int().min(0), event: z.string().max(100), conclusion: z.string().max(100).nullish(), path: z.string().max(500).nullish(),
    head_branch: BranchName.nullish(), head_sha: Commit, head_repository: z.object({ id: z.int() }).nullish(), actor: z.object({ login: PersonName }).nullish(),
  }),
});
/** Runs of what is on a branch. Those of a pull request are of a merge that is on none, and one from a fork may call its branch `main`. */
export const RUN_BY = ['push', 'workflow_dispatch', 'schedule', 'repository_dispatch'];

function workflowIn(body: Uint8Array, delivery: string | undefined): HookMessage {
  const { action, repository, workflow, workflow_run: run } = parseBody(WorkflowRunEvent, body, 'GitHub workflow_run event');
  // The run may name the reference that the file is of: `.github/workflows/ci.yml@main`.
  const file = (run.path ?? workflow?.path ?? '').replace(/@.*$/, '');
  const isOwn = RUN_BY.includes(run.event) && run.head_repository?.id === repository.id && run.head_branch != null && file !== '';
  if (action !== 'completed' || run.conclusion == null || run.conclusion === '' || !isOwn) return { kind: 'unused', event: `workflow_run (${action}, by ${run.event})`, used: `workflow_run that is completed, by ${RUN_BY.join(', ')} in the repository itself,` };
  return {
    kind: 'pushes', delivery, deliveryFrom: 'X-GitHub-Delivery',
    pushes: [{ ref: `refs/heads/${run.head_branch ?? ''}`, before: noCommit(run.head_sha), after: run.head_sha, addresses: addressesOf(repository), pusher: run.actor?.login ?? null, workflow: { file, number: run.run_number, conclusion: run.conclusion } }],
  };
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
    if (event !== 'push') return { kind: 'unused', event, used: 'push, pull_request, workflow_run, or registry_package for images' };
    const { repository, pusher, ...moved } = parseBody(Push, body, 'GitHub push event');
    return { kind: 'pushes', delivery: headers['x-github-delivery'], deliveryFrom: 'X-GitHub-Delivery', pushes: [{ ...moved, addresses: addressesOf(repository), pusher: pusher?.name ?? null }] };
  },
};
