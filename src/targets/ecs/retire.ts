/** Taking a revision away: its tasks drain first, what they used goes with the next call. */
import { DeleteServiceCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import type { RetireRequest, RetireResult } from '../../contracts/target.ts';
import { InstanceId } from '../../domain/ids.ts';
import { lookingFor } from '../_aws/fault.ts';
import { guard } from '../_aws/guard.ts';
import { removeRevision, refuseWeighted } from '../_aws/load-balancer/remove.ts';
import { ECS, type EcsNeeds } from './clients.ts';
import { findService } from './services.ts';
import { ecsSettings } from './settings.ts';
import { deregisterDefinitions } from './task-definition.ts';
import { hasStopped, taskId, tasksOf } from './tasks.ts';

/**
 * Desired count 0, then the deletion: ECS takes each task out of its target group, waits the deregistration delay, and stops it. While
 * that goes on nothing else is touched. Once the service has gone the target group leaves the rule and is deleted, with the definitions.
 * @throws InvalidInput while there is a weight
 */
export async function retire(needs: EcsNeeds, request: RetireRequest): Promise<RetireResult> {
  const { revision, service, environment, generation } = request;
  const settings = ecsSettings(request.settings);
  const { containers, balancers } = needs.connect(request.access);
  const change = await guard(needs.fence, request);
  const place = { service, environment, generation, settings };
  await refuseWeighted(balancers, place, revision);
  const found = await findService(containers, settings.cluster, revision);
  let stopping: InstanceId[] = [];
  if (found?.status === 'ACTIVE') {
    const tasks = (await tasksOf(containers, settings.cluster, [found], () => false)).get(found.name) ?? [];
    stopping = tasks.filter((task) => !hasStopped(task)).map((task) => InstanceId.parse(taskId(task)));
    if (found.desired > 0) await change(ECS, `scale ${found.name} to 0`, () => containers.send(new UpdateServiceCommand({ cluster: settings.cluster, service: found.name, desiredCount: 0 })));
    await change(ECS, `delete the service ${found.name}`, () => lookingFor(ECS, `delete the service ${found.name}`, ['ServiceNotFound', 'ServiceNotActive'], () => containers.send(new DeleteServiceCommand({ cluster: settings.cluster, service: found.name }))));
  }
  if (await findService(containers, settings.cluster, revision) !== undefined) return { verb: 'retire', stopping };
  await removeRevision({ client: balancers, change, place }, revision);
  await deregisterDefinitions(containers, change, revision);
  return { verb: 'retire', stopping };
}
