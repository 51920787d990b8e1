/** Auto Scaling groups: one per revision, found by their tags. */
import { type AutoScalingGroup, DescribeAutoScalingGroupsCommand, DescribeScalingActivitiesCommand, type Filter, type Instance } from '@aws-sdk/client-auto-scaling';
import type { ServiceRef } from '../../contracts/target.ts';
import type { RevisionId } from '../../domain/ids.ts';
import { calling } from '../_aws/fault.ts';
import { ownerOf, placeKey, resourceName, TAG_OF_SERVICE } from '../_aws/names.ts';
import { allPages } from '../_aws/pages.ts';
import { type Scaling, SCALING } from './clients.ts';

const PAGE = 100;
/** Up to so many services are asked for by their names; for more, all groups with the tag are listed. */
const SERVICES_BY_NAME = 5;

export interface RevisionGroup {
  readonly name: string;
  readonly place: string;
  readonly revision: RevisionId;
  readonly desired: number;
  readonly subnets: readonly string[];
  readonly templateVersion: string | undefined;
  /** Milliseconds after an instance's start in which its health check does not count. */
  readonly graceMs: number;
  readonly rebalances: boolean;
  /** Asked to be deleted, and not gone yet. */
  readonly deleting: boolean;
  readonly instances: readonly Instance[];
}

function revisionGroup(group: AutoScalingGroup): RevisionGroup | undefined {
  const owner = ownerOf(Object.fromEntries((group.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])));
  if (owner?.revision === undefined || group.AutoScalingGroupName === undefined) return undefined;
  return {
    name: group.AutoScalingGroupName, place: placeKey(owner), revision: owner.revision, desired: group.DesiredCapacity ?? 0, subnets: (group.VPCZoneIdentifier ?? '').split(',').filter((subnet) => subnet !== ''),
    templateVersion: group.LaunchTemplate?.Version, graceMs: (group.HealthCheckGracePeriod ?? 0) * 1000, rebalances: group.SuspendedProcesses?.some(({ ProcessName }) => ProcessName === 'AZRebalance') !== true,
    deleting: group.Status !== undefined && group.Status !== '', instances: group.Instances ?? [],
  };
}

const read = async (client: Scaling, what: string, filter: { readonly AutoScalingGroupNames: string[] } | { readonly Filters: Filter[] }): Promise<RevisionGroup[]> =>
  (await allPages(async (token) => {
    const answer = await calling(SCALING, `read ${what}`, () => client.send(new DescribeAutoScalingGroupsCommand({ ...filter, MaxRecords: PAGE, ...(token === undefined ? {} : { NextToken: token }) })));
    return { items: answer.AutoScalingGroups ?? [], next: answer.NextToken };
  })).flatMap((group) => revisionGroup(group) ?? []);

/** The group of one revision; undefined when it is not there. */
export const findScalingGroup = async (client: Scaling, revision: RevisionId): Promise<RevisionGroup | undefined> => (await read(client, resourceName(revision), { AutoScalingGroupNames: [resourceName(revision)] }))[0];

/** The groups of these places: by the service's tag for a few services, otherwise all that carry the tag, a hundred a call. */
export async function scalingGroupsOf(client: Scaling, refs: readonly ServiceRef[]): Promise<RevisionGroup[]> {
  const services = [...new Set(refs.map(({ service }) => service))];
  const Filters = services.length <= SERVICES_BY_NAME ? [{ Name: `tag:${TAG_OF_SERVICE}`, Values: services }] : [{ Name: 'tag-key', Values: [TAG_OF_SERVICE] }];
  const places = new Set(refs.map(placeKey));
  return (await read(client, 'groups', { Filters })).filter(({ place }) => places.has(place));
}

export interface FailedActivity {
  readonly id: string;
  readonly at: number;
  readonly why: string;
}

/** Why the group could not start an instance, when that was the last thing it tried. */
export async function lastFailure(client: Scaling, name: string): Promise<FailedActivity | undefined> {
  const answer = await calling(SCALING, `read the activities of ${name}`, () => client.send(new DescribeScalingActivitiesCommand({ AutoScalingGroupName: name, MaxRecords: 1 })));
  const [latest] = answer.Activities ?? [];
  if (latest?.StatusCode !== 'Failed' || latest.ActivityId === undefined) return undefined;
  return { id: latest.ActivityId, at: latest.StartTime?.getTime() ?? 0, why: latest.StatusMessage ?? 'Auto Scaling could not start an instance.' };
}
