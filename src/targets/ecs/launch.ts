/** Bringing a revision to so many tasks: ECS starts, spreads and replaces them. */
import { CreateServiceCommand, UpdateServiceCommand, type CreateServiceCommandInput, type UpdateServiceCommandInput } from '@aws-sdk/client-ecs';
import type { LaunchRequest, LaunchResult } from '../../contracts/target.ts';
import { Conflict, LimitExceeded, ProviderUnavailable } from '../../domain/errors.ts';
import { isFault } from '../_aws/fault.ts';
import { type Change, guard } from '../_aws/guard.ts';
import { ensureGroup } from '../_aws/load-balancer/groups.ts';
import { ensureInRule } from '../_aws/load-balancer/rule.ts';
import { clientToken, resourceName, tagsOf } from '../_aws/names.ts';
import { subnetsOf } from '../_aws/settings.ts';
import { ECS, ecsTags, type EcsClients, type EcsNeeds } from './clients.ts';
import { findService, type RevisionService } from './services.ts';
import { ecsSettings, type EcsSettings } from './settings.ts';
import { CONTAINER, ensureDefinition } from './task-definition.ts';

/** ECS names tasks when it starts them, after the answer: none is named here, observe names them. */
export async function launch(needs: EcsNeeds, request: LaunchRequest): Promise<LaunchResult> {
  const { spec, count } = request;
  const settings = ecsSettings(request.settings);
  const clients = needs.connect(request.access);
  const change = await guard(needs.fence, request);
  const zones = spec.zones.filter((zone) => !request.zonesLost.includes(zone));
  if (zones.length === 0 && count > 0) throw new LimitExceeded(`All zones of ${spec.service} are marked lost, so nothing was launched. Bring one back.`);
  const service = await findService(clients.containers, settings.cluster, spec.revision);
  if (service === undefined && count === 0) return { verb: 'launch', started: [], stopping: [] };
  if (service?.status === 'DRAINING') throw new ProviderUnavailable(`${spec.revision} is still on its way out of ${settings.cluster}, so it was not launched again. It is tried again.`, { service: service.name });
  const group = await ensureGroup(clients.balancers, change, { spec, generation: request.generation, settings, targets: 'ip' });
  await ensureInRule({ client: clients.balancers, change, place: { service: spec.service, environment: spec.environment, generation: request.generation, settings } }, group);
  const definition = await ensureDefinition(clients.containers, change, spec, ecsSettings(spec.settings), request.generation);
  const subnets = subnetsOf(settings, zones.length === 0 ? spec.zones : zones);
  if (service === undefined) await create(clients, change, request, { settings, group, definition, subnets });
  else await update(clients, change, service, { desiredCount: count, taskDefinition: definition, subnets, settings });
  return { verb: 'launch', started: [], stopping: [] };
}

interface Placement {
  readonly settings: EcsSettings;
  readonly group: string;
  readonly definition: string;
  readonly subnets: readonly string[];
}

const network = (settings: EcsSettings, subnets: readonly string[]): CreateServiceCommandInput['networkConfiguration'] => ({
  // Only Fargate may give tasks a public address.
  awsvpcConfiguration: { subnets: [...subnets], securityGroups: settings.securityGroups, ...(settings.launchType === 'FARGATE' ? { assignPublicIp: settings.assignPublicIp ? 'ENABLED' as const : 'DISABLED' as const } : {}) },
});

async function create({ containers }: EcsClients, change: Change, { spec, count, generation }: LaunchRequest, { settings, group, definition, subnets }: Placement): Promise<void> {
  const serviceName = resourceName(spec.revision);
  const command = new CreateServiceCommand({
    cluster: settings.cluster, serviceName, clientToken: clientToken(spec, generation), taskDefinition: definition, desiredCount: count, launchType: settings.launchType, schedulingStrategy: 'REPLICA',
    deploymentController: { type: 'ECS' },
    // No rollback: a revision has one definition, and going back is another revision's work.
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false }, minimumHealthyPercent: 100, maximumPercent: 200 },
    healthCheckGracePeriodSeconds: Math.ceil(spec.health.startWithin), loadBalancers: [{ targetGroupArn: group, containerName: CONTAINER, containerPort: settings.port }], networkConfiguration: network(settings, subnets),
    // Fargate spreads over the subnets' zones by itself. Healthy tasks are not stopped for symmetry.
    availabilityZoneRebalancing: 'DISABLED', ...(settings.launchType === 'EC2' ? { placementStrategy: [{ type: 'spread', field: 'attribute:ecs.availability-zone' }, { type: 'spread', field: 'instanceId' }] } : {}),
    enableECSManagedTags: true, propagateTags: 'SERVICE', tags: ecsTags(tagsOf(spec, generation)),
  });
  await change(ECS, `create the service ${serviceName}`, async () => {
    try {
      await containers.send(command);
    } catch (error) {
      // There already, made by a call whose answer was lost or at the same time; or the target group is not yet seen in its rule.
      if (isFault(error, 'InvalidParameter') && error instanceof Error && /not idempotent|already exists/i.test(error.message)) throw new Conflict(`The service ${serviceName} was made at the same time. It is tried again.`, { service: serviceName }, { cause: error });
      if (isFault(error, 'InvalidParameter') && error instanceof Error && /does not have an associated load balancer|still Draining/i.test(error.message)) throw new ProviderUnavailable(`ECS does not take ${serviceName} yet: ${error.message} It is tried again.`, { service: serviceName }, { cause: error });
      throw error;
    }
  });
}

export interface ServiceWish {
  readonly desiredCount?: number;
  readonly taskDefinition?: string;
  readonly subnets: readonly string[];
  readonly settings: EcsSettings;
}

const sameSet = (one: readonly string[], other: readonly string[]): boolean => one.length === other.length && one.every((item) => other.includes(item));

/** One call with what differs; none when nothing does. Another definition or other subnets make ECS replace the tasks, new ones first. */
export async function update({ containers }: EcsClients, change: Change, service: RevisionService, { desiredCount = service.desired, taskDefinition = service.taskDefinition, subnets, settings }: ServiceWish): Promise<void> {
  const moved = !sameSet(service.subnets, subnets);
  const wish: Omit<UpdateServiceCommandInput, 'service'> = {
    ...(desiredCount === service.desired ? {} : { desiredCount }),
    ...(taskDefinition === undefined || taskDefinition === service.taskDefinition ? {} : { taskDefinition }),
    ...(moved ? { networkConfiguration: network(settings, subnets) } : {}),
    // What ECS has given up on it tries again only when it is told to: somebody launches it anew.
    ...(service.givenUp ? { forceNewDeployment: true } : {}),
  };
  if (Object.keys(wish).length === 0) return;
  await change(ECS, `update the service ${service.name}`, () => containers.send(new UpdateServiceCommand({ cluster: service.cluster, service: service.name, ...wish })));
}
