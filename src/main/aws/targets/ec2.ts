/** The `ec2` target, composed once per execution environment. */
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { systemClock } from '../../../adapters/local/system-clock.ts';
import type { Target } from '../../../ports/target.ts';
import { createEc2Target } from '../../../targets/ec2/index.ts';
import { actingAsRole } from '../../../targets/_aws/role-needed.ts';
import type { TargetPart } from '../../platform.ts';
import { stateTable } from '../state-table.ts';
import { connectBy, fenceOf } from '../target-clients.ts';

let made: Target | undefined;

export const target: TargetPart = async () => {
  if (made !== undefined) return made;
  made = actingAsRole(createEc2Target({
    connect: connectBy('ec2', (place) => ({ machines: new EC2Client(place), scaling: new AutoScalingClient(place), balancers: new ElasticLoadBalancingV2Client(place) })),
    fence: fenceOf(stateTable()), clock: systemClock,
  }));
  return made;
};
