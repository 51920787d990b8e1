/** How far a pipeline is, as data: one row per stage. Made from an answer of the API alone. */
import type { DeploymentDetail, PipelineDetail } from '../answers/pipeline.ts';
import type { PipelineStatus, PipelineSummary } from '../answers/pipeline-summary.ts';
import { stageRows } from './stage-rows.ts';

export type RowState = 'waiting' | 'running' | 'asking' | 'passed' | 'failed' | 'skipped';

export interface Judged {
  readonly requests: number;
  /** Fewer are no evidence. */
  readonly needed: number;
  /** 0 to 1; null without a request. */
  readonly failureRate: number | null;
  readonly stableFailureRate: number | null;
  readonly verdict: string;
  readonly reason: string;
}

export interface Row {
  /** Null: of the pipeline as a whole. */
  readonly environment: string | null;
  readonly stage: string;
  readonly state: RowState;
  /** Healthy instances of the candidate, of as many as are wanted by now. */
  readonly instances: { readonly healthy: number; readonly wanted: number } | null;
  /** Percent of the traffic in force for the candidate. */
  readonly weight: number | null;
  /** From 1. */
  readonly batch: { readonly number: number; readonly of: number } | null;
  readonly tests: { readonly passed: number; readonly failed: number; readonly total: number } | null;
  readonly judged: Judged | null;
  /** When the hold or the request ends; milliseconds since 1970. */
  readonly endsAt: number | null;
  readonly note: string | null;
}

export interface View {
  readonly pipeline: string;
  readonly service: string;
  readonly version: string;
  readonly cause: string;
  readonly startedBy: string;
  readonly startedAt: number;
  readonly status: PipelineStatus;
  readonly rows: readonly Row[];
}

export const emptyRow = (environment: string | null, stage: string, state: RowState, note: string | null = null): Row =>
  ({ environment, stage, state, instances: null, weight: null, batch: null, tests: null, judged: null, endsAt: null, note });

export function viewOf({ pipeline, deployments }: PipelineDetail): View {
  return {
    pipeline: pipeline.id, service: pipeline.service, version: pipeline.version, cause: pipeline.cause, startedBy: pipeline.startedBy, startedAt: pipeline.startedAt, status: pipeline.status,
    rows: [...buildRow(pipeline), ...pipeline.waves.flat().flatMap((environment) => environmentRows(pipeline, environment, deployments))],
  };
}

function buildRow(pipeline: PipelineSummary): Row[] {
  if (pipeline.cause !== 'push') return [];
  const commit = pipeline.commit === null ? '' : `commit ${pipeline.commit.slice(0, 10)}`;
  if (pipeline.digest !== null) return [emptyRow(null, 'build', 'passed', [commit, pipeline.digest.slice(0, 'sha256:'.length + 12)].filter(Boolean).join(' as '))];
  const { status } = pipeline;
  return [emptyRow(null, 'build', status.kind === 'running' ? 'running' : 'failed', status.kind === 'failed' ? status.reason : commit)];
}

function environmentRows(pipeline: PipelineSummary, environment: string, deployments: readonly DeploymentDetail[]): Row[] {
  const detail = deployments.find(({ deployment }) => deployment.environment === environment);
  if (detail !== undefined) return stageRows(detail);
  return [emptyRow(environment, 'deployment', pipeline.status.kind === 'running' ? 'waiting' : 'skipped')];
}
