/** How far a pipeline is, as data: one row per stage. The command line and Slack show the same. */
import type { DeploymentDetail, PipelineState } from './detail.ts';
import { emptyRow, type Row } from './row.ts';
import { stageRows } from './stage-rows.ts';

export interface View {
  readonly pipeline: string;
  readonly service: string;
  readonly version: string;
  readonly cause: string;
  readonly startedBy: string;
  readonly startedAt: number;
  readonly status: PipelineState['status'];
  readonly rows: readonly Row[];
}

export function viewOf({ pipeline, deployments }: { readonly pipeline: PipelineState; readonly deployments: readonly DeploymentDetail[] }): View {
  return {
    pipeline: pipeline.id, service: pipeline.service, version: pipeline.version, cause: pipeline.cause, startedBy: pipeline.startedBy, startedAt: pipeline.startedAt, status: pipeline.status,
    rows: [...buildRow(pipeline), ...pipeline.waves.flat().flatMap((environment) => environmentRows(pipeline, environment, deployments))],
  };
}

function buildRow(pipeline: PipelineState): Row[] {
  // A deployment by version builds too, where the build of that commit had failed.
  if (pipeline.cause !== 'push' && pipeline.digest !== null) return [];
  const commit = pipeline.commit === null ? '' : `commit ${pipeline.commit.slice(0, 10)}`;
  if (pipeline.digest !== null) return [emptyRow(null, 'build', 'passed', [commit, pipeline.digest.slice(0, 'sha256:'.length + 12)].filter(Boolean).join(' as '))];
  const { status } = pipeline;
  return [emptyRow(null, 'build', status.kind === 'running' ? 'running' : 'failed', status.kind === 'failed' ? status.reason : commit)];
}

function environmentRows(pipeline: PipelineState, environment: string, deployments: readonly DeploymentDetail[]): Row[] {
  const detail = deployments.find(({ deployment }) => deployment.environment === environment);
  if (detail !== undefined) return stageRows(detail);
  return [emptyRow(environment, 'deployment', pipeline.status.kind === 'running' ? 'waiting' : 'skipped')];
}
