/** ECS services: one per revision, found by their names and told apart by their tags. */
import { DescribeServicesCommand, ListServicesCommand, type Service } from '@aws-sdk/client-ecs';
import type { ServiceRef } from '../../contracts/target.ts';
import type { RevisionId } from '../../domain/ids.ts';
import { calling } from '../_aws/fault.ts';
import { mayBelongTo, ownerOf, placeKey, resourceName } from '../_aws/names.ts';
import { allPages, chunksOf } from '../_aws/pages.ts';
import { type Containers, ECS, tagsFrom } from './clients.ts';

/** So many services one DescribeServices takes; https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html */
const DESCRIBE_AT_ONCE = 10;
const LIST_PAGE = 100;

export interface RevisionService {
  readonly name: string;
  readonly cluster: string;
  readonly place: string;
  readonly revision: RevisionId;
  /** DRAINING: deleted, and its last tasks are on their way out. */
  readonly status: 'ACTIVE' | 'DRAINING';
  readonly desired: number;
  readonly taskDefinition: string | undefined;
  readonly subnets: readonly string[];
  /** Milliseconds after a task's start in which its health check does not count. */
  readonly graceMs: number;
  /** The circuit breaker has ended the deployment: ECS starts no more tasks by itself. */
  readonly givenUp: boolean;
  readonly why: string | null;
}

const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

function revisionService(cluster: string, service: Service): RevisionService | undefined {
  const owner = ownerOf(tagsFrom(service.tags));
  if (owner?.revision === undefined || service.serviceName === undefined || (service.status !== 'ACTIVE' && service.status !== 'DRAINING')) return undefined;
  const primary = service.deployments?.find(({ status }) => status === 'PRIMARY');
  return {
    name: service.serviceName, cluster, place: placeKey(owner), revision: owner.revision, status: service.status, desired: service.desiredCount ?? 0, taskDefinition: service.taskDefinition,
    subnets: service.networkConfiguration?.awsvpcConfiguration?.subnets ?? [], graceMs: (service.healthCheckGracePeriodSeconds ?? 0) * 1000,
    givenUp: primary?.rolloutState === 'FAILED', why: primary?.rolloutStateReason ?? null,
  };
}

async function describe(client: Containers, cluster: string, names: readonly string[]): Promise<RevisionService[]> {
  const found: RevisionService[] = [];
  for (const chunk of chunksOf(names, DESCRIBE_AT_ONCE)) {
    const answer = await calling(ECS, `read services of ${cluster}`, () => client.send(new DescribeServicesCommand({ cluster, services: chunk, include: ['TAGS'] })));
    for (const service of answer.services ?? []) {
      const known = revisionService(cluster, service);
      if (known !== undefined) found.push(known);
    }
  }
  return found;
}

/** The service of one revision; undefined when it is not there, or deleted and gone. */
export const findService = async (client: Containers, cluster: string, revision: RevisionId): Promise<RevisionService | undefined> => (await describe(client, cluster, [resourceName(revision)]))[0];

/**
 * The services of these places in one cluster. A list is read once for all; a service that was just made or is draining may be missing
 * there, so revisions that the load balancer knows are asked for by name.
 */
export async function servicesOf(client: Containers, cluster: string, refs: readonly ServiceRef[], known: readonly RevisionId[]): Promise<RevisionService[]> {
  const arns = await allPages(async (nextToken) => {
    const answer = await calling(ECS, `list the services of ${cluster}`, () => client.send(new ListServicesCommand({ cluster, maxResults: LIST_PAGE, ...(nextToken === undefined ? {} : { nextToken }) })));
    return { items: answer.serviceArns ?? [], next: answer.nextToken };
  });
  const listed = arns.map(nameOf).filter((name) => refs.some((ref) => mayBelongTo(name, ref)));
  const places = new Set(refs.map(placeKey));
  return (await describe(client, cluster, [...new Set([...listed, ...known.map(resourceName)])])).filter(({ place }) => places.has(place));
}
