/** A service as Slipway knows it, and the repositories whose pushes are listened to. */
import * as z from 'zod';
import { GIT_HOSTS } from './git-host.ts';
import { DeliveryId, EnvironmentName, Identity, PipelineId, ReleaseId, ServiceName } from './ids.ts';
import { PullRequestRef } from './pull-request.ts';
import { WorkflowRun } from './workflow.ts';

export const Service = z.strictObject({
  name: ServiceName,
  team: z.string(),
  /** Null for a service that only an outside CI registers artifacts for. */
  repository: z.string().nullable(),
  manifestPath: z.string().nullable(),
  /** The number of its newest pipeline. */
  pipelines: z.int().min(0),
  lastRelease: ReleaseId.nullable(),
  registeredAt: z.number(),
});
export type Service = z.infer<typeof Service>;

const OnlyUrl = z.looseObject({ url: z.string() });
/**
 * `url` is the one spelling that names it; `cloneUrl` is how its owner wrote it, which is what git is given; one from before has the
 * first only. `host` is null for a folder, and where nobody has said and its name does not. What the environments file lists was
 * registered by it, at no time that is known.
 */
export const Repository = z.preprocess(
  (value) => { const { data } = OnlyUrl.safeParse(value); return data === undefined ? value : { cloneUrl: data.url, ...data }; },
  z.strictObject({ url: z.string().min(1).max(500), cloneUrl: z.string().min(1).max(500), host: z.enum(GIT_HOSTS).nullable().default(null), registeredBy: Identity, registeredAt: z.number().nullable() }),
);
export type Repository = z.infer<typeof Repository>;

/** What became of one service in one push. */
export const Admission = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('admitted'), service: ServiceName, pipeline: PipelineId }),
  z.strictObject({ kind: z.literal('refused'), service: z.string().nullable(), reason: z.string() }),
]);
export type Admission = z.infer<typeof Admission>;

/**
 * How Slipway came to know of a push: a git host told it, the sweep found a commit that nobody had told of, a person had a delivery read again, or a registry
 * told of an image, whose name, tag and digest then stand in place of repository, reference and commit. */
export const FOUND_BY = ['webhook', 'sweep', 'replay', 'registry'] as const;

/** One push that Slipway knows of: pending until it was admitted or refused. */
export const Delivery = z.strictObject({
  id: DeliveryId,
  /** Null where the sweep does not know. Deliveries of before there were others are GitHub's. */
  host: z.enum(GIT_HOSTS).nullable().default('github'),
  foundBy: z.enum(FOUND_BY).default('webhook'),
  /** The delivery that this one is read again for. */
  replayOf: DeliveryId.nullable().default(null),
  repository: z.string(),
  ref: z.string(),
  before: z.string(),
  after: z.string(),
  pusher: Identity.nullable(),
  receivedAt: z.number(),
  /** Set for a pull request, whose plan is shown and of which nothing is released. */
  pullRequest: PullRequestRef.optional(),
  /** Set for the end of a run of the host's CI, which releases what waits for it. */
  workflow: WorkflowRun.optional(),
  outcome: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('pending') }),
    z.strictObject({ kind: z.literal('decided'), admissions: z.array(Admission).min(1) }),
  ]),
});
export type Delivery = z.infer<typeof Delivery>;

/** Where a service is placed; the key of desired and observed state. */
export const Place = z.strictObject({ service: ServiceName, environment: EnvironmentName });
export type Place = z.infer<typeof Place>;
