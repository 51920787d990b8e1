/** The `ecs` target, composed once per execution environment. */
import { balancerCommands, ecsCommands } from '../../../adapters/aws/calls/command-clients.ts';
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
    connect: connectBy('ecs', (call) => ({ containers: ecsCommands(call), balancers: balancerCommands(call) })),
    fence: fenceOf(stateTable()), clock: systemClock,
  }));
  return made;
};
