/** Services, repositories, artifacts, and what pushes became. */
import * as z from 'zod';
import { GIT_HOSTS } from '../../domain/git-host.ts';
import { CommitId, DeliveryId, Digest, EnvironmentName, Identity, ServiceName } from '../../domain/ids.ts';
import { Pipeline } from '../../domain/pipeline.ts';
import { Artifact, Release } from '../../domain/release.ts';
import { Delivery, Repository, Service } from '../../domain/service.ts';
import { Desired, Observed } from '../../domain/state.ts';
import { REPOSITORY_URL_MAX } from '../limits.ts';
import { Approval } from './approvals.ts';
import { operation, paging } from './operation.ts';

export const PlaceStatus = z.strictObject({ environment: EnvironmentName, desired: Desired.nullable(), observed: Observed.nullable() });
export type PlaceStatus = z.infer<typeof PlaceStatus>;

export const ServiceStatus = z.strictObject({
  service: Service,
  /** Of the environments that the caller may look at. */
  places: z.array(PlaceStatus),
  running: z.array(Pipeline),
  waiting: z.array(Approval),
});
export type ServiceStatus = z.infer<typeof ServiceStatus>;

const tag = 'Services and artifacts';
const params = z.object({ service: ServiceName });

export const listServices = operation({
  id: 'listServices', method: 'GET', path: '/v1/services', tag, action: 'view', paged: true, query: z.object(paging(100)), answer: z.array(ServiceStatus),
  summary: 'Every service: desired and observed state per environment, running pipelines, what waits for a decision',
});
export const readService = operation({ id: 'readService', method: 'GET', path: '/v1/services/:service', tag, action: 'view', params, summary: 'One of them', answer: ServiceStatus });
export const listPipelines = operation({ id: 'listPipelines', method: 'GET', path: '/v1/services/:service/pipelines', tag, action: 'view', params, paged: true, query: z.object(paging(50)), summary: 'Its pipelines, newest first', answer: z.array(Pipeline) });
export const listRepositories = operation({ id: 'listRepositories', method: 'GET', path: '/v1/repositories', tag, action: 'view', summary: 'Registered repositories', answer: z.array(Repository) });
export const registerRepository = operation({
  id: 'registerRepository', method: 'POST', path: '/v1/repositories', tag, action: 'register', status: 201, summary: 'Registers a repository; its pushes are released from then on',
  body: z.strictObject({ url: z.string().min(1).max(REPOSITORY_URL_MAX), host: z.enum(GIT_HOSTS).optional().describe('The kind of git host. Absent: as its name says') }), answer: Repository,
});
export const removeRepository = operation({
  id: 'removeRepository', method: 'DELETE', path: '/v1/repositories', tag, action: 'register', query: z.object({ url: z.string().min(1).max(REPOSITORY_URL_MAX) }), summary: 'Stops listening to a repository; its services go on running. Refused for one that environments.yaml lists',
  answer: z.strictObject({ url: z.string(), services: z.array(ServiceName).meta({ description: 'Those that came from it; they keep running.' }) }),
});
export const listDeliveries = operation({ id: 'listDeliveries', method: 'GET', path: '/v1/deliveries', tag, action: 'view', paged: true, query: z.object(paging(50)), summary: 'What became of each push: pipelines, and refusals with their reasons', answer: z.array(Delivery) });
export const readDelivery = operation({ id: 'readPushDelivery', method: 'GET', path: '/v1/deliveries/:delivery', tag, action: 'view', params: z.object({ delivery: DeliveryId }), summary: 'One of them', answer: Delivery });
export const replayDelivery = operation({
  id: 'replayDelivery', method: 'POST', path: '/v1/deliveries/:delivery/replay', tag, action: 'register', status: 202, params: z.object({ delivery: DeliveryId }), answer: Delivery,
  summary: 'Reads a push again that started nothing, as a delivery of its own: after its repository was registered, say. What was released already is not released again',
});
export const registerArtifact = operation({
  id: 'registerArtifact', method: 'POST', path: '/v1/artifacts', tag, action: 'register', status: 201, summary: 'Registers an artifact that an outside CI built; `manifest` is the text of slipway.yaml',
  body: z.strictObject({
    manifest: z.string().max(256 * 1024).describe('The text of slipway.yaml'), digest: Digest, bytes: z.int().min(0), version: z.string().regex(/^[0-9A-Za-z][0-9A-Za-z._+-]{0,127}$/),
    repository: z.string().max(REPOSITORY_URL_MAX).nullable().default(null), commit: CommitId.nullable().default(null), author: Identity.nullable().default(null),
  }),
  answer: z.strictObject({ artifact: Artifact, release: Release }),
});

