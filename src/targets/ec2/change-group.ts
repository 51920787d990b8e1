/** Changes to an Auto Scaling group that is there. */
import { SetInstanceHealthCommand, UpdateAutoScalingGroupCommand, type UpdateAutoScalingGroupCommandInput } from '@aws-sdk/client-auto-scaling';
import { lookingFor } from '../_aws/fault.ts';
import type { Change } from '../_aws/guard.ts';
import { type Ec2Clients, SCALING } from './clients.ts';
import type { TemplateVersion } from './launch-template.ts';
import type { RevisionGroup } from './scaling-groups.ts';

export interface GroupWish {
  readonly desired?: number;
  readonly template?: TemplateVersion;
  readonly subnets: readonly string[];
}

const sameSet = (one: readonly string[], other: readonly string[]): boolean => one.length === other.length && one.every((item) => other.includes(item));

/** One call with what differs; none when nothing does. Another template counts for new instances only. */
export async function update({ scaling }: Ec2Clients, change: Change, group: RevisionGroup, { desired = group.desired, template, subnets }: GroupWish): Promise<void> {
  const wish: Omit<UpdateAutoScalingGroupCommandInput, 'AutoScalingGroupName'> = {
    ...(desired === group.desired ? {} : { MinSize: desired, MaxSize: desired, DesiredCapacity: desired }),
    ...(template === undefined || template.version === group.templateVersion ? {} : { LaunchTemplate: { LaunchTemplateId: template.id, Version: template.version } }),
    ...(sameSet(group.subnets, subnets) ? {} : { VPCZoneIdentifier: subnets.join(',') }),
  };
  if (Object.keys(wish).length > 0) await change(SCALING, `update the group ${group.name}`, () => scaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: group.name, ...wish })));
}

/** Auto Scaling ends it, draining it first, and starts another one. One that has left its group already is as good. */
export const replace = (clients: Ec2Clients, change: Change, instance: string): Promise<unknown> =>
  change(SCALING, `mark ${instance} unhealthy`, () => lookingFor(SCALING, `mark ${instance} unhealthy`, ['ValidationError'], () => clients.scaling.send(new SetInstanceHealthCommand({ InstanceId: instance, HealthStatus: 'Unhealthy', ShouldRespectGracePeriod: false }))));
