/** Services whose artifact is an image that an outside CI pushes into a registry. */
import * as z from 'zod';
import { CommitId, Identity, ServiceName } from './ids.ts';
import type { Digest } from './ids.ts';
import { matchesPath } from './paths.ts';

/** A registry's host, and folders: no tag and no digest. */
export const ImageName = z.string().max(255).regex(/^[a-z0-9][a-z0-9.-]*(?::\d{1,5})?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+$/, 'the name of an image with its registry, without tag and digest: 123456789012.dkr.ecr.eu-central-1.amazonaws.com/catalog');
const TagGlob = z.string().regex(/^[A-Za-z0-9_.*?-]{1,128}$/, 'a tag, in which * stands for anything and ? for one character');

/** In a manifest: pushes of this image are released. */
export const ImageRule = z.strictObject({
  from: ImageName.meta({ description: 'The image, with its registry, without a tag.', examples: ['123456789012.dkr.ecr.eu-central-1.amazonaws.com/catalog'] }),
  tags: z.array(TagGlob).min(1).max(20).default(['*']).meta({ description: 'Only pushes under one of these tags are released.', examples: [['v*']] }),
});

/** Which service an image is of, and what its newest manifest says. */
export const ImageSource = z.strictObject({
  service: ServiceName,
  /** As it was written, so that it is read anew by the rules of today. */
  manifest: z.unknown(),
  manifestPath: z.string(),
  repository: z.string(),
  branch: z.string(),
  commit: CommitId,
  subject: z.string().max(500).nullable().default(null),
  author: Identity.nullable(),
});
export type ImageSource = z.infer<typeof ImageSource>;

export interface PushedImage {
  readonly image: string;
  readonly digest: Digest;
  readonly tag: string;
}

export const tagFits = (rule: z.infer<typeof ImageRule>, tag: string): boolean => rule.tags.some((glob) => matchesPath(glob, tag));

const DIGEST_DIGITS = 12;
/** A tag that is moved from image to image is no version: it gets the beginning of the digest. */
export const versionOf = ({ tag, digest }: PushedImage, isTaken: boolean): string => (isTaken ? `${tag.slice(0, 110)}-${digest.slice('sha256:'.length, 'sha256:'.length + DIGEST_DIGITS)}` : tag);
/** Where a tag is a commit, the image is of that commit. */
export const commitOf = (tag: string): CommitId | null => CommitId.safeParse(tag).data ?? null;
