/** What the `ecs` target reads of a service's settings. */
import * as z from 'zod';
import { BalancerSettings, LogGroup, parseSettings } from '../_aws/settings.ts';

const Role = z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, 'the ARN of a role');

export const EcsSettings = BalancerSettings.extend({
  /** Name or ARN. */
  cluster: z.string().min(1).max(255),
  /** The repository without a tag: the release's digest chooses the image. */
  image: z.string().regex(/^[a-z0-9][a-z0-9._:/-]{0,255}$/, 'a repository such as 123456789012.dkr.ecr.eu-central-1.amazonaws.com/catalog').refine((image) => !image.includes('@') && !/:[^/]*$/.test(image), 'without a tag and without a digest: the release has the digest'),
  /** Pulls the image, reads the secrets, writes the log. */
  executionRole: Role,
  /** What the service itself may do. */
  taskRole: Role.nullable().default(null),
  logGroup: LogGroup.nullable().default(null),
  launchType: z.enum(['FARGATE', 'EC2']).default('FARGATE'),
  architecture: z.enum(['X86_64', 'ARM64']).default('X86_64'),
  assignPublicIp: z.boolean().default(false),
  /** `manifest`: `start` of slipway.yaml; `image`: what the image starts by itself. */
  command: z.enum(['manifest', 'image']).default('manifest'),
});
export type EcsSettings = z.infer<typeof EcsSettings>;

/** @throws InvalidInput naming each setting that does not fit */
export const ecsSettings = (settings: unknown): EcsSettings => parseSettings('ecs', EcsSettings, settings);
