/** The `ecs` target, composed once per execution environment. */
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { systemClock } from '../../../adapters/local/system-clock.ts';
import type { Target } from '../../../ports/target.ts';
import { createEcsTarget } from '../../../targets/ecs/index.ts';
import { actingAsRole } from '../../../targets/_aws/role-needed.ts';
import type { TargetPart } from '../../platform.ts';
import { stateTable } from '../state-table.ts';
import { connectBy, fenceOf } from '../target-clients.ts';

let made: Target | undefined;

export const target: TargetPart = async () => {
  if (made !== undefined) return made;
  made = actingAsRole(createEcsTarget({
    connect: connectBy('ecs', (place) => ({ containers: new ECSClient(place), balancers: new ElasticLoadBalancingV2Client(place) })),
    fence: fenceOf(stateTable()), clock: systemClock,
  }));
  return made;
};
