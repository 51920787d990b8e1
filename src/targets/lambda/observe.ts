/** What Lambda says now about the services asked for: a revision is one instance, its aliases give the weights. */
import type { ObserveRequest, ObserveResult, Place } from '../../contracts/target.ts';
import type { Observed } from '../../domain/state.ts';
import { instancesOf } from './health.ts';
import { weightsInForce } from './in-force.ts';
import { aliasNamed, lookAt, type Lambda, type SeenService } from './look.ts';
import type { LambdaNeeds } from './needs.ts';
import { servicePlan, type ServicePlan } from './settings.ts';
import { routeOf } from './traffic.ts';

/** Lambda's control plane takes 15 calls a second; more at once only meet its throttle. */
const AT_ONCE = 4;

/** @throws ProviderUnavailable, Forbidden; InvalidInput for settings that do not fit */
export async function observe(needs: Pick<LambdaNeeds, 'lambda'>, { refs }: ObserveRequest): Promise<ObserveResult> {
  const services: Observed[] = [];
  for (let start = 0; start < refs.length; start += AT_ONCE) services.push(...(await Promise.all(refs.slice(start, start + AT_ONCE).map((place) => observeOne(needs.lambda(place.access), place)))));
  return { verb: 'observe', services };
}

export async function observeOne(lambda: Lambda, place: Place): Promise<Observed> {
  const service = servicePlan(place);
  const seen = await lookAt(lambda, place, service.functions.map(({ key }) => key));
  const weights = await weightsOf(lambda, seen, service);
  return { service: place.service, environment: place.environment, weights, instances: await instancesOf(lambda, seen, service, weights), endpoint: endpointOf(seen, service) };
}

export const weightsOf = async (lambda: Lambda, seen: SeenService, service: ServicePlan) => weightsInForce(await Promise.all(seen.functions.map((one) => routeOf(lambda, one, service.alias))));

/** What the settings name; else where the alias of the first function is invoked, which takes a signed request. */
export function endpointOf(seen: SeenService, service: ServicePlan): string | null {
  const first = seen.functions.find((one) => aliasNamed(one, service.alias) !== undefined);
  if (first === undefined) return null;
  if (service.endpoint !== null) return service.endpoint;
  const [, partition, , region] = first.latest.FunctionArn?.split(':') ?? [];
  return `https://lambda.${region ?? ''}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}/2015-03-31/functions/${first.name}:${service.alias}/invocations`;
}
