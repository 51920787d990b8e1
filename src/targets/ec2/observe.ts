/** What runs, and what is routed, as Auto Scaling, EC2 and the load balancer say now. */
import type { Instance } from '@aws-sdk/client-ec2';
import type { ObserveRequest, ObserveResult, Place } from '../../contracts/target.ts';
import type { Observed, ObservedInstance } from '../../domain/state.ts';
import { endpointsOf, healthByGroup } from '../_aws/load-balancer/batched.ts';
import type { TargetHealth } from '../_aws/load-balancer/groups.ts';
import { readRules, type ServiceRule } from '../_aws/load-balancer/rule.ts';
import { percentsOf } from '../_aws/load-balancer/weights.ts';
import { placeKey } from '../_aws/names.ts';
import { mapLimited } from '../_aws/pages.ts';
import type { Ec2Clients, Ec2Needs } from './clients.ts';
import { failedStart, instanceOf, instancesById } from './instances.ts';
import { type FailedActivity, lastFailure, type RevisionGroup, scalingGroupsOf } from './scaling-groups.ts';
import { ec2Settings, type Ec2Settings } from './settings.ts';

const FAILURES_AT_ONCE = 5;

interface Asked {
  readonly place: Place;
  readonly service: Place['service'];
  readonly environment: Place['environment'];
  readonly settings: Ec2Settings;
}

/** Answers in the order asked. Places of one account and region are asked for together. */
export async function observe(needs: Ec2Needs, request: ObserveRequest): Promise<ObserveResult> {
  const asked = request.refs.map((place): Asked => ({ place, service: place.service, environment: place.environment, settings: ec2Settings(place.settings) }));
  const seen = new Map<Asked, Observed>();
  for (const together of Map.groupBy(asked, ({ place }) => JSON.stringify(place.access)).values()) {
    for (const [one, observed] of await observeAll(needs, needs.connect(together[0]?.place.access ?? null), together)) seen.set(one, observed);
  }
  return { verb: 'observe', services: asked.map((one) => seen.get(one) as Observed) };
}

interface Seen {
  readonly machines: ReadonlyMap<string, Instance>;
  readonly health: ReadonlyMap<string, ReadonlyMap<string, TargetHealth>>;
  readonly failures: ReadonlyMap<string, FailedActivity | undefined>;
  readonly endpoints: ReadonlyMap<string, string>;
  readonly now: number;
}

async function observeAll(needs: Ec2Needs, clients: Ec2Clients, asked: readonly Asked[]): Promise<Map<Asked, Observed>> {
  const rules = await readRules(clients.balancers, asked) as Map<Asked, ServiceRule | undefined>;
  const groups = await scalingGroupsOf(clients.scaling, asked);
  const machines = await instancesById(clients.machines, groups.flatMap(({ instances }) => instances.flatMap(({ InstanceId }) => InstanceId ?? [])));
  const health = await healthByGroup(clients.balancers, [...rules.values()]);
  const short = groups.filter(({ desired, instances }) => instances.length < desired);
  const failures = new Map(await mapLimited(short, FAILURES_AT_ONCE, async ({ name }) => [name, await lastFailure(clients.scaling, name)] as const));
  const endpoints = await endpointsOf(clients.balancers, asked.filter((one) => Object.keys(percentsOf(rules.get(one))).length > 0).map(({ settings }) => settings));
  const seen: Seen = { machines, health, failures, endpoints, now: needs.clock.now() };
  return new Map(asked.map((one) => [one, observed(one, rules.get(one), groups.filter(({ place }) => place === placeKey(one)), seen)]));
}

function observed({ service, environment, settings }: Asked, rule: ServiceRule | undefined, groups: readonly RevisionGroup[], { machines, health, failures, endpoints, now }: Seen): Observed {
  const weights = percentsOf(rule);
  const instances = groups.flatMap((group): ObservedInstance[] => {
    const target = rule?.groups.find(({ revision }) => revision === group.revision)?.arn;
    const failure = failures.get(group.name);
    const running = group.instances.map((member) => instanceOf(member, { group, settings, health: health.get(target ?? '') ?? new Map(), machine: machines.get(member.InstanceId ?? ''), now }));
    return failure === undefined ? running : [...running, failedStart(failure, group, Object.keys(settings.subnets)[0] ?? 'unknown')];
  });
  // What a revision still owns without an instance, wanted or left: retire said again removes it.
  const kept = new Set(groups.filter(({ desired, instances: members }) => desired > 0 || members.length > 0).map(({ revision }) => revision));
  const known = new Set([...groups.map(({ revision }) => revision), ...(rule?.groups ?? []).flatMap(({ revision }) => revision ?? [])]);
  const leftovers = [...known].filter((revision) => !kept.has(revision));
  const endpoint = Object.keys(weights).length === 0 ? null : settings.endpoint ?? endpoints.get(settings.listener) ?? null;
  return { service, environment, weights, instances, endpoint, ...(leftovers.length === 0 ? {} : { leftovers }) };
}
