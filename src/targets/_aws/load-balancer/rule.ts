/** The one rule of a service on its listener: which target groups it forwards to, with which weights. */
import { CreateRuleCommand, DeleteRuleCommand, DescribeRulesCommand, ModifyRuleCommand, type Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ServiceRef } from '../../../contracts/target.ts';
import { InvalidInput, LimitExceeded, ProviderUnavailable } from '../../../domain/errors.ts';
import type { Generation, RevisionId } from '../../../domain/ids.ts';
import { calling, isFault, lookingFor } from '../fault.ts';
import type { Change } from '../guard.ts';
import { belongsTo, ownerOf, tagsOf, type Tags } from '../names.ts';
import { allPages } from '../pages.ts';
import type { BalancerSettings } from '../settings.ts';
import { type Balancers, ELB, tagsByArn } from './groups.ts';

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
export const GROUPS_PER_RULE = 5;

export interface WeightedGroup {
  readonly arn: string;
  /** 0 to 999, as AWS has it. */
  readonly weight: number;
  /** Undefined for a group of somebody else, which stays in the rule as it is. */
  readonly revision: RevisionId | undefined;
}

export interface ServiceRule {
  readonly arn: string;
  readonly groups: readonly WeightedGroup[];
}

export type RulePlace = ServiceRef & { readonly settings: Pick<BalancerSettings, 'listener' | 'rule'> };

/** What the changing verbs need to write a rule. */
export interface RuleWriter {
  readonly client: Balancers;
  readonly change: Change;
  readonly place: RulePlace & { readonly generation: Generation };
}

export const rulesOf = (client: Balancers, listener: string): Promise<Rule[]> => allPages(async (marker) => {
  const answer = await calling(ELB, `read the rules of ${listener}`, () => client.send(new DescribeRulesCommand({ ListenerArn: listener, ...(marker === undefined ? {} : { Marker: marker }) })));
  return { items: answer.Rules ?? [], next: answer.NextMarker };
});

const atPriority = (rules: readonly Rule[], priority: number): Rule | undefined => rules.find((rule) => rule.Priority === String(priority));

export function forwardsOf(rule: Rule): { readonly arn: string; readonly weight: number }[] {
  const action = rule.Actions?.find(({ Type }) => Type === 'forward');
  const listed = (action?.ForwardConfig?.TargetGroups ?? []).flatMap(({ TargetGroupArn, Weight }) => (TargetGroupArn === undefined ? [] : [{ arn: TargetGroupArn, weight: Weight ?? 1 }]));
  return listed.length > 0 || action?.TargetGroupArn === undefined ? listed : [{ arn: action.TargetGroupArn, weight: 1 }];
}

const groupsOf = (rule: Rule, tags: ReadonlyMap<string, Tags>, ref: ServiceRef): WeightedGroup[] => forwardsOf(rule).map(({ arn, weight }) => {
  const mine = tags.get(arn) ?? {};
  return { arn, weight, revision: belongsTo(mine, ref) ? ownerOf(mine)?.revision : undefined };
});

/** The rules of many places: one list for each listener, tags twenty at a time. Undefined where a place has no rule of its own yet. */
export async function readRules(client: Balancers, places: readonly RulePlace[]): Promise<Map<RulePlace, ServiceRule | undefined>> {
  const byListener = new Map<string, Rule[]>();
  for (const listener of new Set(places.map(({ settings }) => settings.listener))) byListener.set(listener, await rulesOf(client, listener));
  const ruleOf = (place: RulePlace) => atPriority(byListener.get(place.settings.listener) ?? [], place.settings.rule.priority);
  const tags = await tagsByArn(client, places.flatMap((place) => {
    const rule = ruleOf(place);
    return rule?.RuleArn === undefined ? [] : [rule.RuleArn, ...forwardsOf(rule).map(({ arn }) => arn)];
  }));
  return new Map(places.map((place) => {
    const rule = ruleOf(place);
    const arn = rule?.RuleArn;
    if (rule === undefined || arn === undefined || !belongsTo(tags.get(arn) ?? {}, place)) return [place, undefined];
    return [place, { arn, groups: groupsOf(rule, tags, place) }];
  }));
}

/** @throws InvalidInput when the priority belongs to another rule */
export async function readRule(client: Balancers, place: RulePlace): Promise<ServiceRule | undefined> {
  const rule = atPriority(await rulesOf(client, place.settings.listener), place.settings.rule.priority);
  if (rule?.RuleArn === undefined) return undefined;
  const tags = await tagsByArn(client, [rule.RuleArn, ...forwardsOf(rule).map(({ arn }) => arn)]);
  if (!belongsTo(tags.get(rule.RuleArn) ?? {}, place)) throw taken(place);
  return { arn: rule.RuleArn, groups: groupsOf(rule, tags, place) };
}

const taken = ({ service, environment, settings }: RulePlace) =>
  new InvalidInput(`The rule with priority ${settings.rule.priority} of ${settings.listener} is not that of ${service} in ${environment}, so it was left alone. Choose another priority in the setting rule.`, { priority: settings.rule.priority });

const actionsOf = (groups: readonly { readonly arn: string; readonly weight: number }[]) =>
  [{ Type: 'forward' as const, ForwardConfig: { TargetGroups: groups.map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: weight })), TargetGroupStickinessConfig: { Enabled: false } } }];

const conditionsOf = ({ hosts, paths }: BalancerSettings['rule']) => [
  ...(hosts.length > 0 ? [{ Field: 'host-header', HostHeaderConfig: { Values: hosts } }] : []),
  ...(paths.length > 0 ? [{ Field: 'path-pattern', PathPatternConfig: { Values: paths } }] : []),
];

/** How often a group is put in again that somebody who wrote at the same time left out. */
const ATTEMPTS = 4;

/**
 * The rule names the group, at weight 0 if it is new: a group is health-checked only once a rule names it. Rules have no conditional
 * write, so what was written is read back, and written again when somebody else wrote in between.
 * @throws LimitExceeded when the rule is full
 */
export async function ensureInRule(writer: RuleWriter, group: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const rule = await readRule(writer.client, writer.place);
    if (rule?.groups.some(({ arn }) => arn === group) === true) return;
    if (rule === undefined) await createRule(writer, group);
    else await writeGroups(writer, rule, [...rule.groups, { arn: group, weight: 0 }]);
  }
  if ((await readRule(writer.client, writer.place))?.groups.some(({ arn }) => arn === group) === true) return;
  throw new ProviderUnavailable(`The rule of ${writer.place.service} does not show the target group ${group} after ${ATTEMPTS} writes. Try again.`, { group });
}

async function createRule({ client, change, place }: RuleWriter, group: string): Promise<void> {
  const { listener, rule } = place.settings;
  const Tags = Object.entries(tagsOf({ service: place.service, environment: place.environment }, place.generation)).map(([Key, Value]) => ({ Key, Value }));
  await change(ELB, `create the rule ${rule.priority} of ${listener}`, async () => {
    try {
      await client.send(new CreateRuleCommand({ ListenerArn: listener, Priority: rule.priority, Conditions: conditionsOf(rule), Actions: actionsOf([{ arn: group, weight: 0 }]), Tags }));
    } catch (error) {
      // Made by a call whose answer was lost, or at the same time: the next look finds it.
      if (!isFault(error, 'PriorityInUse')) throw error;
    }
  });
}

/** Replaces the groups of the rule in one call. */
export async function writeGroups({ client, change, place }: RuleWriter, rule: ServiceRule, groups: readonly { readonly arn: string; readonly weight: number }[]): Promise<void> {
  if (groups.length > GROUPS_PER_RULE) {
    throw new LimitExceeded(`A rule forwards to at most ${GROUPS_PER_RULE} target groups, and that of ${place.service} would have ${groups.length}. Wait until retired revisions are gone, or retire one.`, { rule: rule.arn, groups: groups.length });
  }
  await change(ELB, `change the rule ${rule.arn}`, () => client.send(new ModifyRuleCommand({ RuleArn: rule.arn, Actions: actionsOf(groups) })));
}

/** Takes a group out of the rule, and the rule away with the last one. */
export async function removeFromRule(writer: RuleWriter, group: string): Promise<void> {
  const rule = await readRule(writer.client, writer.place);
  if (rule === undefined || !rule.groups.some(({ arn }) => arn === group)) return;
  const left = rule.groups.filter(({ arn }) => arn !== group);
  if (left.length > 0) return await writeGroups(writer, rule, left);
  await writer.change(ELB, `delete the rule ${rule.arn}`, () => lookingFor(ELB, `delete the rule ${rule.arn}`, ['RuleNotFound'], () => writer.client.send(new DeleteRuleCommand({ RuleArn: rule.arn }))));
}
