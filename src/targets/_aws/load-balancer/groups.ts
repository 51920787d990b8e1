/** Target groups: one per revision. */
import {
  CreateTargetGroupCommand, DeleteTargetGroupCommand, DescribeTagsCommand, DescribeTargetGroupsCommand, DescribeTargetHealthCommand, ModifyTargetGroupAttributesCommand, type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ProviderUnavailable } from '../../../domain/errors.ts';
import type { Generation } from '../../../domain/ids.ts';
import type { RevisionSpec } from '../../../domain/revision.ts';
import { calling, isFault, lookingFor } from '../fault.ts';
import type { Change } from '../guard.ts';
import { type Owner, tagsOf, targetGroupName, type Tags } from '../names.ts';
import { chunksOf } from '../pages.ts';
import type { BalancerSettings } from '../settings.ts';

export const ELB = 'Elastic Load Balancing';
export type Balancers = Pick<ElasticLoadBalancingV2Client, 'send'>;

/** So many resources one DescribeTags takes; https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html */
const TAGS_AT_ONCE = 20;

export async function tagsByArn(client: Balancers, arns: readonly string[]): Promise<Map<string, Tags>> {
  const found = new Map<string, Tags>();
  for (const chunk of chunksOf([...new Set(arns)], TAGS_AT_ONCE)) {
    const answer = await lookingFor(ELB, 'read tags', ['TargetGroupNotFound', 'RuleNotFound'], () => client.send(new DescribeTagsCommand({ ResourceArns: chunk })));
    if (answer === undefined) {
      // One that has gone between two calls hides the tags of all others: asked one by one, only its own are missing.
      if (chunk.length > 1) for (const arn of chunk) for (const [key, tags] of await tagsByArn(client, [arn])) found.set(key, tags);
      continue;
    }
    for (const { ResourceArn, Tags } of answer.TagDescriptions ?? []) if (ResourceArn !== undefined) found.set(ResourceArn, Object.fromEntries((Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])));
  }
  return found;
}

export async function findGroup(client: Balancers, owner: Owner, listener: string): Promise<string | undefined> {
  const name = targetGroupName(owner, listener);
  const answer = await lookingFor(ELB, `look for the target group ${name}`, ['TargetGroupNotFound'], () => client.send(new DescribeTargetGroupsCommand({ Names: [name] })));
  return answer?.TargetGroups?.[0]?.TargetGroupArn;
}

export interface GroupWish {
  readonly spec: RevisionSpec;
  readonly generation: Generation;
  readonly settings: BalancerSettings;
  /** `ip` for tasks with an address of their own, `instance` for virtual machines. */
  readonly targets: 'ip' | 'instance';
}

/** The revision's target group, made if it is not there. Its name makes a second one impossible. */
export async function ensureGroup(client: Balancers, change: Change, wish: GroupWish): Promise<string> {
  const found = await findGroup(client, wish.spec, wish.settings.listener);
  if (found !== undefined) return found;
  const arn = await create(client, change, wish);
  await change(ELB, `set the deregistration delay of ${arn}`, () => client.send(new ModifyTargetGroupAttributesCommand({
    TargetGroupArn: arn, Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: String(Math.ceil(wish.spec.drainSeconds)) }],
  })));
  return arn;
}

async function create(client: Balancers, change: Change, { spec, generation, settings, targets }: GroupWish): Promise<string> {
  const name = targetGroupName(spec, settings.listener);
  const tags = Object.entries(tagsOf(spec, generation)).map(([Key, Value]) => ({ Key, Value }));
  const command = new CreateTargetGroupCommand({
    Name: name, Protocol: 'HTTP', Port: settings.port, VpcId: settings.vpc, TargetType: targets, Tags: tags,
    HealthCheckEnabled: true, HealthCheckPath: spec.health.path, HealthCheckIntervalSeconds: Math.ceil(spec.health.interval), HealthCheckTimeoutSeconds: Math.ceil(spec.health.timeout),
    HealthyThresholdCount: 2, UnhealthyThresholdCount: spec.health.failures, Matcher: { HttpCode: '200-399' },
  });
  const made = await change(ELB, `create the target group ${name}`, async () => {
    try {
      return (await client.send(command)).TargetGroups?.[0]?.TargetGroupArn;
    } catch (error) {
      // Made by a call whose answer was lost, or at the same time, and not seen by the look before.
      if (isFault(error, 'DuplicateTargetGroupName')) return await findGroup(client, spec, settings.listener);
      throw error;
    }
  });
  if (made === undefined) throw new ProviderUnavailable(`The target group ${name} is there and cannot be seen yet. Try again.`, { name });
  return made;
}

/** Deletes it once no rule names it; gone already is as good. */
export async function deleteGroup(client: Balancers, change: Change, arn: string): Promise<void> {
  await change(ELB, `delete the target group ${arn}`, () => lookingFor(ELB, `delete the target group ${arn}`, ['TargetGroupNotFound'], () => client.send(new DeleteTargetGroupCommand({ TargetGroupArn: arn }))));
}

export interface TargetHealth {
  /** `initial`, `healthy`, `unhealthy`, `unused`, `draining`, `unavailable`; https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html */
  readonly state: string;
  readonly why: string | null;
}

/** The health of each target by its id: an address or an instance. */
export async function healthOfGroup(client: Balancers, arn: string): Promise<Map<string, TargetHealth>> {
  const answer = await lookingFor(ELB, `read the health of ${arn}`, ['TargetGroupNotFound'], () => client.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn })));
  return new Map((answer?.TargetHealthDescriptions ?? []).flatMap(({ Target, TargetHealth }) => {
    const why = TargetHealth?.Description ?? TargetHealth?.Reason ?? null;
    return Target?.Id === undefined ? [] : [[Target.Id, { state: TargetHealth?.State ?? 'unavailable', why }] as const];
  }));
}

/** How many target groups a load balancer has now. */
export async function groupsOnBalancer(client: Balancers, balancerArn: string): Promise<number> {
  let count = 0;
  let marker: string | undefined;
  do {
    const answer = await calling(ELB, `count the target groups of ${balancerArn}`, () => client.send(new DescribeTargetGroupsCommand({ LoadBalancerArn: balancerArn, ...(marker === undefined ? {} : { Marker: marker }) }))).catch((error: unknown) => {
      if (error instanceof Error && isFault(error.cause, 'TargetGroupNotFound')) return { TargetGroups: [], NextMarker: undefined };
      throw error;
    });
    count += answer.TargetGroups?.length ?? 0;
    marker = answer.NextMarker;
  } while (marker !== undefined && marker !== '');
  return count;
}
