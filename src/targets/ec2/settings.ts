/** What the `ec2` target reads of a service's settings. */
import * as z from 'zod';
import { BalancerSettings, LogGroup, parseSettings } from '../_aws/settings.ts';

export const Ec2Settings = BalancerSettings.extend({
  /** An image with systemd, bash, tar, python3 and the AWS CLI, such as Amazon Linux 2023. */
  ami: z.string().regex(/^ami-[0-9a-z]+$/, 'the id of an image: ami-...'),
  instanceType: z.string().regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, 'an instance type such as t4g.small'),
  /** Reads the artifact and the secrets from the instance. */
  instanceProfile: z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:instance-profile\/[\w+=,.@/-]{1,512}$/, 'the ARN of an instance profile'),
  artifacts: z.strictObject({
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket'),
    prefix: z.string().regex(/^(?:[\w.-]+\/)*$/, 'folders, each with a / at its end').default(''),
  }),
  /** Where the CloudWatch agent of the image sends what the service writes; null: it stays in the instance's journal. */
  logGroup: LogGroup.nullable().default(null),
});
export type Ec2Settings = z.infer<typeof Ec2Settings>;

/** @throws InvalidInput naming each setting that does not fit */
export const ec2Settings = (settings: unknown): Ec2Settings => parseSettings('ec2', Ec2Settings, settings);
