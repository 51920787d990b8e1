/** GitHub's webhooks, and those of a bare repository's post-receive hook. https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
import * as z from 'zod';
import { Digest } from '../../domain/ids.ts';
import { ImageName } from '../../domain/image.ts';
import { hubSignatureHolds } from '../../domain/signature.ts';
import { Address, Commit, PersonName, RefName } from './fields.ts';
import { parseBody, present, type Hook, type HookMessage } from './hook.ts';

const Push = z.object({
  ref: RefName, before: Commit, after: Commit,
  repository: z.object({ clone_url: Address, ssh_url: Address, url: Address, html_url: Address }),
  pusher: z.object({ name: PersonName }).optional(),
});

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
    if (event !== 'push') return { kind: 'unused', event, used: 'push, or registry_package for images' };
    const { repository, pusher, ...moved } = parseBody(Push, body, 'GitHub push event');
    return { kind: 'pushes', delivery: headers['x-github-delivery'], deliveryFrom: 'X-GitHub-Delivery', pushes: [{ ...moved, addresses: present(repository.clone_url, repository.ssh_url, repository.url, repository.html_url), pusher: pusher?.name ?? null }] };
  },
};
