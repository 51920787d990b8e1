/** Taking a revision away: its instances drain first, what they used goes with the next call. */
import { DeleteAutoScalingGroupCommand, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import type { RetireRequest, RetireResult } from '../../contracts/target.ts';
import { InstanceId } from '../../domain/ids.ts';
import { guard } from '../_aws/guard.ts';
import { refuseWeighted, removeRevision } from '../_aws/load-balancer/remove.ts';
import { type Ec2Needs, SCALING } from './clients.ts';
import { isLeaving } from './instances.ts';
import { deleteTemplate } from './launch-template.ts';
import { findScalingGroup } from './scaling-groups.ts';
import { ec2Settings } from './settings.ts';

/**
 * Desired capacity 0: Auto Scaling takes each instance out of its target group, waits the deregistration delay, and ends it. While that
 * goes on nothing else is touched. The empty group is then deleted, never by force, which would skip the draining; then the rest.
 * @throws InvalidInput while there is a weight
 */
export async function retire(needs: Ec2Needs, request: RetireRequest): Promise<RetireResult> {
  const { revision, service, environment, generation } = request;
  const settings = ec2Settings(request.settings);
  const { scaling, machines, balancers } = needs.connect(request.access);
  const change = await guard(needs.fence, request);
  const place = { service, environment, generation, settings };
  await refuseWeighted(balancers, place, revision);
  const group = await findScalingGroup(scaling, revision);
  if (group !== undefined && !group.deleting) {
    if (group.desired > 0) await change(SCALING, `scale ${group.name} to 0`, () => scaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: group.name, MinSize: 0, MaxSize: 0, DesiredCapacity: 0 })));
    const stopping = group.desired === 0 ? [] : group.instances.filter((member) => !isLeaving(member)).map((member) => InstanceId.parse(member.InstanceId));
    if (group.desired > 0 || group.instances.length > 0) return { verb: 'retire', stopping };
    await change(SCALING, `delete the group ${group.name}`, () => scaling.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: group.name })));
  }
  if (await findScalingGroup(scaling, revision) !== undefined) return { verb: 'retire', stopping: [] };
  await removeRevision({ client: balancers, change, place }, revision);
  await deleteTemplate(machines, change, revision);
  return { verb: 'retire', stopping: [] };
}
