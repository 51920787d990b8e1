/** Desired state, written by people and pipelines, and observed state, written only by observe. */
import * as z from 'zod';
import { DeploymentId, EnvironmentName, Generation, Identity, InstanceId, ReleaseId, RevisionId, ServiceName } from './ids.ts';
import { Mirror } from './parallel/mirror.ts';
import { RevisionSpec } from './revision.ts';
import { Stickiness, Weights } from './route.ts';

export const DesiredRevision = z.strictObject({ spec: RevisionSpec, count: z.int().min(0) });
export type DesiredRevision = z.infer<typeof DesiredRevision>;

export const Desired = z.strictObject({
  service: ServiceName,
  environment: EnvironmentName,
  generation: Generation,
  target: z.string(),
  /** The revision to go back to; null before the first release is through. */
  stable: RevisionId.nullable(),
  /** The release before the stable one, for a rollback after the deployment is over. */
  previousRelease: ReleaseId.nullable(),
  revisions: z.record(RevisionId, DesiredRevision),
  weights: Weights,
  /** Requests that are mirrored, during a parallel run. */
  mirror: Mirror.optional(),
  stickiness: Stickiness,
  /** The deployment that is at work here; repair leaves the service alone while there is one. */
  deployment: DeploymentId.nullable(),
  /** Repair is paused, by whom and why. */
  paused: z.strictObject({ by: Identity, why: z.string(), at: z.number() }).nullable(),
  zonesLost: z.array(z.string()),
  /** Where the newest plan has the service here: whoever looks while no revision is desired looks there. Absent before the first plan. */
  place: RevisionSpec.pick({ access: true, settings: true }).optional(),
  changedBy: Identity,
  changedAt: z.number(),
});
export type Desired = z.infer<typeof Desired>;

export const HEALTH = ['starting', 'healthy', 'unhealthy', 'draining', 'stopped'] as const;

export const ObservedInstance = z.strictObject({
  instance: InstanceId,
  revision: RevisionId,
  zone: z.string(),
  health: z.enum(HEALTH),
  startedAt: z.number(),
  /** Relaunches of this slot in the target's backoff window. */
  relaunches: z.int().min(0),
  address: z.string().nullable(),
  /** Why it is not healthy, in a sentence. */
  problem: z.string().nullable(),
  /** Runs, but the target has no record of it: its revision says nothing then. */
  stray: z.literal(true).optional(),
  /** Set when the target has given up on it and waits for a person: a crash loop. */
  quarantined: z.boolean(),
});
export type ObservedInstance = z.infer<typeof ObservedInstance>;

export const Observed = z.strictObject({
  service: ServiceName,
  environment: EnvironmentName,
  /** Weights really in force, read back from the platform. */
  weights: Weights,
  instances: z.array(ObservedInstance),
  /** Where the environment's users reach the service, for example `http://127.0.0.1:20001`; null before the first route. */
  endpoint: z.string().nullable(),
  /** Revisions that have no instance any more and still own something of the platform, which their retirement said again removes. */
  leftovers: z.array(RevisionId).optional(),
});
export type Observed = z.infer<typeof Observed>;
