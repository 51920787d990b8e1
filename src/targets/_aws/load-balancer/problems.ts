/** What an Application Load Balancer cannot do of a plan, said before anything runs. */
import type { PlanQuestion } from '../../../contracts/target.ts';
import type { RevisionSpec } from '../../../domain/revision.ts';
import { balancerOf, belongsTo } from '../names.ts';
import { arnParts, type BalancerSettings } from '../settings.ts';
import { type Balancers, findGroup, groupsOnBalancer, tagsByArn } from './groups.ts';
import { forwardsOf, GROUPS_PER_RULE, rulesOf } from './rule.ts';
import { stickinessProblem } from './route.ts';

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html; neither can be raised. */
export const GROUPS_PER_BALANCER = 100;

/** Limits of https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html */
function healthProblems({ health, drainSeconds }: RevisionSpec): string[] {
  const [interval, timeout] = [Math.ceil(health.interval), Math.ceil(health.timeout)];
  return [
    ...(interval < 5 || interval > 300 ? [`health.interval is ${health.interval} s, and a load balancer checks every 5 to 300 s. Set it to 5s or more in slipway.yaml.`] : []),
    ...(timeout < 2 || timeout > 120 ? [`health.timeout is ${health.timeout} s, and a load balancer waits 2 to 120 s. Correct it in slipway.yaml.`] : []),
    ...(timeout >= interval ? [`health.timeout (${health.timeout} s) must be shorter than health.interval (${health.interval} s) behind a load balancer. Correct them in slipway.yaml.`] : []),
    ...(health.failures < 2 || health.failures > 10 ? [`health.failures is ${health.failures}, and a load balancer counts 2 to 10. Correct it in slipway.yaml.`] : []),
    ...(drainSeconds > 3600 ? [`rollout.drain is ${drainSeconds} s, and a load balancer drains at most 3600 s. Shorten it in slipway.yaml.`] : []),
  ];
}

function accountProblems({ place }: PlanQuestion, settings: BalancerSettings): string[] {
  const { account, region } = arnParts(settings.listener);
  const { access } = place;
  return [
    ...(access !== null && access.account !== null && access.account !== account ? [`The listener is in the account ${account}, and the environment "${place.environment}" in ${access.account}. Correct the setting listener, or aws.account in environments.yaml.`] : []),
    ...(access !== null && access.region !== null && access.region !== region ? [`The listener is in ${region}, and the environment "${place.environment}" in ${access.region}. Correct the setting listener, or aws.region in environments.yaml.`] : []),
  ];
}

function zoneProblems({ candidate }: PlanQuestion, { subnets }: BalancerSettings): string[] {
  return candidate.zones.filter((zone) => subnets[zone] === undefined).map((zone) => `The environment has the zone "${zone}", and the setting subnets names none for it. Add subnets.${zone}, or take the zone out of environments.yaml.`);
}

/** What can be told from the plan alone. */
export function plannedProblems(plan: PlanQuestion, settings: BalancerSettings): string[] {
  const sticky = stickinessProblem(plan.candidate.stickiness);
  return [...accountProblems(plan, settings), ...zoneProblems(plan, settings), ...healthProblems(plan.candidate), ...(sticky === undefined ? [] : [sticky])];
}

/** What the load balancer says now: whose the rule is, and whether one more target group has room. */
export async function balancerProblems(client: Balancers, { place, candidate }: PlanQuestion, { listener, rule }: BalancerSettings): Promise<string[]> {
  const there = (await rulesOf(client, listener)).find(({ Priority }) => Priority === String(rule.priority));
  const problems: string[] = [];
  const owned = there?.RuleArn === undefined || belongsTo((await tagsByArn(client, [there.RuleArn])).get(there.RuleArn) ?? {}, place);
  if (!owned) problems.push(`The rule with priority ${rule.priority} of ${listener} is not that of ${place.service} in ${place.environment}. Choose another priority in the setting rule.`);
  if (await findGroup(client, candidate, listener) !== undefined) return problems;
  const inRule = there === undefined || !owned ? 0 : forwardsOf(there).length;
  if (inRule >= GROUPS_PER_RULE) problems.push(`The rule of ${place.service} has ${inRule} target groups, and a rule takes ${GROUPS_PER_RULE}. Wait until retired revisions are gone, then plan again.`);
  const inAll = await groupsOnBalancer(client, balancerOf(listener));
  if (inAll >= GROUPS_PER_BALANCER) problems.push(`The load balancer of ${listener} has ${inAll} target groups, and takes ${GROUPS_PER_BALANCER}: there is no room for ${candidate.revision}. Add an ALB, and name one of its listeners in the setting listener of this environment or of some services.`);
  return problems;
}
