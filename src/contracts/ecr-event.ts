/** What ECR tells EventBridge of a pushed image. https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html */
import * as z from 'zod';
import { Digest } from '../domain/ids.ts';
import type { PushedImage } from '../domain/image.ts';

export const EcrEvent = z.object({
  id: z.string().regex(/^[0-9A-Za-z-]{1,80}$/), source: z.literal('aws.ecr'), 'detail-type': z.literal('ECR Image Action'), account: z.string().regex(/^\d{12}$/), region: z.string().regex(/^[a-z0-9-]{1,30}$/),
  detail: z.object({
    result: z.string(), 'action-type': z.string(), 'repository-name': z.string().min(1).max(256),
    'image-digest': Digest, 'image-tag': z.string().max(300).optional(),
  }),
});
export type EcrEvent = z.infer<typeof EcrEvent>;

/** Null for what releases nothing: an image without a tag, one that could not be pushed, one that was removed. */
export function pushedImage({ account, region, detail }: EcrEvent): PushedImage | null {
  const tag = detail['image-tag'] ?? '';
  if (detail.result !== 'SUCCESS' || detail['action-type'] !== 'PUSH' || !/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(tag)) return null;
  return { image: `${account}.dkr.ecr.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/${detail['repository-name']}`, digest: detail['image-digest'], tag };
}
