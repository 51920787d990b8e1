/** Branded identifiers. A value of one of these types exists only because a parser here accepted it. */
import * as z from 'zod';

/** A service: lower case, digits and hyphens, 2 to 32 characters. */
export const ServiceName = z.string().regex(/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/, 'lower case letters, digits and hyphens, 2 to 32 characters, beginning with a letter').brand<'ServiceName'>();
export type ServiceName = z.infer<typeof ServiceName>;

/** An environment: lower case, digits and hyphens, 2 to 20 characters. */
export const EnvironmentName = z.string().regex(/^[a-z][a-z0-9-]{0,18}[a-z0-9]$/, 'lower case letters, digits and hyphens, 2 to 20 characters, beginning with a letter').brand<'EnvironmentName'>();
export type EnvironmentName = z.infer<typeof EnvironmentName>;

/** An artifact's name: `sha256:` and 64 hexadecimal digits. */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hexadecimal digits').brand<'Digest'>();
export type Digest = z.infer<typeof Digest>;

/** A full git commit id. Forty hexadecimal digits (SHA-1) or sixty-four (SHA-256 repositories), so it never looks like an option. */
export const CommitId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'a full commit id of 40 or 64 hexadecimal digits').brand<'CommitId'>();
export type CommitId = z.infer<typeof CommitId>;

/** `<service>-<n>`: the n-th pipeline of a service. */
export const PipelineId = z.string().regex(/^[a-z][a-z0-9-]{0,30}[a-z0-9]-[1-9][0-9]{0,6}$/, '<service>-<number>').brand<'PipelineId'>();
export type PipelineId = z.infer<typeof PipelineId>;

/** `<pipeline>-<environment>`: the deployment of a pipeline in one environment. */
export const DeploymentId = z.string().regex(/^[a-z][a-z0-9-]{0,30}[a-z0-9]-[1-9][0-9]{0,6}-[a-z][a-z0-9-]{0,18}[a-z0-9]$/, '<service>-<number>-<environment>').brand<'DeploymentId'>();
export type DeploymentId = z.infer<typeof DeploymentId>;

/** A release as placed in one environment. Equal to the id of the deployment that placed it: one deployment has one candidate. */
export const RevisionId = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'lower case letters, digits and hyphens').brand<'RevisionId'>();
export type RevisionId = z.infer<typeof RevisionId>;

/** `<service>@<12 hexadecimal digits>`: the hash of artifact, configuration, flags and schema compatibility. */
export const ReleaseId = z.string().regex(/^[a-z][a-z0-9-]{0,30}[a-z0-9]@[0-9a-f]{12}$/, '<service>@<12 hexadecimal digits>').brand<'ReleaseId'>();
export type ReleaseId = z.infer<typeof ReleaseId>;

/** One running copy of a revision. Given by its target; opaque elsewhere. */
export const InstanceId = z.string().min(1).max(128).brand<'InstanceId'>();
export type InstanceId = z.infer<typeof InstanceId>;

/** A git host's name for one webhook delivery. */
export const DeliveryId = z.string().regex(/^[0-9A-Za-z_.:-]{1,100}$/, 'letters, digits, and _ . : - only').brand<'DeliveryId'>();
export type DeliveryId = z.infer<typeof DeliveryId>;

/** One request for a person's decision. */
export const ApprovalId = z.string().regex(/^[0-9A-Za-z_-]{1,100}$/).brand<'ApprovalId'>();
export type ApprovalId = z.infer<typeof ApprovalId>;

/** The counter on a desired state. A writer with an older one always loses. */
export const Generation = z.int().min(0).brand<'Generation'>();
export type Generation = z.infer<typeof Generation>;

/** Somebody who acts: a person (`anna`), a machine (`slipway`), a git pusher. */
export const Identity = z.string().regex(/^[^\s\p{C}]{1,100}$/u, 'no spaces or control characters, at most 100').brand<'Identity'>();
export type Identity = z.infer<typeof Identity>;

export const pipelineId = (service: ServiceName, number: number): PipelineId => PipelineId.parse(`${service}-${number}`);
export const deploymentId = (pipeline: PipelineId, environment: EnvironmentName): DeploymentId => DeploymentId.parse(`${pipeline}-${environment}`);
export const revisionOf = (deployment: DeploymentId): RevisionId => RevisionId.parse(deployment);

/** The service and number in a pipeline id. */
export function pipelineParts(id: PipelineId): { service: ServiceName; number: number } {
  const dash = id.lastIndexOf('-');
  return { service: ServiceName.parse(id.slice(0, dash)), number: Number(id.slice(dash + 1)) };
}
