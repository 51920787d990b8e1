/** Services, repositories, artifacts, and what pushes became. */
import * as z from 'zod';
import { DRIFTS } from '../../domain/drift/drift.ts';
import { GIT_HOSTS } from '../../domain/git-host.ts';
import { ApprovalId, CommitId, DeliveryId, DeploymentId, Digest, EnvironmentName, Generation, Identity, PipelineId, ReleaseId, RevisionId, ServiceName } from '../../domain/ids.ts';
import { Pipeline } from '../../domain/pipeline.ts';
import { Artifact, Release } from '../../domain/release.ts';
import { Delivery, Repository, Service } from '../../domain/service.ts';
import { Desired, Observed } from '../../domain/state.ts';
import { REPOSITORY_URL_MAX } from '../limits.ts';
import { Approval } from './approvals.ts';
import { operation, paging, Time } from './operation.ts';

export const PlaceStatus = z.strictObject({ environment: EnvironmentName, desired: Desired.nullable(), observed: Observed.nullable() });
export type PlaceStatus = z.infer<typeof PlaceStatus>;

export const ServiceStatus = z.strictObject({
  service: Service,
  /** Of the environments that the caller may look at. */
  places: z.array(PlaceStatus),
  running: z.array(Pipeline),
  waiting: z.array(Approval),
  last: Pipeline.nullable().meta({ description: 'The newest pipeline of a service that has no release anywhere; null for others.' }),
});
export type ServiceStatus = z.infer<typeof ServiceStatus>;

/** A revision as a list shows it. */
const RevisionBrief = z.strictObject({ revision: RevisionId, version: z.string(), release: ReleaseId, weight: z.int() });

export const OverviewPlace = z.strictObject({
  environment: EnvironmentName, generation: Generation, stable: RevisionBrief.nullable(),
  others: z.array(RevisionBrief).meta({ description: 'Candidates, and revisions that are being retired.' }),
  wanted: z.int(), healthy: z.int(), instances: z.int(),
  drift: z.array(z.enum(DRIFTS)).meta({ description: 'Kinds of drift by what was observed last; nobody is asked for it.' }),
  deployment: DeploymentId.nullable(), paused: z.boolean(), endpoint: z.string().nullable(), changedAt: Time,
});
export type OverviewPlace = z.infer<typeof OverviewPlace>;

export const OverviewRow = z.strictObject({
  service: ServiceName, team: z.string(),
  places: z.array(OverviewPlace).meta({ description: 'Where it was deployed, of the environments that the caller may look at.' }),
  running: z.array(z.strictObject({ pipeline: PipelineId, version: z.string(), stage: z.string(), cause: Pipeline.shape.cause, startedAt: Time })),
  waiting: z.array(z.strictObject({ approval: ApprovalId, pipeline: PipelineId, environment: EnvironmentName, version: z.string(), question: z.string(), requestedAt: Time, expiresAt: Time })),
});
export type OverviewRow = z.infer<typeof OverviewRow>;

const tag = 'Services and artifacts';
const params = z.object({ service: ServiceName });

export const listOverview = operation({
  id: 'listOverview', method: 'GET', path: '/v1/overview', tag, action: 'view', paged: true, query: z.object({ ...paging(100), service: ServiceName.optional().meta({ description: 'Only this one.' }) }), answer: z.array(OverviewRow),
  summary: 'Every service in a few figures: what is stable where and what serves, health, drift, what runs and waits',
});
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
export const readPushDelivery = operation({ id: 'readPushDelivery', method: 'GET', path: '/v1/deliveries/:delivery', tag, action: 'view', params: z.object({ delivery: DeliveryId }), summary: 'One of them', answer: Delivery });
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

