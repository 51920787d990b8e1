/** Reads of the load balancer for many services at once. */
import { mapLimited } from '../pages.ts';
import type { BalancerSettings } from '../settings.ts';
import { endpointOf } from './endpoint.ts';
import { type Balancers, healthOfGroup, type TargetHealth } from './groups.ts';
import type { ServiceRule } from './rule.ts';

/** One call for each target group: so many at the same time, as Elastic Load Balancing limits its callers. */
const AT_ONCE = 5;

/** The health of every target of these rules' own groups, by the group's ARN. */
export async function healthByGroup(client: Balancers, rules: readonly (ServiceRule | undefined)[]): Promise<Map<string, ReadonlyMap<string, TargetHealth>>> {
  const groups = rules.flatMap((rule) => rule?.groups ?? []).filter(({ revision }) => revision !== undefined);
  return new Map(await mapLimited(groups, AT_ONCE, async ({ arn }) => [arn, await healthOfGroup(client, arn)] as const));
}

/** Where users reach services, by the listener's ARN; not for those whose settings say it. */
export async function endpointsOf(client: Balancers, routed: readonly Pick<BalancerSettings, 'listener' | 'endpoint'>[]): Promise<Map<string, string>> {
  const listeners = new Set(routed.filter(({ endpoint }) => endpoint === null).map(({ listener }) => listener));
  return new Map(await mapLimited([...listeners], AT_ONCE, async (listener) => [listener, await endpointOf(client, listener)] as const));
}
