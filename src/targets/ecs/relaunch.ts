/** Replacing what has failed: ECS puts a new task in the place of one that is stopped, so counts never rise. */
import { StopTaskCommand } from '@aws-sdk/client-ecs';
import type { RelaunchRequest, RelaunchResult } from '../../contracts/target.ts';
import type { InstanceId, RevisionId } from '../../domain/ids.ts';
import type { RevisionSpec } from '../../domain/revision.ts';
import type { ObservedInstance } from '../../domain/state.ts';
import { lookingFor } from '../_aws/fault.ts';
import { type Change, guard } from '../_aws/guard.ts';
import { findGroup } from '../_aws/load-balancer/groups.ts';
import { ensureInRule } from '../_aws/load-balancer/rule.ts';
import { subnetsOf } from '../_aws/settings.ts';
import { ECS, type EcsClients, type EcsNeeds } from './clients.ts';
import { update } from './launch.ts';
import { observe } from './observe.ts';
import { findService } from './services.ts';
import { ecsSettings, type EcsSettings } from './settings.ts';

export async function relaunch(needs: EcsNeeds, request: RelaunchRequest): Promise<RelaunchResult> {
  const settings = ecsSettings(request.settings);
  const clients = needs.connect(request.access);
  const change = await guard(needs.fence, request);
  const { service, environment, access } = request;
  const [seen] = (await observe(needs, { verb: 'observe', refs: [{ service, environment, access, settings: request.settings }] })).services;
  const named = (seen?.instances ?? []).filter(({ instance, health }) => request.instances.includes(instance) && health !== 'draining');
  const stranded = named.filter(({ zone, health }) => request.zonesLost.includes(zone) && health !== 'stopped');
  const moved = await moveAway({ clients, change, settings, request }, new Set(stranded.map(({ revision }) => revision)));
  const waiting = stranded.filter(({ revision }) => !moved.has(revision)).map(({ instance }) => instance);
  const failed = named.filter((instance) => !stranded.includes(instance) && hasFailed(instance, request.specs[instance.revision], needs.clock.now()));
  await mendRule({ clients, change, settings, request }, new Set(failed.map(({ revision }) => revision)));
  for (const { instance } of failed) await stop(clients, change, settings.cluster, instance);
  return { verb: 'relaunch', started: [], quarantined: named.filter(({ quarantined }) => quarantined).map(({ instance }) => instance), waiting };
}

/** Without a specification nothing is to run. ECS replaces stopped tasks by itself, and unhealthy ones too, only later. */
function hasFailed({ health, startedAt }: ObservedInstance, spec: RevisionSpec | undefined, now: number): boolean {
  if (health === 'stopped') return false;
  return spec === undefined || health === 'unhealthy' || (health === 'starting' && now - startedAt > spec.health.startWithin * 1000);
}

interface Work {
  readonly clients: EcsClients;
  readonly change: Change;
  readonly settings: EcsSettings;
  readonly request: RelaunchRequest;
}

/** The services of these revisions leave the lost zones; answers those that had another one to go to. */
async function moveAway({ clients, change, settings, request }: Work, revisions: ReadonlySet<RevisionId>): Promise<Set<RevisionId>> {
  const moved = new Set<RevisionId>();
  for (const revision of revisions) {
    const zones = (request.specs[revision]?.zones ?? []).filter((zone) => !request.zonesLost.includes(zone));
    const service = zones.length === 0 ? undefined : await findService(clients.containers, settings.cluster, revision);
    if (service?.status !== 'ACTIVE') continue;
    await update(clients, change, { ...service, givenUp: false }, { subnets: subnetsOf(settings, zones), settings });
    moved.add(revision);
  }
  return moved;
}

/** A group that a foreign hand took out of the rule is never healthy again, however often its tasks are replaced. */
async function mendRule({ clients, change, settings, request }: Work, revisions: ReadonlySet<RevisionId>): Promise<void> {
  for (const revision of revisions) {
    const group = await findGroup(clients.balancers, { service: request.service, environment: request.environment, revision }, settings.listener);
    if (group !== undefined) await ensureInRule({ client: clients.balancers, change, place: { service: request.service, environment: request.environment, generation: request.generation, settings } }, group);
  }
}

const stop = (clients: EcsClients, change: Change, cluster: string, instance: InstanceId): Promise<unknown> =>
  change(ECS, `stop the task ${instance}`, () => lookingFor(ECS, `stop the task ${instance}`, ['InvalidParameter'], () => clients.containers.send(new StopTaskCommand({ cluster, task: instance, reason: 'Slipway replaces it: it has failed.' }))));
