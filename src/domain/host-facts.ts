/** What a git host is told of a pipeline: the status of its commit, and its deployments. Names, versions and outcomes only: no person, no output, as whoever sees the repository sees it. */
import type { Deployment } from './deployment.ts';
import type { CommitId, DeploymentId, EnvironmentName, ServiceName } from './ids.ts';
import type { Pipeline } from './pipeline.ts';

/** `stopped`: neither good nor bad, it was given up. */
export type StatusState = 'pending' | 'success' | 'failure' | 'stopped';

export interface HostStatus {
  /** The repository's address in its one spelling. */
  readonly repository: string;
  readonly commit: CommitId;
  /** Its name among the commit's statuses; a later one takes the place of an earlier. */
  readonly context: string;
  readonly state: StatusState;
  readonly description: string;
  /** Where people see more; null without a public address. */
  readonly url: string | null;
}

export type DeploymentState = 'in_progress' | 'success' | 'failure' | 'inactive';

export interface HostDeployment {
  readonly repository: string;
  readonly commit: CommitId;
  readonly branch: string | null;
  /** What it is found by again. */
  readonly deployment: DeploymentId;
  /** `<environment>/<service>`: several services of one repository never share one. */
  readonly environment: string;
  readonly isProduction: boolean;
  readonly state: DeploymentState;
  readonly description: string;
  /** Where the environment's users reach it. */
  readonly environmentUrl: string | null;
  readonly logUrl: string | null;
}

/** GitHub's limit, the shortest of all: https://docs.github.com/en/rest/commits/statuses */
const DESCRIPTION_MAX = 140;
const short = (text: string): string => (text.length <= DESCRIPTION_MAX ? text : `${text.slice(0, DESCRIPTION_MAX - 1)}…`);

export const contextOf = (service: ServiceName): string => `slipway/${service}`;
export const pipelineUrl = (publicUrl: string | null, pipeline: Pipeline): string | null => (publicUrl === null ? null : `${publicUrl.replace(/\/+$/, '')}/pipelines/${pipeline.id}`);

/** Null for what is no news of a commit: an artifact from outside, or an earlier release that is brought back. */
export function statusOf(pipeline: Pipeline, publicUrl: string | null): HostStatus | null {
  const { repository, commit, status, cause } = pipeline;
  if (repository === null || commit === null || cause === 'rollback') return null;
  const said = (state: StatusState, text: string): HostStatus => ({ repository, commit, context: contextOf(pipeline.service), state, description: short(`${pipeline.id}: ${text}`), url: pipelineUrl(publicUrl, pipeline) });
  switch (status.kind) {
    case 'running': return said('pending', pipeline.stage);
    case 'succeeded': return said('success', `released to ${pipeline.waves.flat().join(', ')}`);
    case 'failed': return said('failure', `failed (${status.error})`);
    case 'superseded': return said('stopped', `${status.by} has taken its place`);
    case 'cancelled': return said('stopped', 'cancelled');
  }
}

/** @param endpoint where the environment's users reach the service; null where that is not known */
export function deploymentOf(pipeline: Pipeline, deployment: Deployment, publicUrl: string | null, endpoint: string | null): HostDeployment | null {
  const { repository, commit } = pipeline;
  if (repository === null || commit === null) return null;
  const [state, text] = outcomeOf(deployment);
  return {
    repository, commit, branch: pipeline.branch, deployment: deployment.id, environment: hostEnvironment(deployment.environment, deployment.service), isProduction: deployment.plan.kind === 'production',
    state, description: short(`${deployment.id}: ${text}`), environmentUrl: endpoint !== null && /^https?:\/\//.test(endpoint) ? endpoint : null, logUrl: pipelineUrl(publicUrl, pipeline),
  };
}

export const hostEnvironment = (environment: EnvironmentName, service: ServiceName): string => `${environment}/${service}`;

function outcomeOf({ status, stage, plan }: Deployment): readonly [DeploymentState, string] {
  switch (status.kind) {
    case 'running': return ['in_progress', `${plan.version}, ${stage ?? 'planned'}`];
    case 'rolling-back': return ['in_progress', `going back (${status.error})`];
    case 'succeeded': return ['success', `${plan.version} serves`];
    case 'rolled-back': return ['failure', `taken back (${status.error})`];
  }
}
