/** What the `ec2` target is given, and talks to. */
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { Access } from '../../domain/access.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Fence } from '../../ports/target.ts';
import type { Balancers } from '../_aws/load-balancer/groups.ts';

export const EC2 = 'EC2';
export const SCALING = 'Auto Scaling';
export type Machines = Pick<EC2Client, 'send'>;
export type Scaling = Pick<AutoScalingClient, 'send'>;

export interface Ec2Clients {
  readonly machines: Machines;
  readonly scaling: Scaling;
  readonly balancers: Balancers;
}

export interface Ec2Needs {
  /** The clients for the account, region and role of an environment. */
  readonly connect: (access: Access | null) => Ec2Clients;
  readonly fence: Fence;
  readonly clock: Pick<Clock, 'now'>;
}
