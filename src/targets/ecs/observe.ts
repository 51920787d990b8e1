/** What runs, and what is routed, as ECS and the load balancer say now. */
import type { Task } from '@aws-sdk/client-ecs';
import type { ObserveRequest, ObserveResult, Place } from '../../contracts/target.ts';
import type { RevisionId } from '../../domain/ids.ts';
import type { Observed, ObservedInstance } from '../../domain/state.ts';
import { endpointsOf, healthByGroup } from '../_aws/load-balancer/batched.ts';
import type { TargetHealth } from '../_aws/load-balancer/groups.ts';
import { readRules, type ServiceRule } from '../_aws/load-balancer/rule.ts';
import { percentsOf } from '../_aws/load-balancer/weights.ts';
import { placeKey } from '../_aws/names.ts';
import type { EcsClients, EcsNeeds } from './clients.ts';
import { type RevisionService, servicesOf } from './services.ts';
import { ecsSettings, type EcsSettings } from './settings.ts';
import { hasStopped, instanceOf, tasksOf, type TasksByService } from './tasks.ts';

interface Asked {
  readonly place: Place;
  readonly service: Place['service'];
  readonly environment: Place['environment'];
  readonly settings: EcsSettings;
}

/** Answers in the order asked. Places of one account and region are asked for together. */
export async function observe(needs: EcsNeeds, request: ObserveRequest): Promise<ObserveResult> {
  const asked = request.refs.map((place): Asked => ({ place, service: place.service, environment: place.environment, settings: ecsSettings(place.settings) }));
  const byAccess = Map.groupBy(asked, ({ place }) => JSON.stringify(place.access));
  const seen = new Map<Asked, Observed>();
  for (const together of byAccess.values()) for (const [one, observed] of await observeAll(needs, needs.connect(together[0]?.place.access ?? null), together)) seen.set(one, observed);
  return { verb: 'observe', services: asked.map((one) => seen.get(one) as Observed) };
}

async function observeAll(needs: EcsNeeds, clients: EcsClients, asked: readonly Asked[]): Promise<Map<Asked, Observed>> {
  const rules = await readRules(clients.balancers, asked) as Map<Asked, ServiceRule | undefined>;
  const revisions = (one: Asked): RevisionId[] => (rules.get(one)?.groups ?? []).flatMap(({ revision }) => revision ?? []);
  const services: RevisionService[] = [];
  const tasks = new Map<string, readonly Task[]>();
  for (const [cluster, here] of Map.groupBy(asked, ({ settings }) => settings.cluster)) {
    const found = await servicesOf(clients.containers, cluster, here, here.flatMap(revisions));
    services.push(...found);
    for (const [name, of] of await tasksOf(clients.containers, cluster, found, (service, running) => service.status === 'DRAINING' || running !== service.desired)) tasks.set(`${cluster} ${name}`, of);
  }
  const health = await healthByGroup(clients.balancers, [...rules.values()]);
  const endpoints = await endpointsOf(clients.balancers, asked.filter((one) => Object.keys(percentsOf(rules.get(one))).length > 0).map(({ settings }) => settings));
  const now = needs.clock.now();
  return new Map(asked.map((one) => {
    const mine = services.filter((service) => service.place === placeKey(one) && service.cluster === one.settings.cluster);
    const taken = new Map(mine.map(({ name }) => [name, tasks.get(`${one.settings.cluster} ${name}`) ?? []]));
    return [one, observed(one, rules.get(one), mine, taken, health, endpoints, now)];
  }));
}

function observed(one: Asked, rule: ServiceRule | undefined, services: readonly RevisionService[], tasks: TasksByService, health: ReadonlyMap<string, ReadonlyMap<string, TargetHealth>>, endpoints: ReadonlyMap<string, string>, now: number): Observed {
  const weights = percentsOf(rule);
  const instances = services.flatMap((service) => {
    const group = rule?.groups.find(({ revision }) => revision === service.revision)?.arn;
    return instancesOf(tasks.get(service.name) ?? [], service, (task) => instanceOf(task, { service, settings: one.settings, health: health.get(group ?? '') ?? new Map(), now }));
  });
  // What a revision still owns that has neither tasks nor a service that is at work: retire said again removes it.
  const kept = new Set(services.filter(({ status, desired }) => status === 'DRAINING' || desired > 0).map(({ revision }) => revision));
  const known = new Set([...services.map(({ revision }) => revision), ...(rule?.groups ?? []).flatMap(({ revision }) => revision ?? [])]);
  const leftovers = [...known].filter((revision) => !kept.has(revision) && !instances.some((instance) => instance.revision === revision));
  const routed = Object.keys(weights).length > 0;
  return {
    service: one.service, environment: one.environment, weights, instances, endpoint: routed ? one.settings.endpoint ?? endpoints.get(one.settings.listener) ?? null : null,
    ...(leftovers.length === 0 ? {} : { leftovers }),
  };
}

/** All that run, and of those that have stopped the latest, as many as are missing: they say why. */
function instancesOf(tasks: readonly Task[], service: RevisionService, view: (task: Task) => ObservedInstance): ObservedInstance[] {
  const running = tasks.filter((task) => !hasStopped(task)).map(view);
  const missing = service.status === 'ACTIVE' ? service.desired - running.filter(({ health }) => health !== 'draining').length : 0;
  if (missing <= 0) return running;
  const stopped = tasks.filter(hasStopped).sort((one, other) => (other.stoppedAt?.getTime() ?? 0) - (one.stoppedAt?.getTime() ?? 0));
  return [...running, ...stopped.slice(0, missing).map(view)];
}
