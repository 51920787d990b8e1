/** Bringing a revision to so many virtual machines: Auto Scaling starts, spreads and replaces them. */
import { CreateAutoScalingGroupCommand, SuspendProcessesCommand } from '@aws-sdk/client-auto-scaling';
import type { LaunchRequest, LaunchResult } from '../../contracts/target.ts';
import { Conflict, LimitExceeded, ProviderUnavailable } from '../../domain/errors.ts';
import { isFault } from '../_aws/fault.ts';
import { type Change, guard } from '../_aws/guard.ts';
import { ensureGroup } from '../_aws/load-balancer/groups.ts';
import { ensureInRule } from '../_aws/load-balancer/rule.ts';
import { resourceName, tagsOf } from '../_aws/names.ts';
import { subnetsOf } from '../_aws/settings.ts';
import { type Ec2Clients, type Ec2Needs, SCALING } from './clients.ts';
import { replace, update } from './change-group.ts';
import { ensureTemplate, type TemplateVersion } from './launch-template.ts';
import { findScalingGroup, type RevisionGroup } from './scaling-groups.ts';
import { instancesById, isLeaving } from './instances.ts';
import { ec2Settings } from './settings.ts';

/** Auto Scaling names instances when it starts them, after the answer: none is named here, observe names them. */
export async function launch(needs: Ec2Needs, request: LaunchRequest): Promise<LaunchResult> {
  const { spec, count, generation } = request;
  const settings = ec2Settings(request.settings);
  const clients = needs.connect(request.access);
  const change = await guard(needs.fence, request);
  const zones = spec.zones.filter((zone) => !request.zonesLost.includes(zone));
  if (zones.length === 0 && count > 0) throw new LimitExceeded(`All zones of ${spec.service} are marked lost, so nothing was launched. Bring one back.`);
  const group = await findScalingGroup(clients.scaling, spec.revision);
  if (group === undefined && count === 0) return { verb: 'launch', started: [], stopping: [] };
  if (group?.deleting === true) throw new ProviderUnavailable(`${spec.revision} is still on its way out, so it was not launched again. It is tried again.`, { group: group.name });
  const target = await ensureGroup(clients.balancers, change, { spec, generation, settings, targets: 'instance' });
  await ensureInRule({ client: clients.balancers, change, place: { service: spec.service, environment: spec.environment, generation, settings } }, target);
  const template = await ensureTemplate(clients.machines, change, spec, ec2Settings(spec.settings), generation);
  const subnets = subnetsOf(settings, zones.length === 0 ? spec.zones : zones);
  const there = group ?? await create(clients, change, request, { target, template, subnets });
  if (there !== undefined) await update(clients, change, there, { desired: count, template, subnets });
  await keepZones(clients, change, resourceName(spec.revision), there);
  if (there !== undefined) await leaveOtherSubnets(clients, change, there, subnets);
  return { verb: 'launch', started: [], stopping: [] };
}

/** Answers the group that was there already, made by a call whose answer was lost or at the same time: its name makes a second one impossible. */
async function create({ scaling }: Ec2Clients, change: Change, { spec, count, generation }: LaunchRequest, { target, template, subnets }: { target: string; template: TemplateVersion; subnets: readonly string[] }): Promise<RevisionGroup | undefined> {
  const name = resourceName(spec.revision);
  const seconds = Math.ceil(spec.health.startWithin);
  const command = new CreateAutoScalingGroupCommand({
    AutoScalingGroupName: name, LaunchTemplate: { LaunchTemplateId: template.id, Version: template.version }, MinSize: count, MaxSize: count, DesiredCapacity: count, VPCZoneIdentifier: subnets.join(','), TargetGroupARNs: [target],
    HealthCheckType: 'ELB', HealthCheckGracePeriod: seconds, DefaultInstanceWarmup: seconds,
    // A replacement is ready before what it replaces is ended, as far as that still runs.
    InstanceMaintenancePolicy: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 },
    Tags: Object.entries(tagsOf(spec, generation)).map(([Key, Value]) => ({ Key, Value, PropagateAtLaunch: true, ResourceId: name, ResourceType: 'auto-scaling-group' })),
  });
  return await change(SCALING, `create the group ${name}`, async () => {
    try {
      await scaling.send(command);
      return undefined;
    } catch (error) {
      if (!isFault(error, 'AlreadyExists')) throw error;
      const theirs = await findScalingGroup(scaling, spec.revision);
      if (theirs === undefined) throw new Conflict(`The Auto Scaling group ${name} was made at the same time. It is tried again.`, { name }, { cause: error });
      return theirs;
    }
  });
}

/** Healthy instances are not ended for symmetry: by itself a group moves them when a zone is back. */
async function keepZones({ scaling }: Ec2Clients, change: Change, name: string, group: RevisionGroup | undefined): Promise<void> {
  if (group?.rebalances === false) return;
  await change(SCALING, `suspend rebalancing in ${name}`, () => scaling.send(new SuspendProcessesCommand({ AutoScalingGroupName: name, ScalingProcesses: ['AZRebalance'] })));
}

/** With rebalancing suspended nobody else moves what is in a subnet that the group no longer has. */
async function leaveOtherSubnets(clients: Ec2Clients, change: Change, group: RevisionGroup, subnets: readonly string[]): Promise<void> {
  const members = group.instances.filter((member) => !isLeaving(member));
  const machines = await instancesById(clients.machines, members.flatMap(({ InstanceId }) => InstanceId ?? []));
  for (const { InstanceId } of members) {
    const subnet = machines.get(InstanceId ?? '')?.SubnetId;
    if (InstanceId !== undefined && subnet !== undefined && !subnets.includes(subnet)) await replace(clients, change, InstanceId);
  }
}
