/** The `ec2` target, composed once per execution environment. */
import { autoScalingCommands, balancerCommands, ec2Commands } from '../../../adapters/aws/calls/command-clients.ts';
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
    connect: connectBy('ec2', (call) => ({ machines: ec2Commands(call), scaling: autoScalingCommands(call), balancers: balancerCommands(call) })),
    fence: fenceOf(stateTable()), clock: systemClock,
  }));
  return made;
};
