/** The task definition of a revision: one family each, found again by what it says. */
import { DeregisterTaskDefinitionCommand, DescribeTaskDefinitionCommand, ListTaskDefinitionsCommand, RegisterTaskDefinitionCommand, type RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs';
import { canonicalJson } from '../../domain/canonical.ts';
import { InvalidInput, ProviderUnavailable } from '../../domain/errors.ts';
import type { Generation, RevisionId } from '../../domain/ids.ts';
import type { RevisionSpec } from '../../domain/revision.ts';
import { calling, lookingFor } from '../_aws/fault.ts';
import type { Change } from '../_aws/guard.ts';
import { hash, resourceName, tagsOf } from '../_aws/names.ts';
import { allPages } from '../_aws/pages.ts';
import { revisionVariables } from '../_aws/revision-variables.ts';
import { secretSource, valueFrom } from '../_aws/secrets.ts';
import { arnParts } from '../_aws/settings.ts';
import { ECS, ecsTags, type Containers } from './clients.ts';
import { exactSize, fargateSize } from './fargate-size.ts';
import type { EcsSettings } from './settings.ts';

export const CONTAINER = 'service';
/** Says what a definition holds, so that a call said twice registers nothing twice. */
const CONTENT_TAG = 'slipway:content';

/** @throws InvalidInput for resources that no size holds, or a secret that AWS cannot name */
export function definitionOf(spec: RevisionSpec, settings: EcsSettings): RegisterTaskDefinitionCommandInput {
  const fargate = settings.launchType === 'FARGATE';
  const size = fargate ? fargateSize(spec.resources) : exactSize(spec.resources);
  if (size === undefined) throw new InvalidInput(`No size of Fargate holds ${spec.resources.cpu} cores and ${spec.resources.memory} bytes. Ask for less, or set launchType to EC2.`);
  const place = arnParts(settings.listener);
  return {
    family: resourceName(spec.revision), networkMode: 'awsvpc', requiresCompatibilities: [settings.launchType], cpu: String(size.cpuUnits), memory: String(size.memoryMiB),
    executionRoleArn: settings.executionRole, ...(settings.taskRole === null ? {} : { taskRoleArn: settings.taskRole }),
    ...(fargate ? { runtimePlatform: { cpuArchitecture: settings.architecture, operatingSystemFamily: 'LINUX' } } : {}),
    containerDefinitions: [{
      name: CONTAINER, image: `${settings.image}@${spec.digest}`, essential: true, cpu: size.cpuUnits, memory: size.memoryMiB, stopTimeout: Math.ceil(spec.stopSeconds),
      ...(settings.command === 'image' ? {} : { entryPoint: spec.start.slice(0, 1), command: spec.start.slice(1) }),
      portMappings: [{ containerPort: settings.port, protocol: 'tcp' }],
      environment: Object.entries(revisionVariables(spec, settings.port)).map(([name, value]) => ({ name, value })),
      secrets: Object.entries(spec.secrets).map(([name, { from }]) => ({ name, valueFrom: valueFrom(secretSource(from, place)) })),
      ...(settings.logGroup === null ? {} : { logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': settings.logGroup, 'awslogs-region': place.region, 'awslogs-stream-prefix': spec.revision } } }),
    }],
  };
}

const contentOf = (definition: RegisterTaskDefinitionCommandInput): string => hash(canonicalJson(definition), 32);

/** The ARN of the revision's definition, registered if the family's newest says something else. */
export async function ensureDefinition(client: Containers, change: Change, spec: RevisionSpec, settings: EcsSettings, generation: Generation): Promise<string> {
  const definition = definitionOf(spec, settings);
  const content = contentOf(definition);
  const family = resourceName(spec.revision);
  const newest = await lookingFor(ECS, `read the task definition ${family}`, ['Client'], () => client.send(new DescribeTaskDefinitionCommand({ taskDefinition: family, include: ['TAGS'] })));
  const found = newest?.taskDefinition;
  if (found?.taskDefinitionArn !== undefined && found.status === 'ACTIVE' && newest?.tags?.some(({ key, value }) => key === CONTENT_TAG && value === content) === true) return found.taskDefinitionArn;
  const made = await change(ECS, `register the task definition ${family}`, () => client.send(new RegisterTaskDefinitionCommand({ ...definition, tags: ecsTags({ ...tagsOf(spec, generation), [CONTENT_TAG]: content }) })));
  const arn = made.taskDefinition?.taskDefinitionArn;
  if (arn === undefined) throw new ProviderUnavailable(`ECS registered ${family} and did not name it. Try again.`, { family });
  return arn;
}

/** Takes all definitions of the revision out of use; tasks that run with one keep running. */
export async function deregisterDefinitions(client: Containers, change: Change, revision: RevisionId): Promise<void> {
  const family = resourceName(revision);
  const arns = await allPages(async (nextToken) => {
    const answer = await calling(ECS, `list the task definitions of ${family}`, () => client.send(new ListTaskDefinitionsCommand({ familyPrefix: family, status: 'ACTIVE', ...(nextToken === undefined ? {} : { nextToken }) })));
    return { items: answer.taskDefinitionArns ?? [], next: answer.nextToken };
  });
  for (const arn of arns.filter((one) => familyOf(one) === family)) await change(ECS, `deregister ${arn}`, () => client.send(new DeregisterTaskDefinitionCommand({ taskDefinition: arn })));
}

/** `arn:...:task-definition/<family>:<number>`. */
export const familyOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1).split(':')[0] ?? '';
