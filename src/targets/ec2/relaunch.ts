/** Replacing what has failed: Auto Scaling puts a new instance in the place of one that is marked unhealthy, so counts never rise. */
import type { RelaunchRequest, RelaunchResult } from '../../contracts/target.ts';
import type { RevisionId } from '../../domain/ids.ts';
import type { RevisionSpec } from '../../domain/revision.ts';
import type { ObservedInstance } from '../../domain/state.ts';
import { type Change, guard } from '../_aws/guard.ts';
import { findGroup } from '../_aws/load-balancer/groups.ts';
import { ensureInRule } from '../_aws/load-balancer/rule.ts';
import { subnetsOf } from '../_aws/settings.ts';
import type { Ec2Clients, Ec2Needs } from './clients.ts';
import { replace, update } from './change-group.ts';
import { observe } from './observe.ts';
import { findScalingGroup } from './scaling-groups.ts';
import { ec2Settings, type Ec2Settings } from './settings.ts';

export async function relaunch(needs: Ec2Needs, request: RelaunchRequest): Promise<RelaunchResult> {
  const settings = ec2Settings(request.settings);
  const clients = needs.connect(request.access);
  const change = await guard(needs.fence, request);
  const { service, environment, access } = request;
  const [seen] = (await observe(needs, { verb: 'observe', refs: [{ service, environment, access, settings: request.settings }] })).services;
  const named = (seen?.instances ?? []).filter(({ instance, health }) => request.instances.includes(instance) && health !== 'draining' && health !== 'stopped');
  const stranded = named.filter(({ zone }) => request.zonesLost.includes(zone));
  const moved = await moveAway({ clients, change, settings, request }, new Set(stranded.map(({ revision }) => revision)));
  const waiting = stranded.filter(({ revision }) => !moved.has(revision)).map(({ instance }) => instance);
  const failed = named.filter((instance) => !stranded.includes(instance) && hasFailed(instance, request.specs[instance.revision], needs.clock.now()));
  await mendRule({ clients, change, settings, request }, new Set(failed.map(({ revision }) => revision)));
  for (const { instance } of [...stranded.filter(({ revision }) => moved.has(revision)), ...failed]) await replace(clients, change, instance);
  return { verb: 'relaunch', started: [], quarantined: [], waiting };
}

/** Without a specification nothing is to run. Auto Scaling replaces what has ended, and what is unhealthy too, only later. */
const hasFailed = ({ health, startedAt }: ObservedInstance, spec: RevisionSpec | undefined, now: number): boolean =>
  spec === undefined || health === 'unhealthy' || (health === 'starting' && now - startedAt > spec.health.startWithin * 1000);

interface Work {
  readonly clients: Ec2Clients;
  readonly change: Change;
  readonly settings: Ec2Settings;
  readonly request: RelaunchRequest;
}

/** The groups of these revisions leave the lost zones; answers those that had another one to go to. */
async function moveAway({ clients, change, settings, request }: Work, revisions: ReadonlySet<RevisionId>): Promise<Set<RevisionId>> {
  const moved = new Set<RevisionId>();
  for (const revision of revisions) {
    const zones = (request.specs[revision]?.zones ?? []).filter((zone) => !request.zonesLost.includes(zone));
    const group = zones.length === 0 ? undefined : await findScalingGroup(clients.scaling, revision);
    if (group === undefined || group.deleting) continue;
    await update(clients, change, group, { subnets: subnetsOf(settings, zones) });
    moved.add(revision);
  }
  return moved;
}

/** A group that a foreign hand took out of the rule is never healthy again, however often its instances are replaced. */
async function mendRule({ clients, change, settings, request }: Work, revisions: ReadonlySet<RevisionId>): Promise<void> {
  const { service, environment, generation } = request;
  for (const revision of revisions) {
    const group = await findGroup(clients.balancers, { service, environment, revision }, settings.listener);
    if (group !== undefined) await ensureInRule({ client: clients.balancers, change, place: { service, environment, generation, settings } }, group);
  }
}
