/** Virtual machines, as EC2, their Auto Scaling group and their target group see them. */
import type { Instance as Member } from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, type Instance } from '@aws-sdk/client-ec2';
import { InstanceId } from '../../domain/ids.ts';
import type { ObservedInstance } from '../../domain/state.ts';
import { calling } from '../_aws/fault.ts';
import type { TargetHealth } from '../_aws/load-balancer/groups.ts';
import { allPages, chunksOf } from '../_aws/pages.ts';
import { zoneOfSubnet } from '../_aws/settings.ts';
import { EC2, type Machines } from './clients.ts';
import type { FailedActivity, RevisionGroup } from './scaling-groups.ts';
import type { Ec2Settings } from './settings.ts';

/** So many values a filter takes; https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html */
const FILTER_VALUES_MAX = 200;

/** By a filter and not by id: for one id that is not there yet, EC2 would refuse the whole call. */
export async function instancesById(client: Machines, ids: readonly string[]): Promise<Map<string, Instance>> {
  const found: Instance[] = [];
  for (const chunk of chunksOf(ids, FILTER_VALUES_MAX)) {
    found.push(...await allPages(async (token) => {
      const answer = await calling(EC2, 'read instances', () => client.send(new DescribeInstancesCommand({ Filters: [{ Name: 'instance-id', Values: chunk }], ...(token === undefined ? {} : { NextToken: token }) })));
      return { items: (answer.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []), next: answer.NextToken };
    }));
  }
  return new Map(found.flatMap((instance) => (instance.InstanceId === undefined ? [] : [[instance.InstanceId, instance]])));
}

export interface MemberView {
  readonly group: RevisionGroup;
  readonly settings: Ec2Settings;
  readonly health: ReadonlyMap<string, TargetHealth>;
  readonly machine: Instance | undefined;
  readonly now: number;
}

export const isLeaving = ({ LifecycleState }: Member): boolean => /^(?:Terminat|Detach)/.test(LifecycleState ?? '');

export function instanceOf(member: Member, view: MemberView): ObservedInstance {
  const { group, settings, machine, now } = view;
  const startedAt = machine?.LaunchTime?.getTime() ?? now;
  const address = machine?.PrivateIpAddress;
  return {
    instance: InstanceId.parse(member.InstanceId), revision: group.revision, zone: zoneOfSubnet(settings, machine?.SubnetId) ?? member.AvailabilityZone ?? 'unknown', startedAt, relaunches: 0,
    address: address === undefined ? null : `${address}:${settings.port}`, quarantined: false, ...healthOf(member, view, startedAt),
  };
}

const ENDED = new Set(['shutting-down', 'terminated', 'stopping', 'stopped']);

function healthOf(member: Member, { group, health, machine, now }: MemberView, startedAt: number): Pick<ObservedInstance, 'health' | 'problem'> {
  if (isLeaving(member)) return { health: 'draining', problem: null };
  const state = machine?.State?.Name;
  if (state !== undefined && ENDED.has(state)) return { health: 'stopped', problem: `Its virtual machine is ${state}.` };
  if (member.HealthStatus !== undefined && member.HealthStatus.toLowerCase() === 'unhealthy') return { health: 'unhealthy', problem: 'Its Auto Scaling group found it unhealthy, and replaces it.' };
  if (member.LifecycleState !== 'InService') return { health: 'starting', problem: null };
  const seen = health.get(member.InstanceId ?? '');
  if (seen?.state === 'healthy') return { health: 'healthy', problem: null };
  if (seen?.state === 'draining') return { health: 'draining', problem: null };
  const early = now - startedAt < group.graceMs;
  if (seen === undefined || seen.state === 'initial' || seen.state === 'unused' || seen.state === 'unavailable' || early) return { health: 'starting', problem: seen?.why ?? 'Its target group does not know it yet.' };
  return { health: 'unhealthy', problem: seen.why ?? 'It fails the health check of its target group.' };
}

/** What stands for an instance that could not be started: it says why. */
export const failedStart = ({ id, at, why }: FailedActivity, { revision }: RevisionGroup, zone: string): ObservedInstance => ({
  instance: InstanceId.parse(`activity.${id}`.slice(0, 128)), revision, zone, health: 'stopped', startedAt: at, relaunches: 0, address: null, problem: why, quarantined: false,
});
